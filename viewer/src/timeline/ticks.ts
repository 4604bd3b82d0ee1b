// SPDX-License-Identifier: Apache-2.0
/* The time axis, and what zoom and pan make of a span. */
import { duration } from "../ui/format";
import type { Span } from "./model";

/** From here on minutes and hours are divided as people divide them. */
const LONG = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400];

/** The next larger step that people count in. */
export function stepOf(least: number): number {
  const long = least > 1e9 ? LONG.find((one) => one * 1e9 >= least) : undefined;
  if (long) return long * 1e9;
  const power = 10 ** Math.floor(Math.log10(Math.max(1, least)));
  const factor = [1, 2, 5, 10].find((one) => one * power >= least * (1 - 1e-9)) ?? 10;
  return factor * power;
}

export interface Tick {
  time: number;
  x: number;
  label: string;
}

/** At least `apart` pixels from each other. */
export function ticksOf(span: Span, width: number, apart = 90): Tick[] {
  const length = span.to - span.from;
  if (!(length > 0) || !(width > 0)) return [];
  const step = stepOf((length / width) * apart);
  const ticks: Tick[] = [];
  for (let n = Math.ceil(span.from / step); n * step <= span.to && ticks.length < 1000; n++)
    ticks.push({
      time: n * step, x: ((n * step - span.from) / length) * width, label: label(n * step, step),
    });
  return ticks;
}

const UNITS: [number, string][] = [[1e9, "s"], [1e6, "ms"], [1e3, "µs"], [1, "ns"]];

/** As exact as the step needs: in the largest unit of which the time is one or more. */
export function label(time: number, step: number): string {
  if (time === 0) return "0";
  if (Math.abs(time) >= 60e9 && step >= 1e9) return duration(time);
  const [size, name] = UNITS.find(([one]) => Math.abs(time) >= one) ?? UNITS[3]!;
  const places = Math.max(0, Math.ceil(Math.log10(size / step) - 1e-9));
  return `${(time / size).toFixed(Math.min(9, places))} ${name}`;
}

/** No closer than this: a nanosecond is all that a trace knows. */
const LEAST = 100;

/** Inside of what there is, with a little beside it. */
export function clamped(span: Span, end: number): Span {
  const margin = end * 0.02;
  const most = end + 2 * margin;
  const length = Math.min(most, Math.max(LEAST, span.to - span.from));
  const from = Math.min(Math.max(span.from, -margin), end + margin - length);
  return { from, to: from + length };
}

/** Everything, with room for the arrows at the right. */
export function whole(end: number): Span {
  return clamped({ from: -end * 0.01, to: end * 1.02 }, end);
}

/** What lies at `at` stays there. */
export function zoomed(span: Span, factor: number, at: number, end: number): Span {
  return clamped({ from: at - (at - span.from) * factor, to: at + (span.to - at) * factor }, end);
}

/** By a part of what is seen. */
export function panned(span: Span, part: number, end: number): Span {
  const by = (span.to - span.from) * part;
  return clamped({ from: span.from + by, to: span.to + by }, end);
}

/** Around something, so that what is before and after it can be seen. */
export function around(from: number, to: number, end: number): Span {
  const room = Math.max((to - from) * 0.1, end * 1e-6, LEAST);
  return clamped({ from: from - room, to: to + room }, end);
}
