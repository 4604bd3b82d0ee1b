// SPDX-License-Identifier: Apache-2.0
/* Labels lie on colours that shine through: no tool that looks at the page can tell their contrast. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { SEVERAL } from "../src/flame/shown";
import { kindColor, kinds } from "../src/ui/kinds";

const read = (name: string) => readFileSync(new URL(`../src/${name}`, import.meta.url), "utf8");
const theme = read("ui/theme.css");
const chart = read("flame/chart.css");

type Color = [number, number, number];

function colorsOf(selector: string): Map<string, Color> {
  const start = theme.indexOf(`${selector} {`);
  const block = theme.slice(start, theme.indexOf("}", start));
  return new Map([...block.matchAll(/(--[\w-]+): #(\w\w)(\w\w)(\w\w);/g)].map((found) =>
    [found[1]!, [2, 3, 4].map((index) => parseInt(found[index]!, 16)) as Color]));
}

function opacities(): number[] {
  return [...chart.matchAll(/fill-opacity: ([\d.]+);/g)].map((found) => Number(found[1]));
}

function luminance(color: Color): number {
  const [r, g, b] = color.map((one) => {
    const part = one / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as Color;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: Color, other: Color): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

describe.each([[":root"], [':root[data-theme="dark"]']])("labels in %s", (selector) => {
  const colors = colorsOf(selector);
  const names = ["--error", "--good", SEVERAL, ...kinds.map((kind) => kindColor(kind.name))];

  it.each([...names, "--warning"])("can be read on %s", (name) => {
    const [over, under] = [colors.get(name)!, colors.get("--background")!];
    const used = name === "--warning" ? opacities() : opacities().filter((one) => one !== FOUND);
    for (const opacity of used) {
      const mixed = over.map((one, index) =>
        one * opacity + under[index]! * (1 - opacity)) as Color;
      expect(contrast(colors.get("--text")!, mixed)).toBeGreaterThanOrEqual(4.5);
    }
  });
});

/** Of what a search found, which is drawn in one colour alone. */
const FOUND = 0.45;

it("what is found has the opacity that is taken for it", () => {
  expect(opacities()).toContain(FOUND);
});
