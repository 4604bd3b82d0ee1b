// SPDX-License-Identifier: Apache-2.0
/*
 * How many were alive, over time. Of few lifetimes each birth and death counts; of many, SQL counts
 * them by steps of time, so that the number at the end of each step is exact. What is kept as sums
 * (lifetimes that ended in order, beyond the trace's budget) has no times of its own: it is shown
 * as its average.
 */
import { IS_COUNTED, OVER, OVER_OR_ENDED } from "../contract";
import type { Columns, Row } from "../db/engine";
import { asText, countOf, numberOf, textOf } from "./cells";

/** So many lifetimes are looked at one by one. */
export const EXACT_MAX = 20000;
export const STEPS = 400;

/** An id is at most this where there are so many rows: cheaper than to count them. */
export const SIZE_SQL = `
SELECT coalesce(max(id), 0) AS last,
  (SELECT count(*) FROM (SELECT 1 FROM process LIMIT 2)) AS processes,
       (SELECT count(*) FROM (SELECT 1 FROM resource LIMIT ${EXACT_MAX + 1})) AS few FROM resource`;

const JOINED = "resource r JOIN process p ON p.id = r.process_id";

/** joined: of several processes, whose ends are to be asked. */
export function exactSql(joined: boolean): string {
  return `
SELECT r.kind AS kind, r.birth_ns - :t0 AS birth, ${joined ? OVER_OR_ENDED : OVER} - :t0 AS over,
       ${OVER} IS NOT NULL AS ended
FROM ${joined ? JOINED : "resource r"} WHERE ${IS_COUNTED}`;
}

/** Steps of :step nanoseconds; what lies outside is counted at the first or last. */
export function stepsSql(joined: boolean): string {
  const step = (time: string) =>
    `max(0, min(${STEPS - 1}, (${time} - CAST(:t0 AS INTEGER)) / CAST(:step AS INTEGER)))`;
  return `
SELECT r.kind AS kind, ${step("r.birth_ns")} AS birth,
  ${step(joined ? OVER_OR_ENDED : OVER)} AS over,
       ${OVER} IS NOT NULL AS ended, count(*) AS count
FROM ${joined ? JOINED : "resource r"} WHERE ${IS_COUNTED} GROUP BY 1, 2, 3, 4`;
}

export const FOLDED_SQL = `
SELECT kind, total(count) AS count, total(total_ns) AS total, min(first_birth_ns) - :t0 AS first,
       max(last_death_ns) - :t0 AS last FROM lifetime_statistics GROUP BY kind`;

/** What was handed down to the program is its parent's, and no part of what is counted here. */
export const INHERITED_SQL =
  "SELECT kind, count(*) AS count FROM resource WHERE inherited <> 0 GROUP BY kind LIMIT 100";

export interface Folded {
  count: number;
  /** from the run's start */
  firstNs: number;
  lastNs: number;
  /** alive at once, on average, between the two */
  average: number;
}

/** alive[i] from times[i] on, until times[i + 1]. */
export interface Series {
  kind: string;
  times: number[];
  alive: number[];
  begun: number;
  ended: number;
  /** alive when their process ended, which is where their line ends */
  left: number;
  peak: number;
  folded: Folded | null;
}

export interface Course {
  endNs: number;
  /** 0: each birth and death is shown where it was */
  stepNs: number;
  series: Series[];
  /** how many of a kind came from the parent */
  inherited: ReadonlyMap<string, number>;
}

class Tally {
  readonly changes = new Map<number, number>();
  begun = 0;
  ended = 0;
  left = 0;

  add(time: number, change: number): void {
    this.changes.set(time, (this.changes.get(time) ?? 0) + change);
  }
}

function tallyOf(tallies: Map<string, Tally>, kind: string): Tally {
  const known = tallies.get(kind) ?? new Tally();
  tallies.set(kind, known);
  return known;
}

function seriesOf(kind: string, tally: Tally, folded: Folded | null): Series {
  const times = [...tally.changes.keys()].sort((a, b) => a - b);
  let now = 0;
  const alive = times.map((time) => (now += tally.changes.get(time)!));
  if (times[0] !== 0) {
    times.unshift(0);
    alive.unshift(0);
  }
  const more = folded?.count ?? 0;
  return {
    kind, times, alive, begun: tally.begun + more, ended: tally.ended + more,
    left: tally.left,
    peak: alive.reduce((most, one) => Math.max(most, one), 0), folded,
  };
}

export function inheritedOf(rows: Row[]): Map<string, number> {
  return new Map(rows.map((row) => [textOf(row, "kind"), countOf(row, "count")]));
}

export function foldedOf(rows: Row[], endNs: number): Map<string, Folded> {
  const found = new Map<string, Folded>();
  for (const row of rows) {
    const firstNs = within(numberOf(row, "first"), endNs);
    const lastNs = Math.max(firstNs, within(numberOf(row, "last"), endNs));
    const average = lastNs > firstNs ? Math.max(0, numberOf(row, "total")) / (lastNs - firstNs) : 0;
    found.set(textOf(row, "kind"), { count: countOf(row, "count"), firstNs, lastNs, average });
  }
  return found;
}

function within(time: number, endNs: number): number {
  return Number.isFinite(time) ? Math.max(0, Math.min(endNs, time)) : 0;
}

function column(columns: Columns, name: string): ArrayLike<unknown> {
  return columns.data[columns.names.indexOf(name)] ?? [];
}

function finite(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

function countOne(
  tally: Tally, birth: number, over: number | null, ended: boolean, count: number,
): void {
  tally.begun += count;
  if (ended) tally.ended += count;
  else if (over !== null) tally.left += count;
  tally.add(birth, count);
  if (over !== null) tally.add(Math.max(birth, over), -count);
}

/** columns: of exactSql. */
export function exactCourse(
  columns: Columns, folded: Map<string, Folded>, endNs: number,
): Course {
  const tallies = new Map<string, Tally>();
  const kinds = column(columns, "kind");
  const births = column(columns, "birth");
  const overs = column(columns, "over");
  const ended = column(columns, "ended");
  for (let i = 0; i < columns.count; i++) {
    const over = finite(overs[i]);
    countOne(tallyOf(tallies, kindAt(kinds[i])), within(finite(births[i]) ?? 0, endNs),
      over === null ? null : within(over, endNs), finite(ended[i]) === 1, 1);
  }
  return { endNs, stepNs: 0, series: all(tallies, folded), inherited: new Map() };
}

/** rows: of stepsSql. What was born and died in a step shows only as begun and ended. */
export function steppedCourse(
  rows: Row[], folded: Map<string, Folded>, endNs: number, stepNs: number,
): Course {
  const tallies = new Map<string, Tally>();
  const at = (step: number) => within((Math.max(0, Math.min(STEPS - 1, step)) + 1) * stepNs, endNs);
  for (const row of rows) {
    const over = finite(row["over"]);
    countOne(tallyOf(tallies, textOf(row, "kind")), at(numberOf(row, "birth")),
      over === null ? null : at(over), numberOf(row, "ended") === 1, countOf(row, "count"));
  }
  return { endNs, stepNs, series: all(tallies, folded), inherited: new Map() };
}

function kindAt(value: unknown): string {
  return asText(value as Parameters<typeof asText>[0]);
}

function all(tallies: Map<string, Tally>, folded: Map<string, Folded>): Series[] {
  for (const kind of folded.keys()) tallyOf(tallies, kind);
  return [...tallies].map(([kind, tally]) => seriesOf(kind, tally, folded.get(kind) ?? null))
    .sort((a, b) => (a.kind < b.kind ? -1 : 1));
}

export function stepOf(endNs: number): number {
  return Math.max(1, Math.ceil(endNs / STEPS));
}

/** How many are alive at that time; without what is folded. */
export function aliveAt(series: Series, time: number): number {
  let low = 0;
  let high = series.times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (series.times[middle]! <= time) low = middle + 1;
    else high = middle;
  }
  return low ? series.alive[low - 1]! : 0;
}

/** At most so many points, from each stretch of time the least, the most and the last. */
export function thinned(
  series: Series, endNs: number, most: number,
): { times: number[]; alive: number[] } {
  if (series.times.length <= most) return series;
  const parts = Math.max(1, Math.floor(most / 3));
  const times: number[] = [];
  const alive: number[] = [];
  const width = Math.max(1, endNs) / parts;
  for (let i = 0, part = 0; i < series.times.length; part++) {
    const begin = i;
    const until = part < parts - 1 ? (part + 1) * width : Infinity;
    while (i < series.times.length && series.times[i]! < until) i++;
    for (const index of extremes(series.alive, begin, i)) {
      times.push(series.times[index]!);
      alive.push(series.alive[index]!);
    }
  }
  return { times, alive };
}

/** Indexes of the least, the most and the last of a stretch, in order. */
function extremes(values: readonly number[], begin: number, end: number): number[] {
  if (begin >= end) return [];
  let least = begin;
  let most = begin;
  for (let i = begin; i < end; i++) {
    if (values[i]! < values[least]!) least = i;
    if (values[i]! > values[most]!) most = i;
  }
  return [...new Set([least, most, end - 1])].sort((a, b) => a - b);
}
