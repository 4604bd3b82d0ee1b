// SPDX-License-Identifier: Apache-2.0
/* A lane with too many lifetimes for bars: how many are alive, and over it what has to be seen by itself. */
import { severityOf } from "../ui/severity";
import { densityOfBars, heights, Segments, visible } from "./bars";
import { drawFlag, inOrder, runOnOf } from "./flags";
import type { Lane } from "./lanes";
import { type Density, EMPTY_BARS, type Flag, type Model, type Span } from "./model";
import { frame, matchesOf, type Scene, sign, ticked, xOf } from "./scene";

const segments = new Segments();
const column = new Float32Array(8192);
const PITCH = 2;
/** signs of one lane */
const APART = 60;

/** How many are alive: the sharp picture where there is one, the coarse one beside it. */
export function area(scene: Scene, lane: Lane, coarse: Density, sharp: Density | null,
  known: Span | undefined): void {
  const { context, palette } = scene;
  const better = sharp && known && sharp.step < coarse.step && known.from <= Math.max(0, scene.span.from) &&
    known.to >= Math.min(scene.model.end, scene.span.to);
  const shown = better ? sharp : coarse;
  const most = Math.max(1, coarse.most);
  context.save();
  if (scene.lit) context.globalAlpha = 0.4;
  context.fillStyle = palette.kind(lane.kind);
  context.globalAlpha *= 0.75;
  hill(scene, lane, shown, most, 1);
  context.restore();
  if (lane.state === null || lane.flags.length === 0) return;
  context.fillStyle = palette.runOn(severityOf(lane.state).css);
  hill(scene, lane, marked(lane.flags, shown, scene.model), most, LEAST);
}

/** What findings name can be seen, however few they are among the others. */
const LEAST = 2;

function hill(scene: Scene, lane: Lane, density: Density, most: number, least: number): void {
  const { context } = scene;
  const base = lane.y - scene.top + lane.height - 4;
  const room = lane.height - 10;
  const count = heights(density, scene.span, scene.width, PITCH, column);
  context.beginPath();
  context.moveTo(0, base);
  for (let i = 0; i < count; i++) {
    const y = column[i]! === 0 ? base : base - Math.max(least, (column[i]! / most) * room);
    context.lineTo(i * PITCH, y);
    context.lineTo((i + 1) * PITCH, y);
  }
  context.lineTo(count * PITCH, base);
  context.fill();
}

const parts = new WeakMap<readonly Flag[], WeakMap<Density, Density>>();

/** How many of them run on, in the same buckets as all of the lane. */
export function marked(flags: readonly Flag[], all: Density, model: Pick<Model, "end" | "grace">): Density {
  let known = parts.get(flags);
  if (!known) parts.set(flags, (known = new WeakMap()));
  let part = known.get(all);
  if (!part) {
    const runs = new Map(flags.map((flag) => [flag.id, runOnOf(flag, model)]));
    const lives = [...runs.values()].filter((run) => run !== null);
    const birth = Float64Array.from(lives, (run) => (run.marked < run.until ? run.marked : run.over));
    const death = Float64Array.from(lives, (run) => run.until);
    part = densityOfBars({ ...EMPTY_BARS, count: lives.length, birth, death }, all.from, all.step,
      all.alive.length);
    known.set(all, part);
  }
  return part;
}

/** What the height of an area stands for. */
export function most(scene: Scene, lane: Lane, alive: number): void {
  const { context, palette } = scene;
  const says = `up to ${scene.model.weight > 1 ? "≈ " : ""}${Math.round(alive).toLocaleString("en-US")} at once`;
  context.font = palette.small;
  context.textAlign = "left";
  context.textBaseline = "top";
  context.fillStyle = palette.background;
  context.fillRect(2, lane.y - scene.top + 2, context.measureText(says).width + 5, 14);
  context.fillStyle = palette.dim;
  context.fillText(says, 4, lane.y - scene.top + 3);
}

/** Signs of what findings name, over the area, and what was found in it. */
export function overArea(scene: Scene, lane: Lane): void {
  const y = lane.y - scene.top + 4;
  let free = -Infinity;
  for (const { flag, from, to } of inOrder(lane.flags, scene.model)) {
    if (xOf(scene, to) < 0) continue;
    const x = Math.max(2, xOf(scene, from));
    if (x < free || x > scene.width) continue;
    sign(scene, flag.state, x, lane.y - scene.top + lane.height - 22, 10);
    free = x + APART;
  }
  const list = matchesOf(scene, lane);
  if (list) {
    visible(list, scene.span, scene.width, scene.model.end, segments);
    scene.context.fillStyle = scene.palette.accent;
    for (let i = 0; i < segments.count; i++)
      ticked(scene.context, segments.left[i]!, segments.left[i]! + 1, y, 4);
  }
}

/** One that is selected in a lane that only counts. */
export function drawSelected(
  scene: Scene, lane: Lane, life: { id: number; birth: number; death: number },
): void {
  const { context, palette, model } = scene;
  const until = Number.isNaN(life.death) ? model.end : life.death;
  const y = lane.y - scene.top + lane.height - 16;
  const left = Math.max(-4, xOf(scene, life.birth));
  context.fillStyle = palette.kind(lane.kind);
  context.fillRect(left, y, Math.max(2, Math.min(scene.width + 4, xOf(scene, until)) - left), 8);
  const flag = lane.flags.find((one) => one.id === life.id);
  if (flag) drawFlag(scene, flag, lane, y, 8);
  frame(scene, life.birth, until, y, 8);
}
