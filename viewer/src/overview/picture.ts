// SPDX-License-Identifier: Apache-2.0
/* From a series to the path that draws it, and the numbers at the axes. */
import { type Series, thinned } from "./series";

export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** At least 1; a round number above the greatest. */
export function niceTop(most: number): number {
  const size = Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(size));
  for (const factor of [1, 1.5, 2, 3, 4, 5, 8, 10])
    if (factor * power >= size && Number.isInteger(factor * power)) return factor * power;
  return Math.ceil(size);
}

export function xOf(time: number, endNs: number, box: Box): number {
  return round(box.left + (endNs > 0 ? Math.min(1, Math.max(0, time / endNs)) : 0) * box.width);
}

export function timeOf(x: number, endNs: number, box: Box): number {
  return Math.min(1, Math.max(0, (x - box.left) / Math.max(1, box.width))) * endNs;
}

export function yOf(value: number, top: number, box: Box): number {
  return round(box.top + box.height - (Math.max(0, value) / top) * box.height);
}

const round = (value: number) => Math.round(value * 10) / 10;

const LABEL = 30; // half of what a label of the axis may be wide

/** So that no label is cut at the picture's edges. */
export function anchorOf(x: number, width: number): "start" | "middle" | "end" {
  if (x < LABEL) return "start";
  return x > width - LABEL ? "end" : "middle";
}

/** Of the axis: room for what is folded, too. */
export function topOf(series: Series): number {
  return niceTop(series.peak + (series.folded?.average ?? 0));
}

const AROUND = 20; // so many of what is shown before a moment, and after it, make the run

export function around(time: number, endNs: number): { from: number; to: number } {
  const reach = Math.max(1, endNs / AROUND);
  return { from: Math.max(0, time - reach), to: Math.max(1, Math.min(endNs, time + reach)) };
}

export interface Curve {
  /** the steps, and the area below them */
  line: string;
  area: string;
  /** the average of what is folded, on top; "" where nothing is */
  folded: string;
  top: number;
}

/** The line runs on to the end of time. */
export function curveOf(series: Series, endNs: number, box: Box): Curve {
  const { times, alive } = thinned(series, endNs, Math.max(30, box.width * 3));
  const top = topOf(series);
  let line = "";
  times.forEach((time, i) => {
    const x = xOf(time, endNs, box);
    const y = yOf(alive[i]!, top, box);
    line += i === 0 ? `M${x} ${y}` : `H${x}V${y}`;
  });
  const right = round(box.left + box.width);
  line += `H${right}`;
  const bottom = round(box.top + box.height);
  const area = `${line}V${bottom}H${xOf(times[0] ?? 0, endNs, box)}Z`;
  return { line, area, folded: foldedPath(series, endNs, box, top), top };
}

/** Drawn where it is to be seen: from the first birth to the last death, above the line. */
function foldedPath(series: Series, endNs: number, box: Box, top: number): string {
  const { folded } = series;
  if (!folded || folded.average <= 0) return "";
  const { times, alive } = thinned(series, endNs, 300);
  const level = (i: number) => yOf((i < 0 ? 0 : alive[i]!) + folded.average, top, box);
  let at = times.findLastIndex((time) => time <= folded.firstNs);
  let path = `M${xOf(folded.firstNs, endNs, box)} ${level(at)}`;
  for (at++; at < times.length && times[at]! < folded.lastNs; at++)
    path += `H${xOf(times[at]!, endNs, box)}V${level(at)}`;
  return `${path}H${xOf(folded.lastNs, endNs, box)}`;
}

/** Round times for the axis: at most so many, from 0 on. */
export function ticksOf(endNs: number, most: number): number[] {
  if (endNs <= 0 || most < 1) return [0];
  const rough = endNs / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough) ?? rough;
  const ticks: number[] = [];
  for (let i = 0; i * step <= endNs && ticks.length < 100; i++) ticks.push(i * step);
  return ticks;
}
