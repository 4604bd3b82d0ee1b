// SPDX-License-Identifier: Apache-2.0
/* Two curves over one axis, as a picture with words. */
import { count, duration } from "../ui/format";
import { type Children, h, svg } from "../ui/h";
import type { Point } from "./curve";

const NARROWEST = 240;
const HEIGHT = 220;
const LEFT = 52;
const BOTTOM = 24;
const TOP = 10;

export interface Line {
  name: string;
  css: "old" | "new";
  points: readonly Point[];
  marks: readonly number[];
  /** several processes, of which not all ran until the end */
  several: boolean;
}

interface Scale {
  width: number;
  x(value: number): number;
  y(value: number): number;
}

function pathOf(points: readonly Point[], scale: Scale): string {
  const at = (point: Point) => `${scale.x(point.x).toFixed(1)} ${scale.y(point.y).toFixed(1)}`;
  return `M${points.map(at).join("L")}`;
}

/** A round number of steps of 1, 2 or 5. */
export function ticksOf(least: number, most: number, wanted: number): number[] {
  const span = most - least;
  if (!(span > 0) || !Number.isFinite(span)) return [least];
  const power = 10 ** Math.floor(Math.log10(span / wanted));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => span / one <= wanted)!;
  const ticks: number[] = [];
  for (let at = Math.ceil(least / step); at * step <= most + step * 1e-9; at++)
    ticks.push(at * step);
  return ticks;
}

export function timeText(ns: number): string {
  return ns === 0 ? "0" : duration(ns);
}

function axes(scale: Scale, times: readonly number[], counts: readonly number[]): SVGElement[] {
  return [
    ...counts.flatMap((value) => [
      svg("line", {
        class: "grid", x1: LEFT, x2: scale.width, y1: scale.y(value), y2: scale.y(value),
      }),
      svg("text", { x: LEFT - 6, y: scale.y(value) + 4, "text-anchor": "end" }, count(value)),
    ]),
    ...times.map((value) => svg("text", {
      x: scale.x(value), y: HEIGHT - 6, "text-anchor": "middle",
    }, timeText(value))),
  ];
}

function last(line: Line): number {
  return line.points[line.points.length - 1]?.y ?? 0;
}

function most(line: Line): number {
  return line.points.reduce((high, point) => Math.max(high, point.y), 0);
}

/** What a line says. Beside the counts of what each process left another number needs a word. */
export function lineText(line: Line): string {
  const end = line.several ? "alive when the recording ended" : "alive at the end";
  return `${count(last(line))} ${end}, highest as drawn ${count(most(line))}`;
}

export function curvesPicture(lines: readonly Line[], given: number): Children {
  const width = Math.max(given, NARROWEST);
  const all = lines.flatMap((line) => line.points);
  const first = all.reduce((low, point) => Math.min(low, point.x), 0);
  const end = all.reduce((high, point) => Math.max(high, point.x), first + 1);
  const top = Math.max(1, ...lines.map(most));
  const scale: Scale = {
    width,
    x: (value) => LEFT + ((value - first) / (end - first)) * (width - LEFT - 30),
    y: (value) => HEIGHT - BOTTOM - (value / top) * (HEIGHT - BOTTOM - TOP),
  };
  const marks = lines.flatMap((line) => line.marks.slice(0, 200).map((mark) => svg("line", {
    class: `mark ${line.css}`, x1: scale.x(mark), x2: scale.x(mark),
    y1: line.css === "old" ? HEIGHT - BOTTOM : HEIGHT - BOTTOM - 6, y2: HEIGHT - BOTTOM +
      (line.css === "old" ? 6 : 0),
  })));
  return [
    svg("svg", {
      class: "curves", width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, role: "img",
      "aria-label": lines.map((line) => `${line.name}: ${lineText(line)}`).join("; "),
    }, axes(scale, ticksOf(first, end, width / 120), ticksOf(0, top, 4)), marks, lines.map((line) =>
      svg("path", { class: `line ${line.css}`, d: pathOf(line.points, scale) }))),
    h("p", {}, lines.map((line) => [
      h("span", { class: `key ${line.css}` }, line.name),
      ` ${lineText(line)}. `,
    ])),
  ];
}
