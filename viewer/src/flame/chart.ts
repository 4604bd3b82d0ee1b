// SPDX-License-Identifier: Apache-2.0
/*
 * A flame graph that can be walked by keyboard and read aloud: d3-flame-graph draws, and each of
 * its boxes gets a name and a place in the order of focus. Where it zooms to is the URL's, so its
 * own zoom is not used.
 */
import type { HierarchyRectangularNode } from "d3-hierarchy";
import { select, selectAll } from "d3-selection";
import flamegraph from "d3-flame-graph";
import { type Place, type Step, walk } from "./cells";
import "./chart.css";

/** A box as it is shown. */
export interface Shown {
  key: string;
  label: string;
  /** what is said of it: its whole name and its numbers */
  spoken: string;
  value: number;
  /** of theme.css: a colour's name */
  color: string;
  /** found | around | plain */
  look: string;
  children: Shown[];
}

export interface ChartEvents {
  /** Enter, or a click */
  open(key: string): void;
  /** Escape */
  reset(): void;
  /** the pointer is over it, or it has focus */
  spot(key: string): void;
}

type Box = HierarchyRectangularNode<Shown>;

const CELL = 22;
const NARROWEST = 1.5;

const keys: Record<string, Step> = {
  ArrowLeft: "left", ArrowRight: "right", Home: "first",
};

export class Chart {
  private graph: ReturnType<typeof flamegraph<Shown>> | null = null;
  private inverted = false;
  private drawn: Shown | null = null;
  private width = 0;
  private focused = "";
  private readonly watch = new ResizeObserver(() => this.resized());

  constructor(private readonly host: HTMLElement, private readonly name: string,
    private readonly events: ChartEvents) {
    host.classList.add("chart");
    host.addEventListener("keydown", (event) => this.key(event));
    // Before the graph's own listener, which would zoom by itself.
    host.addEventListener("click", (event) => this.click(event), { capture: true });
    host.addEventListener("focusin", (event) => this.spot(event.target));
    this.watch.observe(host);
  }

  destroy(): void {
    this.watch.disconnect();
    this.graph?.destroy();
  }

  /** Inverted: the root is at the top. Focus stays on the box that had it, if it is there still. */
  draw(root: Shown, inverted: boolean): void {
    const hadFocus = this.host.contains(document.activeElement);
    this.drawn = root;
    this.inverted = inverted;
    this.width = this.host.clientWidth;
    this.graph?.destroy();
    this.graph = null;
    if (this.width <= 0) return;
    this.graph = flamegraph<Shown>()
      .width(this.width).cellHeight(CELL).minFrameSize(NARROWEST).transitionDuration(0)
      .inverted(inverted)
      .getName((box) => box.data.label).getValue((data) => data.value)
      .getChildren((data) => data.children)
      .setLabelHandler((box) => box.data.spoken).setDetailsHandler(() => undefined)
      .setColorMapper((box) => `var(${box.data.color})`)
      .onHover((box) => this.events.spot(box.data.key));
    this.graph(select<HTMLElement, Shown>(this.host).datum(root));
    this.nameBoxes(hadFocus);
  }

  private nameBoxes(hadFocus: boolean): void {
    const svg = select(this.host).select<SVGSVGElement>("svg");
    svg.attr("role", "tree").attr("aria-label", this.name);
    svg.select("text.title").remove();
    this.fit(svg.node()!);
    svg.selectAll<SVGGElement, Box>("g.frame")
      .attr("role", "treeitem")
      .attr("tabindex", "-1")
      .attr("aria-level", (box) => box.depth + 1)
      .attr("aria-label", (box) => box.data.spoken)
      .attr("data-key", (box) => box.data.key)
      .attr("data-look", (box) => box.data.look);
    const start = this.box(this.focused) ?? this.box("");
    start?.setAttribute("tabindex", "0");
    if (hadFocus) start?.focus({ preventScroll: true });
  }

  /** The graph keeps two rows free for a title that is not there. */
  private fit(svg: SVGSVGElement): void {
    const height = Number(svg.getAttribute("height"));
    const free = 2 * CELL;
    svg.setAttribute("height", String(height - free));
    svg.setAttribute("viewBox",
      `0 ${this.inverted ? 0 : free} ${this.width} ${height - free}`);
  }

  private resized(): void {
    if (this.drawn && Math.abs(this.host.clientWidth - this.width) >= 1)
      this.draw(this.drawn, this.inverted);
  }

  private boxes(): SVGGElement[] {
    return [...this.host.querySelectorAll<SVGGElement>("g.frame")];
  }

  private box(key: string): SVGGElement | null {
    return this.boxes().find((box) => box.dataset["key"] === key) ?? null;
  }

  private keyOf(target: EventTarget | null): string | null {
    if (!(target instanceof Element)) return null;
    return target.closest<SVGGElement>("g.frame")?.dataset["key"] ?? null;
  }

  private spot(target: EventTarget | null): void {
    const key = this.keyOf(target);
    if (key === null) return;
    for (const box of this.boxes()) box.setAttribute("tabindex", "-1");
    this.box(key)?.setAttribute("tabindex", "0");
    this.focused = key;
    this.events.spot(key);
  }

  private click(event: Event): void {
    const key = this.keyOf(event.target);
    if (key === null) return;
    event.stopPropagation();
    this.focused = key;
    this.events.open(key);
  }

  private key(event: KeyboardEvent): void {
    const key = this.keyOf(event.target);
    if (key === null || event.ctrlKey || event.metaKey || event.altKey) return;
    const deeper = this.inverted ? "ArrowDown" : "ArrowUp";
    const step = event.key === deeper ? "in"
      : event.key === "ArrowUp" || event.key === "ArrowDown" ? "out" : keys[event.key];
    if (step) this.step(key, step);
    else if (event.key === "Enter" || event.key === " ") this.events.open(key);
    else if (event.key === "Escape") this.events.reset();
    else return;
    event.preventDefault();
  }

  private step(key: string, step: Step): void {
    const places: Place[] = [];
    selectAll<SVGGElement, Box>(this.boxes()).each((box) => {
      places.push({ key: box.data.key, depth: box.depth, x0: box.x0, x1: box.x1 });
    });
    const from = places.find((one) => one.key === key);
    const to = from && walk(places, from, step);
    if (to) this.box(to.key)?.focus();
  }
}
