// SPDX-License-Identifier: Apache-2.0
/* How many were alive over time, of two recordings on one axis. */
import { IS_COUNTED, OVER, OVER_OR_ENDED } from "../contract";
import type { Asked } from "../flame/sums";
import type { Mark } from "./runs";

export const STEPS = 400;

/** Counts at the ends of equal steps from the start. */
export interface Curve {
  step: number;
  alive: Float64Array;
  /** of several processes, each of which took along what it left */
  several: boolean;
}

function changesAt(time: string): string {
  return `
SELECT min(max(CAST((${time} - :t0) / :step AS INTEGER), -1), ${STEPS}) AS bucket,
       count(*) AS count
FROM resource r LEFT JOIN process p ON p.id = r.process_id
WHERE ${IS_COUNTED} AND typeof(${time}) = 'integer' AND (:kind IS NULL OR kind = :kind) GROUP BY 1`;
}

const BIRTHS = changesAt("r.birth_ns");
const DEATHS = changesAt(OVER);
/** Of several processes: what each left is gone with it. */
const DEATHS_AND_ENDS = changesAt(OVER_OR_ENDED);
const SEVERAL = "SELECT count(*) > 1 AS several FROM (SELECT 1 FROM process LIMIT 2)";

export async function readCurve(db: Asked, step: number, kind: string | null): Promise<Curve> {
  const params = { step: Math.max(step, 1) + 0.5, kind };
  type Row = { bucket: number; count: number };
  const changes = new Float64Array(STEPS + 2); // what was there before comes first
  for (const row of await db.query<Row>(BIRTHS, params)) changes[row.bucket + 1]! += row.count;
  const [{ several } = { several: 0 }] = await db.query<{ several: number }>(SEVERAL);
  const deaths = await db.query<Row>(several ? DEATHS_AND_ENDS : DEATHS, params);
  for (const row of deaths) changes[row.bucket + 1]! -= row.count;
  const alive = new Float64Array(STEPS);
  let sum = changes[0]!;
  for (let i = 0; i < STEPS; i++) alive[i] = sum += changes[i + 1]!;
  return { step: params.step, alive, several: several === 1 };
}

/** The marks that both have in the same order from the first on: their times. */
export function sharedMarks(
  before: readonly Mark[], now: readonly Mark[],
): { before: number[]; now: number[] } {
  const shared = { before: [] as number[], now: [] as number[] };
  for (let i = 0; i < Math.min(before.length, now.length); i++) {
    if (before[i]!.text !== now[i]!.text) break;
    shared.before.push(before[i]!.time);
    shared.now.push(now[i]!.time);
  }
  return shared;
}

/** Moves a time so that each of `from` comes to lie on its one of `to`; between them evenly. */
export function aligned(time: number, from: readonly number[], to: readonly number[]): number {
  if (from.length === 0) return time;
  const next = from.findIndex((mark) => mark > time);
  if (next === 0) return time + to[0]! - from[0]!;
  const last = (next < 0 ? from.length : next) - 1;
  if (next < 0 || from[next]! === from[last]!) return time + to[last]! - from[last]!;
  const share = (time - from[last]!) / (from[next]! - from[last]!);
  return to[last]! + share * (to[next]! - to[last]!);
}

export interface Point {
  x: number;
  y: number;
}

/** Corners of the steps, times moved. */
export function pointsOf(curve: Curve, move: (time: number) => number, end: number): Point[] {
  const points: Point[] = [{ x: move(0), y: curve.alive[0] ?? 0 }];
  let last = points[0]!.y;
  for (let i = 1; i < curve.alive.length && i * curve.step <= end; i++) {
    const y = curve.alive[i]!;
    if (y === last) continue;
    const x = move(i * curve.step);
    points.push({ x, y: last }, { x, y });
    last = y;
  }
  points.push({ x: move(end), y: last });
  return points;
}
