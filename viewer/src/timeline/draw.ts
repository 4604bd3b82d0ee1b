// SPDX-License-Identifier: Apache-2.0
/* The lanes on their canvas. Everything is known already; nothing here asks or waits. */
import { severityOf } from "../ui/severity";
import { area, most, overArea } from "./area";
import { Segments, visible } from "./bars";
import { below, drawFlags, signAt } from "./flags";
import { type Geometry, geometryOf } from "./geometry";
import type { Lane } from "./lanes";
import type { Bars, Flag } from "./model";
import { arrow, frame, matchesOf, type Scene, sign, ticked, xOf } from "./scene";
import type { LaneData } from "./store";

const segments = new Segments();

export function drawLanes(scene: Scene): void {
  const { context, palette, width, height } = scene;
  context.fillStyle = palette.background;
  context.fillRect(0, 0, width, height);
  outside(scene);
  for (let i = scene.first; i < scene.last; i++) {
    const lane = scene.lanes[i]!;
    const y = lane.y - scene.top;
    if (lane === scene.current) {
      context.fillStyle = palette.accentSoft;
      context.fillRect(0, y, width, lane.height);
    }
    context.fillStyle = palette.line;
    context.fillRect(0, Math.round(y + lane.height) - 1, width, 1);
  }
  if (scene.range) {
    const left = xOf(scene, scene.range.from);
    context.fillStyle = palette.accentSoft;
    context.fillRect(left, 0, xOf(scene, scene.range.to) - left, height);
  }
  marks(scene);
  for (let i = scene.first; i < scene.last; i++) drawLane(scene, scene.lanes[i]!);
}

/** Before the recording, and after it. */
function outside(scene: Scene): void {
  const { context, palette, width, height } = scene;
  const begin = xOf(scene, 0);
  const end = xOf(scene, scene.model.end);
  context.fillStyle = palette.surface;
  if (begin > 0) context.fillRect(0, 0, begin, height);
  if (end < width) context.fillRect(end, 0, width - end, height);
  context.fillStyle = palette.lineStrong;
  context.fillRect(Math.round(end), 0, 1, height);
}

/** More lines than this hide what they cross: the axis has them then. */
const MOST_MARKS = 80;

function marks(scene: Scene): void {
  const { context, palette, height, span } = scene;
  const seen = scene.model.marks.filter((one) => one.time >= span.from && one.time <= span.to);
  if (seen.length > MOST_MARKS) return;
  context.beginPath();
  let before = NaN;
  for (const mark of seen) {
    const x = Math.round(xOf(scene, mark.time)) + 0.5;
    if (x - before < 2) continue;
    before = x;
    context.moveTo(x, -(scene.top % 6));
    context.lineTo(x, height);
  }
  context.strokeStyle = palette.lineStrong;
  context.lineWidth = 1;
  context.setLineDash([3, 3]);
  context.stroke();
  context.setLineDash([]);
}

function drawLane(scene: Scene, lane: Lane): void {
  const { source } = lane;
  if (source.from === "process") {
    strip(scene, lane, source.process.start, source.process.end, scene.palette.kind("scope"));
  } else if (source.from === "processes") {
    for (const one of source.processes) strip(scene, lane, one.start, one.end, scene.palette.kind("scope"));
  } else if (source.from === "wait") {
    const { wait } = source;
    const tone = wait.state === null ? "note" : severityOf(wait.state).css;
    strip(scene, lane, wait.since, wait.until, scene.palette.hang(tone), scene.palette.tone(tone));
    if (wait.state !== null) symbol(scene, lane, xOf(scene, wait.since), wait.state);
  } else if (source.from === "folded") {
    folded(scene, lane, source.folded.first, source.folded.last);
  } else {
    lives(scene, lane);
  }
  below(scene, lane);
}

/** A bar over the lane's whole height. */
function strip(scene: Scene, lane: Lane, from: number, to: number, fill: CanvasPattern | string,
  outline: string | null = null): void {
  const { context } = scene;
  const left = Math.max(-2, xOf(scene, from));
  const right = Math.min(scene.width + 2, Math.max(left + 1, xOf(scene, to)));
  const y = lane.y - scene.top + 7;
  if (right < 0 || left > scene.width) return;
  context.fillStyle = fill;
  context.fillRect(left, y, right - left, lane.height - 15);
  if (outline === null) return;
  context.strokeStyle = outline;
  context.lineWidth = 1;
  context.strokeRect(left + 0.5, y + 0.5, right - left - 1, lane.height - 16);
}

/** Sums have no bars: how many were alive on average, between the first birth and the last death. */
function folded(scene: Scene, lane: Lane, from: number, to: number): void {
  const { context, palette } = scene;
  context.save();
  context.globalAlpha = 0.35;
  strip(scene, lane, from, to, palette.kind(lane.kind));
  context.restore();
  context.setLineDash([4, 3]);
  strip(scene, lane, from, to, "transparent", palette.kind(lane.kind));
  context.setLineDash([]);
}

function lives(scene: Scene, lane: Lane): void {
  const data = scene.data(lane);
  if (!data) return;
  const bars = data.bars ?? data.window?.bars ?? null;
  if (bars && !bars.crowded && covers(scene, data)) {
    const geometry = geometryOf(lane, bars.rows);
    plain(scene, lane, bars, geometry);
    const rows = rowsOf(bars);
    if (scene.lit) lit(scene, lane, bars, geometry, rows, scene.lit);
    const rowOf = (flag: Flag) => {
      const index = rows.get(flag.id);
      return index === undefined ? undefined : bars.row[index]!;
    };
    drawFlags(scene, lane, geometry, false, rowOf);
    if (geometry.thick >= NAMED) names(scene, lane, bars, geometry);
    drawFlags(scene, lane, geometry, true, rowOf);
    found(scene, lane, bars, geometry);
    chosen(scene, bars, geometry, rows);
    return;
  }
  if (data.coarse) area(scene, lane, data.coarse, data.window?.density ?? null, data.window?.span);
  overArea(scene, lane);
  if (data.coarse) most(scene, lane, data.coarse.most);
}

/** A window's bars are all that there is to see, not the middle of it. */
function covers(scene: Scene, data: LaneData): boolean {
  if (data.bars) return true;
  const { span } = data.window!;
  return span.from <= Math.max(0, scene.span.from) &&
    span.to >= Math.min(scene.model.end, scene.span.to);
}

const rowMaps = new WeakMap<Bars, Map<number, number>>();

/** Where in the bars a lifetime is. */
function rowsOf(bars: Bars): Map<number, number> {
  let map = rowMaps.get(bars);
  if (!map) {
    map = new Map();
    for (let i = 0; i < bars.count; i++) map.set(bars.id[i]!, i);
    rowMaps.set(bars, map);
  }
  return map;
}

function plain(scene: Scene, lane: Lane, bars: Bars, geometry: Geometry): void {
  const { context, palette, model } = scene;
  const { top, pitch, thick } = geometry;
  visible(bars, scene.span, scene.width, model.end, segments);
  const y0 = lane.y - scene.top + top;
  context.save();
  if (scene.lit) context.globalAlpha = 0.4;
  context.beginPath();
  for (let i = 0; i < segments.count; i++) {
    const y = y0 + bars.row[segments.index[i]!]! * pitch;
    context.rect(segments.left[i]!, y, segments.right[i]! - segments.left[i]!, thick);
  }
  context.fillStyle = palette.kind(lane.kind);
  if (lane.hint) hinted(context, palette.kind(lane.kind));
  else context.fill();
  context.restore();
  if (lane.kind === "scope") closes(scene, lane, bars, y0, geometry);
  arrows(scene, lane, bars, y0, geometry);
}

/** So thick is a bar with a name in it, and so wide at least. */
const NAMED = 11;
const NAMED_WIDE = 44;
/** a sign, where it stands in front of the name */
const SIGN = 15;

/** On a ground of its own, since bars have any colour, and patterns. */
function names(scene: Scene, lane: Lane, bars: Bars, geometry: Geometry): void {
  const { context, palette, model } = scene;
  visible(bars, scene.span, scene.width, model.end, segments);
  context.font = palette.tiny;
  context.textAlign = "left";
  context.textBaseline = "middle";
  const signs = new Map(lane.flags.map((flag) => [flag.id, signAt(flag, model)]));
  for (let i = 0; i < segments.count; i++) {
    const index = segments.index[i]!;
    const begin = Math.max(0, segments.left[i]!);
    const sign = Math.max(0, xOf(scene, signs.get(bars.id[index]!) ?? Infinity));
    const left = sign - begin < SIGN ? begin + SIGN : begin;
    const right = Math.min(scene.width, segments.right[i]!);
    const room = (sign > left ? Math.min(right, sign - 2) : right) - left - 12;
    if (room + 12 < NAMED_WIDE || segments.merged[i] !== 1) continue;
    const name = scene.name(bars.id[index]!);
    if (!name || name.bare) continue;
    const text = [name.long, name.short].find((one) =>
      one.length < 80 && context.measureText(one).width <= room);
    if (!text) continue;
    const y = lane.y - scene.top + geometry.top + bars.row[index]! * geometry.pitch;
    context.fillStyle = palette.background;
    context.fillRect(left + 3, y + 1, context.measureText(text).width + 6, geometry.thick - 2);
    context.fillStyle = palette.text;
    context.fillText(text, left + 6, y + geometry.thick / 2 + 0.5);
  }
}

/** What the finding is about stands out, though it is no member of it. */
function lit(scene: Scene, lane: Lane, bars: Bars, geometry: Geometry, rows: Map<number, number>,
  ids: ReadonlySet<number>): void {
  const { context, palette, model } = scene;
  context.fillStyle = palette.kind(lane.kind);
  for (const id of bars.count < ids.size ? rows.keys() : ids) {
    const index = rows.get(id);
    if (index === undefined || !ids.has(id)) continue;
    const death = bars.death[index]!;
    const left = Math.max(-2, xOf(scene, bars.birth[index]!));
    const right = Math.min(scene.width + 2, xOf(scene, Number.isNaN(death) ? model.end : death));
    if (right < 0 || left > scene.width) continue;
    const y = lane.y - scene.top + geometry.top + bars.row[index]! * geometry.pitch;
    context.fillRect(left, y, Math.max(2, right - left), geometry.thick);
  }
}

/** Dashed: nobody said that they belong there. */
function hinted(context: CanvasRenderingContext2D, colour: string): void {
  context.globalAlpha *= 0.3;
  context.fill();
  context.globalAlpha = Math.min(1, context.globalAlpha / 0.3);
  context.strokeStyle = colour;
  context.setLineDash([4, 3]);
  context.stroke();
  context.setLineDash([]);
}

/** Of scopes: the close call, what lies beyond it, and a tick where it began. */
function closes(scene: Scene, lane: Lane, bars: Bars, y0: number, geometry: Geometry): void {
  const { context, palette, model } = scene;
  const { pitch, thick } = geometry;
  for (let i = 0; i < segments.count; i++) {
    const index = segments.index[i]!;
    const close = bars.close[index]!;
    if (Number.isNaN(close)) continue;
    const y = y0 + bars.row[index]! * pitch;
    const left = Math.max(-2, xOf(scene, close));
    const death = Number.isNaN(bars.death[index]!) ? model.end : bars.death[index]!;
    const until = xOf(scene, death);
    const returned = Number.isNaN(bars.closed[index]!) ? until : xOf(scene, bars.closed[index]!);
    const right = Math.min(scene.width + 2, until);
    if (right - left >= 1.5 && segments.merged[i] === 1) {
      context.fillStyle = palette.after(lane.kind);
      context.fillRect(left, y, right - left, thick);
      context.fillStyle = palette.closing;
      context.fillRect(left, y, Math.max(1, Math.min(right, returned) - left), thick);
    }
    context.fillStyle = palette.text;
    context.fillRect(Math.round(left), y - 1, 1.5, thick + 2);
  }
}

/** It did not die: its process ended, or the recording did. */
function arrows(scene: Scene, lane: Lane, bars: Bars, y0: number, geometry: Geometry): void {
  if (geometry.thick < 4) return;
  scene.context.fillStyle = scene.palette.kind(lane.kind);
  for (let i = 0; i < segments.count; i++) {
    const index = segments.index[i]!;
    if (bars.alive[index] !== 1) continue;
    const death = bars.death[index]!;
    const x = xOf(scene, Number.isNaN(death) ? scene.model.end : death);
    if (x >= 0 && x <= scene.width)
      arrow(scene.context, x, y0 + bars.row[index]! * geometry.pitch, geometry.thick);
  }
}

function symbol(scene: Scene, lane: Lane, x: number, state: string): void {
  sign(scene, state, Math.max(2, x + 2), lane.y - scene.top + 6, lane.height - 13);
}

function found(scene: Scene, lane: Lane, bars: Bars, geometry: Geometry): void {
  const list = matchesOf(scene, lane);
  if (!list) return;
  const rows = rowsOf(bars);
  scene.context.fillStyle = scene.palette.accent;
  visible(list, scene.span, scene.width, scene.model.end, segments);
  for (let i = 0; i < segments.count; i++) {
    const index = rows.get(list.id[segments.index[i]!]!);
    if (index === undefined) continue;
    const y = lane.y - scene.top + geometry.top + bars.row[index]! * geometry.pitch;
    ticked(scene.context, segments.left[i]!, segments.right[i]!, y, geometry.thick);
  }
}

function chosen(
  scene: Scene, bars: Bars, geometry: Geometry, rows: Map<number, number>,
): void {
  const index = scene.selected === null ? undefined : rows.get(scene.selected);
  if (index === undefined) return;
  const death = bars.death[index]!;
  const until = Number.isNaN(death) ? scene.model.end : death;
  frame(scene, bars.birth[index]!, until,
    geometry.y - scene.top + geometry.top + bars.row[index]! * geometry.pitch, geometry.thick);
}
