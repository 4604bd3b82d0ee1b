// SPDX-License-Identifier: Apache-2.0
/* The lanes' names as a tree in the document, only those that are seen. */
import { clean } from "../ui/clean";
import { count } from "../ui/format";
import { fill, h } from "../ui/h";
import { severityOf } from "../ui/severity";
import { type Lane } from "./lanes";
import { kindColor } from "./model";

export interface RowActions {
  choose(lane: Lane): void;
  toggle(lane: Lane): void;
}

/** So far down names move to the right; deeper ones stay there. */
const DEEPEST = 8;

let ids = 0;

export class Rows {
  readonly element = h("div", {
    class: "tl-tree", role: "tree", tabindex: "0", "aria-label": "Lanes", "aria-busy": "true",
  });
  private readonly shown = new Map<string, { lane: Lane; row: HTMLElement }>();

  constructor(private readonly actions: RowActions) {}

  /** Rows from first to last, and the current one. */
  show(lanes: readonly Lane[], first: number, last: number, current: Lane | null): void {
    const kept = new Set<string>();
    let before: HTMLElement | null = null;
    for (let i = first; i < last; i++) {
      const lane = lanes[i]!;
      kept.add(lane.key);
      const row = this.row(lane);
      set(row, "aria-selected", String(lane === current));
      if (before ? before.nextSibling !== row : this.element.firstChild !== row)
        this.element.insertBefore(row, before ? before.nextSibling : this.element.firstChild);
      before = row;
    }
    for (const [key, { row }] of this.shown)
      if (!kept.has(key)) {
        row.remove();
        this.shown.delete(key);
      }
    if (lanes.length > 0) this.element.removeAttribute("aria-busy");
    const active = current ? this.shown.get(current.key)?.row.id : undefined;
    if (active) set(this.element, "aria-activedescendant", active);
    else this.element.removeAttribute("aria-activedescendant");
  }

  private row(lane: Lane): HTMLElement {
    const known = this.shown.get(lane.key);
    if (known?.lane === lane) {
      this.place(known.row, lane);
      return known.row;
    }
    const row = known?.row ?? h("div", { role: "treeitem", id: `tl-row-${++ids}` });
    row.className = lane.hint ? "tl-row hint" : "tl-row";
    for (const [name, value] of attributes(lane))
      if (value === null) row.removeAttribute(name);
      else row.setAttribute(name, clean(value));
    fill(row, this.parts(lane));
    row.onclick = () => this.actions.choose(lane);
    row.ondblclick = () => this.actions.toggle(lane);
    this.place(row, lane);
    this.shown.set(lane.key, { lane, row });
    return row;
  }

  private place(row: HTMLElement, lane: Lane): void {
    const top = `${lane.y}px`;
    const height = `${lane.height}px`;
    if (row.style.top !== top) row.style.top = top;
    if (row.style.height !== height) row.style.height = height;
  }

  private parts(lane: Lane) {
    const indent = `calc(${Math.min(lane.depth, DEEPEST)} * var(--tl-indent))`;
    const toggle = h("span", {
      class: "tl-toggle", "aria-hidden": "true",
      onclick: (event: Event) => {
        event.stopPropagation();
        this.actions.toggle(lane);
      },
    }, lane.openable ? (lane.open ? "▾" : "▸") : "");
    return [
      h("span", { style: { width: indent }, class: "tl-indent" }), toggle,
      h("span", {
        class: "tl-swatch", "aria-hidden": "true",
        style: { background: `var(${kindColor(lane.kind)})` },
      }),
      h("span", { class: "tl-name" }, lane.label),
      kindWord(lane),
      lane.state === null ? null : badge(lane),
      h("span", { class: "tl-count" }, lane.source.from.startsWith("process") || lane.count !== 1 ?
        `${lane.about ? "≈ " : ""}${count(lane.count)}` : ""),
    ];
  }
}

/** What is the same would be laid out again. */
function set(element: Element, name: string, value: string): void {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

function kindWord(lane: Lane): HTMLElement | null {
  const plain = lane.source.from === "paths" && lane.kind !== lane.label &&
    !lane.label.startsWith(`${lane.kind},`);
  return plain ? h("span", { class: "tl-kind" }, lane.kind) : null;
}

function badge(lane: Lane): HTMLElement {
  const severity = severityOf(lane.state!);
  return h("span", { class: `tl-flag ${severity.css}`, title: `${severity.state}: ${severity.says}` },
    h("span", { "aria-hidden": "true" }, severity.symbol), h("span", { class: "tl-flag-count" }, count(lane.flagged)),
    h("span", { class: "hidden-text" }, ` ${severity.state}`));
}

function attributes(lane: Lane): [string, string | null][] {
  return [
    ["aria-level", String(lane.depth + 1)],
    ["aria-posinset", String(lane.position)],
    ["aria-setsize", String(lane.siblings)],
    ["aria-expanded", lane.openable ? String(lane.open) : null],
    ["title", lane.hint ? `${lane.label}: only a hint says what they belong to` : lane.label],
  ];
}
