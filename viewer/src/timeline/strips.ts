// SPDX-License-Identifier: Apache-2.0
/* Above the lanes: all of the recording with the window in it, and the axis with marks. */
import { clean } from "../ui/clean";
import { severityOf } from "../ui/severity";
import { heights } from "./bars";
import { inOrder } from "./flags";
import type { Density, Model, Span } from "./model";
import type { Palette } from "./palette";
import { ticksOf, whole } from "./ticks";

export const MINI_HEIGHT = 44;
export const AXIS_HEIGHT = 38;

const column = new Float32Array(8192);

export interface Strip {
  context: CanvasRenderingContext2D;
  palette: Palette;
  width: number;
  model: Model;
  span: Span;
}

/** All of it: how many are alive, what findings name, and the window that is seen. */
export function drawMini(strip: Strip, density: Density | null): void {
  const { context, palette, width, model, span } = strip;
  const all = whole(model.end);
  const x = (time: number) => ((time - all.from) / (all.to - all.from)) * width;
  context.fillStyle = palette.surface;
  context.fillRect(0, 0, width, MINI_HEIGHT);
  if (density) {
    const count = heights(density, all, width, 2, column);
    context.fillStyle = palette.lineStrong;
    for (let i = 0; i < count; i++) {
      const high = (column[i]! / Math.max(1, density.most)) * (MINI_HEIGHT - 12);
      if (high > 0) context.fillRect(i * 2, MINI_HEIGHT - 8 - high, 2, high);
    }
  }
  context.fillStyle = palette.text;
  for (const mark of model.marks.length > 400 ? [] : model.marks)
    context.fillRect(Math.round(x(mark.time)), 0, 1, 5);
  flags(strip, x);
  const left = x(span.from);
  const right = Math.max(left + 3, x(span.to));
  context.globalAlpha = 0.55;
  context.fillStyle = palette.background;
  context.fillRect(0, 0, left, MINI_HEIGHT);
  context.fillRect(right, 0, width - right, MINI_HEIGHT);
  context.globalAlpha = 1;
  context.strokeStyle = palette.accent;
  context.lineWidth = 2;
  context.strokeRect(left + 1, 1, right - left - 2, MINI_HEIGHT - 2);
}

function flags(strip: Strip, x: (time: number) => number): void {
  const { context, palette, model } = strip;
  let done = -1;
  for (const { flag, from, to } of inOrder(model.flags, model)) {
    if (!flag.member) continue;
    const left = Math.max(done, x(from));
    const right = Math.max(x(from) + 2, x(to));
    if (right <= left) continue;
    done = right;
    context.fillStyle = palette.runOn(severityOf(flag.state).css);
    context.fillRect(left, MINI_HEIGHT - 7, right - left, 6);
  }
}

/** Ticks above, marks below. */
export function drawAxis(strip: Strip, range: Span | null): void {
  const { context, palette, width, model, span } = strip;
  const x = (time: number) => ((time - span.from) / (span.to - span.from)) * width;
  context.fillStyle = palette.background;
  context.fillRect(0, 0, width, AXIS_HEIGHT);
  if (range) {
    context.fillStyle = palette.accentSoft;
    context.fillRect(x(range.from), 0, x(range.to) - x(range.from), AXIS_HEIGHT);
  }
  context.font = palette.small;
  context.textBaseline = "top";
  context.textAlign = "left";
  for (const tick of ticksOf(span, width)) {
    context.fillStyle = palette.lineStrong;
    context.fillRect(Math.round(tick.x), 0, 1, 7);
    context.fillStyle = palette.text;
    context.fillText(tick.label, tick.x + 4, 3);
  }
  let free = -Infinity;
  let drawn = -Infinity;
  for (const mark of model.marks) {
    const at = Math.round(x(mark.time));
    if (at < -200 || at > width || at === drawn) continue;
    drawn = at;
    context.fillStyle = palette.lineStrong;
    context.fillRect(at, AXIS_HEIGHT - (at < free ? 5 : 16), 1, at < free ? 4 : 15);
    if (at < free) continue;
    const text = clean(mark.text.replace(/\s+/g, " "));
    const label = text.length > 40 ? `${text.slice(0, 39)}…` : text;
    context.fillStyle = palette.dim;
    context.fillText(label, at + 3, AXIS_HEIGHT - 16);
    free = at + 10 + context.measureText(label).width;
  }
  context.fillStyle = palette.lineStrong;
  context.fillRect(0, AXIS_HEIGHT - 1, width, 1);
}
