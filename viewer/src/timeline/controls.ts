// SPDX-License-Identifier: Apache-2.0
/* Search, filters, zoom and legend above the lanes. */
import { fill, h } from "../ui/h";
import { severityOf } from "../ui/severity";
import type { Wanted } from "./choice";
import { kindRank, type Model } from "./model";
import type { Palette } from "./palette";

export interface ControlActions {
  search(text: string): void;
  match(by: 1 | -1): void;
  filter(name: "kinds" | "states", one: string): void;
  onlyFindings(): void;
  classText(text: string): void;
  zoom(factor: number): void;
  fit(): void;
}

const TYPING_MS = 250;

/** Tells once somebody has stopped typing, or at once with Enter. */
function typed(tell: (text: string) => void): (event: Event) => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return (event) => {
    const text = (event.target as HTMLInputElement).value;
    clearTimeout(timer);
    timer = setTimeout(() => tell(text), TYPING_MS);
  };
}

export class Controls {
  readonly input = h("input", {
    type: "search", "data-search": true, placeholder: "name, fd 12, function",
    "aria-label": "Search lifetimes", title: "Search (/) for a class, name, address, fd 12, function, tag; next n, previous N",
  });
  private readonly classes = h("input", {
    type: "search", placeholder: "class, process", size: "13",
    "aria-label": "Only lanes of classes or processes with this text",
  });
  private readonly found = h("span", { class: "tl-found" });
  private readonly chips = h("div", { class: "tl-chips", role: "group", "aria-label": "Filter" });
  private readonly note = h("span", { class: "tl-note" });
  readonly legend = h("details", { class: "tl-legend" }, h("summary", {}, "Legend"));
  readonly element: HTMLElement;
  private chipKey = "";

  constructor(private readonly actions: ControlActions) {
    this.input.addEventListener("input", typed((text) => actions.search(text)));
    this.input.addEventListener("keydown", (event) => this.searchKey(event));
    this.classes.addEventListener("input", typed((text) => actions.classText(text)));
    this.element = h("div", { class: "tl-bar" },
      h("div", { class: "tl-group" }, this.input,
        button("‹", "Previous match (N)", () => actions.match(-1)),
        button("›", "Next match (n)", () => actions.match(1)), this.found),
      this.chips, this.classes,
      h("div", { class: "tl-group" },
        button("−", "Zoom out (s)", () => actions.zoom(1.6)),
        button("+", "Zoom in (w)", () => actions.zoom(1 / 1.6)),
        button("Fit", "Fit: all of the recording (0)", () => actions.fit())),
      this.legend, this.note);
  }

  private searchKey(event: KeyboardEvent): void {
    if (event.key !== "Enter") return;
    event.preventDefault();
    this.actions.search(this.input.value);
    this.actions.match(event.shiftKey ? -1 : 1);
  }

  show(wanted: Wanted, model: Model | null): void {
    if (document.activeElement !== this.input) this.input.value = wanted.query;
    if (document.activeElement !== this.classes) this.classes.value = wanted.text;
    this.drawChips(wanted, model);
  }

  say(found: string, note: Node | string | null): void {
    this.found.textContent = found;
    fill(this.note, note);
  }

  /** Pressed or not; drawn anew only where something is different, since one of them may have the focus. */
  private drawChips(wanted: Wanted, model: Model | null): void {
    const kinds = [...new Set(model?.paths.map((row) => row.kind) ?? [])]
      .sort((a, b) => kindRank(a) - kindRank(b) || (a < b ? -1 : 1)).slice(0, 12);
    const states = [...new Set(model?.flags.filter((flag) => flag.member)
      .map((flag) => flag.state) ?? [])]
      .sort((a, b) => severityOf(a).rank - severityOf(b).rank).slice(0, 12);
    const key = JSON.stringify([kinds, states]);
    if (key !== this.chipKey) {
      this.chipKey = key;
      fill(this.chips,
        states.length > 0 ? chip("only", "only findings", () => this.actions.onlyFindings()) : null,
        states.map((one) => chip(`states ${one}`, `${severityOf(one).symbol} ${one}`,
          () => this.actions.filter("states", one))),
        kinds.map((one) => chip(`kinds ${one}`, one, () => this.actions.filter("kinds", one))));
    }
    for (const one of this.chips.querySelectorAll<HTMLElement>("button")) {
      const chosen = one.dataset["chip"]!;
      const value = chosen.slice(chosen.indexOf(" ") + 1);
      const pressed = chosen === "only" ? wanted.onlyFindings :
        wanted[chosen.startsWith("kinds ") ? "kinds" : "states"].has(value);
      one.setAttribute("aria-pressed", String(pressed));
    }
  }

  /** Each shape with what it says. */
  drawLegend(palette: Palette, ratio: number): void {
    const tone = "error";
    const rows: [string, (context: CanvasRenderingContext2D) => void][] = [
      ["alive, from birth to death; colours are kinds", (c) => block(c, palette.kind("fd"))],
      ["a hint only says what it belongs to", (c) => dashed(c, palette.kind("fd"))],
      ["a scope's close call, from its tick until it returned", (c) => block(c, palette.closing)],
      ["a scope after its close", (c) => block(c, palette.after("scope"))],
      ["after its scope's close, within the grace time", (c) => block(c, palette.grace("fd"))],
      ["still alive after that: a finding names it", (c) => block(c, palette.runOn(tone))],
      ["a thread that waits", (c) => block(c, palette.hang("note"))],
      ["a thread that hangs", (c) => block(c, palette.hang(tone))],
      ["never ended: still there when its process, or the recording, did", (c) => pointer(c, palette.kind("fd"))],
      ["how many are alive, where there are too many for bars", (c) => hill(c, palette.kind("fd"))],
      ["of these, what a finding names and should be gone", (c) => block(c, palette.runOn(tone))],
    ];
    fill(this.legend, h("summary", {}, "Legend"), h("ul", {}, rows.map(([says, draw]) => {
      const canvas = h("canvas", {
        width: 40 * ratio, height: 14 * ratio, "aria-hidden": "true",
      });
      const context = canvas.getContext("2d");
      context?.scale(ratio, ratio);
      if (context) draw(context);
      return h("li", {}, canvas, says);
    }), ["✖ broken", "● leaked", "▲ growing", "◆ unclosed"].map((one) => h("li", {}, one)),
    h("li", {}, "Wheel scrolls, Ctrl and wheel zooms, Shift and wheel or a drag pans; a drag on the " +
      "axis zooms to what was dragged over.")));
  }
}

function block(context: CanvasRenderingContext2D, fill: CanvasPattern | string): void {
  context.fillStyle = fill;
  context.fillRect(0, 2, 40, 10);
}

function dashed(context: CanvasRenderingContext2D, colour: string): void {
  context.strokeStyle = colour;
  context.setLineDash([4, 3]);
  context.strokeRect(0.5, 2.5, 39, 9);
}

function pointer(context: CanvasRenderingContext2D, colour: string): void {
  context.fillStyle = colour;
  context.fillRect(0, 2, 30, 10);
  context.beginPath();
  context.moveTo(30, 2);
  context.lineTo(38, 7);
  context.lineTo(30, 12);
  context.fill();
}

function hill(context: CanvasRenderingContext2D, colour: string): void {
  context.fillStyle = colour;
  for (let x = 0; x < 40; x += 2) {
    const high = 6 + 5 * Math.sin(x / 6);
    context.fillRect(x, 13 - high, 2, high);
  }
}

function button(text: string, label: string, act: () => void): HTMLElement {
  return h("button", { type: "button", title: label, "aria-label": label, onclick: act }, text);
}

function chip(name: string, text: string, act: () => void): HTMLElement {
  return h("button", {
    type: "button", class: "tl-chip", "data-chip": name, "aria-pressed": "false", onclick: act,
  }, text);
}
