// SPDX-License-Identifier: Apache-2.0
/* Colours of the theme and patterns made of them. What is wrong has a pattern too, not a colour alone. */
import { themeColor } from "../ui/theme";
import { KINDS, kindColor } from "./model";

export type Tone = "error" | "warning" | "note";

export interface Palette {
  background: string;
  surface: string;
  line: string;
  lineStrong: string;
  text: string;
  dim: string;
  accent: string;
  accentSoft: string;
  kind(kind: string): string;
  tone(tone: Tone): string;
  soft(tone: Tone): string;
  /** what lives on after it should be gone */
  runOn(tone: Tone): CanvasPattern | string;
  /** it may still end */
  grace(kind: string): CanvasPattern | string;
  /** the close call, while it runs */
  closing: CanvasPattern | string;
  /** a scope after its close */
  after(kind: string): CanvasPattern | string;
  /** it waits, and does not come back */
  hang(tone: Tone): CanvasPattern | string;
  font: string;
  small: string;
  tiny: string;
}

const TILE = 8;

type Stroke = (context: CanvasRenderingContext2D) => void;

/** A tile of lines over a ground, as sharp as the screen. */
function pattern(on: CanvasRenderingContext2D, ratio: number, ground: string, colour: string,
  width: number, stroke: Stroke): CanvasPattern | string {
  const tile = document.createElement("canvas");
  tile.width = tile.height = Math.round(TILE * ratio);
  const context = tile.getContext("2d");
  if (!context) return colour;
  context.scale(tile.width / TILE, tile.height / TILE);
  context.fillStyle = ground;
  context.fillRect(0, 0, TILE, TILE);
  context.strokeStyle = context.fillStyle = colour;
  context.lineWidth = width;
  context.beginPath();
  stroke(context);
  context.stroke();
  const made = on.createPattern(tile, "repeat");
  made?.setTransform(new DOMMatrix().scale(TILE / tile.width, TILE / tile.height));
  return made ?? colour;
}

/** Drawn over its edges, so that tiles meet. */
const rising: Stroke = (context) => {
  for (const shift of [-TILE, 0, TILE]) {
    context.moveTo(shift - 1, TILE + 1);
    context.lineTo(shift + TILE + 1, -1);
  }
};

const falling: Stroke = (context) => {
  for (const shift of [-TILE, 0, TILE]) {
    context.moveTo(shift - 1, -1);
    context.lineTo(shift + TILE + 1, TILE + 1);
  }
};

const upright: Stroke = (context) => {
  for (const x of [1, 5]) {
    context.moveTo(x, 0);
    context.lineTo(x, TILE);
  }
};

const dotted: Stroke = (context) => {
  for (const [x, y] of [[2, 2], [6, 6]] as const) {
    context.moveTo(x - 0.9, y);
    context.lineTo(x + 0.9, y);
  }
};

const crossed: Stroke = (context) => {
  rising(context);
  falling(context);
};

const TONES: readonly Tone[] = ["error", "warning", "note"];

function byName<T>(names: readonly string[], make: (name: string) => T): (name: string) => T {
  const known = new Map(names.map((name) => [name, make(name)]));
  return (name) => known.get(name) ?? known.get(names[0]!)!;
}

/** Anew with each theme, and each density of pixels. */
export function paletteOf(on: CanvasRenderingContext2D, ratio: number): Palette {
  const sans = themeColor("--sans");
  const background = themeColor("--background");
  const text = themeColor("--text");
  const kinds: readonly string[] = ["object", ...KINDS];
  const color = byName(kinds, (kind) => themeColor(kindColor(kind)));
  const soft = byName(TONES, (tone) => themeColor(`--${tone}-soft`));
  const strong = byName(TONES, (tone) => themeColor(`--${tone}`));
  const lines = (ground: string, colour: string, width: number, stroke: Stroke) =>
    pattern(on, ratio, ground, colour, width, stroke);
  return {
    background, text, surface: themeColor("--surface"), line: themeColor("--line"),
    lineStrong: themeColor("--line-strong"), dim: themeColor("--text-dim"),
    accent: themeColor("--accent"), accentSoft: themeColor("--accent-soft"),
    kind: color, tone: strong, soft,
    runOn: byName(TONES, (tone) => lines(soft(tone), strong(tone), 3, rising)),
    grace: byName(kinds, (kind) => lines(background, color(kind), 1.6, dotted)),
    closing: lines(background, text, 1.6, upright),
    after: byName(kinds, (kind) => lines(background, color(kind), 1, falling)),
    hang: byName(TONES, (tone) => lines(soft(tone), strong(tone), 1.4, crossed)),
    font: `12px ${sans}`, small: `11px ${sans}`, tiny: `10px ${sans}`,
  };
}
