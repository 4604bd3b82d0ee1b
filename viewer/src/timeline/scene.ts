// SPDX-License-Identifier: Apache-2.0
/* What a picture is made of, and the marks that several parts of it draw. */
import { severityOf } from "../ui/severity";
import type { Lane } from "./lanes";
import type { Bars, Model, Span } from "./model";
import type { Name } from "./names";
import type { Palette } from "./palette";
import type { LaneData } from "./store";

/** One picture. */
export interface Scene {
  context: CanvasRenderingContext2D;
  palette: Palette;
  span: Span;
  width: number;
  height: number;
  /** how far the lanes are scrolled */
  top: number;
  model: Model;
  lanes: readonly Lane[];
  /** the lanes that are seen: from, to */
  first: number;
  last: number;
  data(lane: Lane): LaneData | null;
  name(id: number): Name | undefined;
  current: Lane | null;
  selected: number | null;
  /** members of a finding that is looked at; null: none is */
  lit: ReadonlySet<number> | null;
  /** what was searched for, by path */
  matches: ReadonlyMap<number, Bars> | null;
  /** that is being chosen on the axis */
  range: Span | null;
}

export function xOf(scene: Pick<Scene, "span" | "width">, time: number): number {
  const x = ((time - scene.span.from) / (scene.span.to - scene.span.from)) * scene.width;
  return Math.max(-1e5, Math.min(1e5, x));
}

export function arrow(context: CanvasRenderingContext2D, x: number, y: number, thick: number): void {
  const size = Math.min(8, thick);
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(x + size, y + thick / 2);
  context.lineTo(x, y + thick);
  context.fill();
}

/** The state's own shape, on a ground on which it can be seen. */
export function sign(scene: Scene, state: string, x: number, y: number, thick: number): void {
  const { context, palette } = scene;
  const severity = severityOf(state);
  const size = Math.min(13, thick + 3);
  context.font = `${size}px ${palette.font.slice(5)}`;
  context.textBaseline = "middle";
  context.textAlign = "left";
  const wide = context.measureText(severity.symbol).width;
  context.fillStyle = palette.background;
  context.fillRect(x, y + thick / 2 - size / 2, wide + 2, size);
  context.fillStyle = palette.tone(severity.css);
  context.fillText(severity.symbol, x + 1, y + thick / 2 + 0.5);
}

/** Above and below it, with a point at its beginning. */
export function ticked(context: CanvasRenderingContext2D, left: number, right: number, y: number,
  thick: number): void {
  const size = thick >= 7 ? 4 : 3;
  context.fillRect(left, y + thick - 1, right - left, 1);
  context.beginPath();
  context.moveTo(left - size, y - size + 1);
  context.lineTo(left + size, y - size + 1);
  context.lineTo(left, y + size);
  context.fill();
}

export function matchesOf(scene: Scene, lane: Lane): Bars | null {
  if (!scene.matches || lane.source.from !== "paths" || lane.source.paths.length !== 1) return null;
  return scene.matches.get(lane.source.paths[0]!) ?? null;
}

/** Around what is selected. */
export function frame(scene: Scene, birth: number, until: number, y: number, thick: number): void {
  const { context, palette } = scene;
  const left = Math.max(-4, xOf(scene, birth));
  const right = Math.min(scene.width + 4, Math.max(left + 2, xOf(scene, until)));
  context.lineWidth = 2;
  context.strokeStyle = palette.background;
  context.strokeRect(left - 3, y - 3, right - left + 6, thick + 6);
  context.strokeStyle = palette.text;
  context.strokeRect(left - 2, y - 2, right - left + 4, thick + 4);
}
