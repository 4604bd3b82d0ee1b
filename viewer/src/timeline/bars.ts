// SPDX-License-Identifier: Apache-2.0
/* From rows to rectangles: bars into rows, merged below a pixel, counted where there are too many. */
import type { Columns } from "../db/engine";
import type { Bars, Density, Span } from "./model";

/** So many lie beside each other before they are counted instead. */
export const MOST_ROWS = 22;

/**
 * Each bar goes into the first row that is free; where none is, into the one that is free first.
 * `gap` keeps what ends and begins at once apart. Births have to rise.
 */
export function pack(
  birth: Float64Array, death: Float64Array, end: number, gap = 0,
): { row: Uint16Array; rows: number; crowded: boolean } {
  const row = new Uint16Array(birth.length);
  const free: number[] = [];
  let crowded = false;
  for (let i = 0; i < birth.length; i++) {
    const until = (Number.isNaN(death[i]!) ? end : death[i]!) + gap;
    let best = free.findIndex((one) => one <= birth[i]!);
    if (best < 0 && free.length < MOST_ROWS) best = free.length;
    if (best < 0) {
      best = free.indexOf(Math.min(...free));
      crowded = true;
    }
    row[i] = best;
    free[best] = Math.max(until, free[best] ?? -Infinity);
  }
  return { row, rows: Math.max(1, free.length), crowded };
}

function numbers(columns: Columns, name: string): Float64Array {
  const found = columns.data[columns.names.indexOf(name)];
  if (found instanceof Float64Array) return found;
  return Float64Array.from((found ?? new Array<null>(columns.count).fill(null)) as unknown[],
    (one) => (typeof one === "number" ? one : NaN));
}

/** Columns id, birth, death, alive, close, closed, by birth. */
export function barsOf(columns: Columns, end: number): Bars {
  const birth = numbers(columns, "birth");
  const death = numbers(columns, "death");
  return {
    count: columns.count, id: numbers(columns, "id"), birth, death, alive: numbers(columns, "alive"),
    close: numbers(columns, "close"), closed: numbers(columns, "closed"),
    ...pack(birth, death, end),
  };
}

/** The rows of a columns answer, by their path; the order within each stays. */
export function barsByPath(columns: Columns, end: number): Map<number, Bars> {
  const path = numbers(columns, "path");
  const indexes = new Map<number, number[]>();
  for (let i = 0; i < columns.count; i++) {
    const list = indexes.get(path[i]!);
    if (list) list.push(i);
    else indexes.set(path[i]!, [i]);
  }
  const all = ["id", "birth", "death", "close", "closed", "alive"].map((name) => numbers(columns, name));
  const bars = new Map<number, Bars>();
  for (const [key, list] of indexes) {
    const [id, birth, death, close, closed, alive] = all.map((one) =>
      Float64Array.from(list, (index) => one[index]!)) as [
      Float64Array, Float64Array, Float64Array, Float64Array, Float64Array, Float64Array,
    ];
    const rows = pack(birth, death, end);
    bars.set(key, { count: list.length, id, birth, death, alive, close, closed, ...rows });
  }
  return bars;
}

/** Several lanes as one. */
export function joinBars(parts: Bars[], end: number): Bars {
  if (parts.length === 1) return parts[0]!;
  const order: [Bars, number][] = [];
  for (const part of parts) for (let i = 0; i < part.count; i++) order.push([part, i]);
  order.sort((a, b) => a[0].birth[a[1]]! - b[0].birth[b[1]]! || a[0].id[a[1]]! - b[0].id[b[1]]!);
  const take = (name: "id" | "birth" | "death" | "close" | "closed" | "alive") =>
    Float64Array.from(order, ([part, index]) => part[name][index]!);
  const birth = take("birth");
  const death = take("death");
  return {
    count: order.length, id: take("id"), birth, death, close: take("close"),
    closed: take("closed"), alive: take("alive"), ...pack(birth, death, end),
  };
}

/** What is to be drawn of a lane, reused from frame to frame. */
export class Segments {
  count = 0;
  left = new Float32Array(256);
  right = new Float32Array(256);
  /** the (first) lifetime */
  index = new Int32Array(256);
  /** so many are in it */
  merged = new Int32Array(256);

  push(left: number, right: number, index: number): void {
    if (this.count === this.index.length) this.grow();
    this.left[this.count] = left;
    this.right[this.count] = right;
    this.index[this.count] = index;
    this.merged[this.count++] = 1;
  }

  private grow(): void {
    for (const name of ["left", "right", "index", "merged"] as const) {
      const old = this[name];
      const more = new (old.constructor as { new (n: number): typeof old })(old.length * 2);
      more.set(old as never);
      this[name] = more as never;
    }
  }
}

const last = new Int32Array(MOST_ROWS + 1);

/** Bars within the span, at least a pixel wide; what starts in the pixel of a short one joins it. */
export function visible(
  bars: Bars, span: Span, width: number, end: number, into: Segments,
): Segments {
  const scale = width / (span.to - span.from);
  into.count = 0;
  last.fill(-1);
  for (let i = 0; i < bars.count; i++) {
    const birth = bars.birth[i]!;
    if (birth > span.to) break;
    const death = bars.death[i]!;
    const until = death === death ? death : end;
    if (until < span.from) continue;
    const left = Math.max(-2, (birth - span.from) * scale);
    const right = Math.min(width + 2, Math.max(left + 1, (until - span.from) * scale));
    const row = bars.row[i]!;
    const before = last[row]!;
    const joins = before >= 0 && right - left < 2 && left < into.right[before]! &&
      into.right[before]! - into.left[before]! < 3;
    if (joins) {
      into.right[before] = Math.max(into.right[before]!, right);
      into.merged[before]!++;
      continue;
    }
    last[row] = into.count;
    into.push(left, right, i);
  }
  return into;
}

/**
 * From how many were born and died in each bucket. `before` are alive at `from`. A bucket counts
 * whoever touched it.
 */
export function densityOf(
  births: Columns, deaths: Columns, from: number, step: number, length: number, before = 0,
  weight = 1,
): Density {
  const born = new Float64Array(length);
  const died = new Float64Array(length);
  for (const [columns, into] of [[births, born], [deaths, died]] as const) {
    const bucket = numbers(columns, "bucket");
    const count = numbers(columns, "count");
    for (let i = 0; i < columns.count; i++) {
      const at = Math.min(length - 1, Math.max(0, bucket[i]!));
      if (at === at) into[at]! += count[i]!;
    }
  }
  const alive = new Float64Array(length);
  let now = before;
  let most = 0;
  for (let i = 0; i < length; i++) {
    now += born[i]!;
    alive[i] = now * weight;
    most = Math.max(most, alive[i]!);
    now -= died[i]!;
  }
  return { from, step, alive, most };
}

/** The same from bars: where they are known, nothing needs to be asked. */
export function densityOfBars(
  bars: Bars, from: number, step: number, length: number, weight = 1,
): Density {
  const change = new Float64Array(length + 1);
  const at = (time: number) => Math.min(length - 1, Math.max(0, Math.floor((time - from) / step)));
  for (let i = 0; i < bars.count; i++) {
    const death = bars.death[i]!;
    if (death < from) continue;
    change[at(bars.birth[i]!)]! += weight;
    if (death === death) change[at(death) + 1]! -= weight;
  }
  const alive = change.subarray(0, length);
  let most = 0;
  for (let i = 0; i < length; i++) {
    if (i > 0) alive[i]! += alive[i - 1]!;
    most = Math.max(most, alive[i]!);
  }
  return { from, step, alive, most };
}

/** Of equal buckets, all of them together. */
export function sumOf(parts: readonly Density[]): Density {
  const alive = new Float64Array(parts[0]!.alive.length);
  for (const part of parts) part.alive.forEach((value, index) => (alive[index]! += value));
  return { ...parts[0]!, alive, most: alive.reduce((most, one) => Math.max(most, one), 0) };
}

/** The most of each `pitch` pixels, for a picture of that width. */
export function heights(
  density: Density, span: Span, width: number, pitch: number, into: Float32Array,
): number {
  const count = Math.min(into.length, Math.ceil(width / pitch));
  const perPixel = (span.to - span.from) / width;
  for (let i = 0; i < count; i++) {
    const from = (span.from + i * pitch * perPixel - density.from) / density.step;
    const to = (span.from + (i + 1) * pitch * perPixel - density.from) / density.step;
    let most = 0;
    const stop = Math.min(density.alive.length, Math.max(Math.floor(from) + 1, Math.ceil(to)));
    for (let k = Math.max(0, Math.floor(from)); k < stop; k++)
      if (density.alive[k]! > most) most = density.alive[k]!;
    into[i] = most;
  }
  return count;
}
