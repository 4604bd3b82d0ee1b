// SPDX-License-Identifier: Apache-2.0
/* How high lanes are, where bars lie in them, and what lies under a point. */
import type { Lane } from "./lanes";
import { laneAt } from "./lanes";
import type { Bars, Flag, Span } from "./model";
import type { LaneData } from "./store";

const PLAIN = 24;
const LARGE = 66;
const MARGIN = 5;

/** Bars of a lane: where the first row begins, how far rows are apart, how thick they are. */
export interface Geometry {
  y: number;
  top: number;
  pitch: number;
  thick: number;
}

/** Few rows are thick, with room for a name, and so are those that findings name; many are thin. */
function pitchOf(rows: number, flagged: boolean): number {
  if (rows <= (flagged ? 12 : 4)) return 14;
  return rows <= 12 ? 6 : 4;
}

export function heightOf(lane: Lane, data: LaneData | null): number {
  if (lane.source.from !== "paths" && lane.source.from !== "life") return PLAIN;
  if (!data) return lane.count > 1 ? LARGE : PLAIN;
  if (!data.bars || data.bars.crowded) return LARGE;
  return Math.max(PLAIN, data.bars.rows * pitchOf(data.bars.rows, lane.flags.length > 0) + 2 * MARGIN);
}

export function geometryOf(lane: Lane, rows: number): Geometry {
  const room = lane.height - 2 * MARGIN;
  const pitch = Math.min(14, room / Math.max(1, rows));
  const thick = Math.max(1, pitch - (pitch >= 9 ? 2 : pitch >= 4 ? 1 : 0.5));
  return { y: lane.y, top: MARGIN + Math.max(0, (room - pitch * rows) / 2), pitch, thick };
}

export interface Hit {
  lane: Lane;
  /** a lifetime, and where it lies; null: the lane, and nothing in it */
  id: number | null;
  birth: number;
  death: number;
  /** it never died */
  alive: boolean;
}

/** How far beside a thin bar a pointer may be. */
const NEAR = 3;

/** What lies there; `y` counts from the first lane. The nearest one, if it is near. */
export function hitAt(lanes: readonly Lane[], x: number, y: number, span: Span, width: number,
  end: number, data: (lane: Lane) => LaneData | null): Hit | null {
  const lane = lanes[laneAt(lanes, y)];
  if (!lane || y < 0) return null;
  const perPixel = (span.to - span.from) / width;
  const time = span.from + x * perPixel;
  const known = data(lane);
  const bars = known?.bars ?? known?.window?.bars ?? null;
  const none = { lane, id: null, birth: NaN, death: NaN, alive: false };
  if (!bars || bars.crowded) return hitFlag(lane, time, NEAR * perPixel, end) ?? none;
  const { top, pitch } = geometryOf(lane, bars.rows);
  const row = Math.floor((y - lane.y - top) / pitch);
  let best = -1;
  let distance = NEAR * perPixel;
  for (let i = 0; i < bars.count && bars.birth[i]! <= time + distance; i++) {
    if (bars.row[i] !== row) continue;
    const until = Number.isNaN(bars.death[i]!) ? end : bars.death[i]!;
    const away = Math.max(0, bars.birth[i]! - time, time - until);
    if (away <= distance) {
      best = i;
      distance = away;
    }
  }
  if (best < 0) return none;
  return {
    lane, id: bars.id[best]!, birth: bars.birth[best]!, death: bars.death[best]!,
    alive: bars.alive[best] === 1,
  };
}

/** In a lane that only counts, findings' members can be touched. */
function hitFlag(lane: Lane, time: number, near: number, end: number): Hit | null {
  const inside = (flag: Flag) =>
    time >= flag.birth - near && time <= (Number.isNaN(flag.death) ? end : flag.death) + near;
  const flag = lane.flags.find(inside);
  return flag ?
    { lane, id: flag.id, birth: flag.birth, death: flag.death, alive: flag.alive } : null;
}

/**
 * The neighbour of a lifetime among a lane's bars: the next (1) or the one before (-1); from nowhere the
 * first, or last, that is seen. -1: there is none.
 */
export function neighbour(bars: Bars, id: number | null, by: 1 | -1, span: Span, end: number): number {
  let at = -1;
  for (let i = 0; id !== null && i < bars.count && at < 0; i++) if (bars.id[i] === id) at = i;
  if (at >= 0) {
    const next = at + by;
    return next >= 0 && next < bars.count ? next : -1;
  }
  const seen = (i: number) => bars.birth[i]! <= span.to &&
    (Number.isNaN(bars.death[i]!) ? end : bars.death[i]!) >= span.from;
  for (let i = 0; i < bars.count; i++) {
    const index = by > 0 ? i : bars.count - 1 - i;
    if (seen(index)) return index;
  }
  return -1;
}
