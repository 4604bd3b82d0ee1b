// SPDX-License-Identifier: Apache-2.0
/* The charts on one time axis: what was alive, marks, closes, what was found; by pointer and keys. */
import { count, duration } from "../ui/format";
import { append, fill, h, svg } from "../ui/h";
import { kindColor, kindOf } from "../ui/kinds";
import { type Lane, nearest } from "./events";
import { anchorOf, type Box, curveOf, ticksOf, timeOf, topOf, xOf, yOf } from "./picture";
import { aliveAt, type Course, type Series } from "./series";

const LEFT = 46;
const RIGHT = 10;
const TITLE = 20;
const HEIGHT = 58;
const GAP = 12;
const LANE = 20;
const AXIS = 22;
const REACH_PX = 7;
const LINES_MAX = 40;
const KEYS: Record<string, number> = {
  ArrowLeft: -0.01, ArrowRight: 0.01, PageDown: -0.1, PageUp: 0.1,
};

export interface ChartsModel {
  course: Course;
  lanes: Lane[];
  /** kinds to be drawn, in this order */
  shown: string[];
  /** the last moment is now, and no end */
  live: boolean;
}

/**
 * Beside its curve. What processes left when they ended is a sum over time: it is never said as if
 * it had been alive at once.
 */
export function seriesSays(series: Series, stepNs: number, live: boolean): string {
  const alive = Math.max(0, series.begun - series.ended - series.left);
  const parts = series.left ? [`${count(series.left)} left by ended processes`] : [];
  if (alive || !series.left) parts.push(`${count(alive)} alive ${live ? "now" : "at the end"}`);
  parts.push(`${stepNs ? "most at the end of a step" : "most at once"} ${count(series.peak)}`);
  return parts.join(", ");
}

/** "at 0.12 s: 14 descriptors, 5 threads alive; mark session 3" */
export function momentSays(model: ChartsModel, time: number, reachNs: number): string {
  const { course, lanes, shown } = model;
  const alive = chosen(course, shown).map((series) =>
    `${count(aliveAt(series, time))} ${kindOf(series.kind).plural}`);
  const events = lanes.flatMap((lane) => {
    const event = nearest(lane, time, reachNs);
    if (!event) return [];
    const many = event.count === 1 ? lane.words[0]
      : `${count(event.count)} ${lane.words[1]}, the first`;
    return [`${lane.symbol} ${many}: ${event.says}`];
  });
  return `at ${duration(time)}: ${alive.join(", ") || "nothing"} alive` +
    (events.length ? `; ${events.join("; ")}` : "");
}

export function chosen(course: Course, shown: readonly string[]): Series[] {
  return shown.flatMap((kind) => course.series.find((one) => one.kind === kind) ?? []);
}

/** Glyphs of a lane as one path: discs of what was found, crosses of closes, triangles of marks. */
export function glyphs(lane: Lane, endNs: number, box: Box): string {
  const y = box.top + LANE / 2;
  const seen = new Set<number>();
  let path = "";
  for (const event of lane.events) {
    const x = xOf(event.at, endNs, box);
    if (seen.has(Math.round(x / 2))) continue;
    seen.add(Math.round(x / 2));
    if (lane.name === "found") path += `M${x - 4} ${y}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0Z`;
    else if (lane.name === "close") path += `M${x - 3} ${y - 3}l6 6M${x - 3} ${y + 3}l6 -6`;
    else path += `M${x - 4} ${y - 4}h8l-4 8Z`;
  }
  return path;
}

export class Charts {
  readonly element: HTMLElement;
  private readonly picture = svg("svg", { class: "charts", "aria-hidden": "true" });
  private readonly cursor = svg("g", { class: "cursor" });
  private readonly readout = h("p", { class: "readout dim" });
  private readonly slider: HTMLElement;
  private readonly observer: ResizeObserver;
  private model: ChartsModel | null = null;
  private width = 0;
  private time: number | null = null;

  /** open: a finding was chosen; go: a moment. */
  constructor(
    private readonly open: (fingerprint: string) => void,
    private readonly go: (time: number, endNs: number) => void,
  ) {
    this.slider = h("div", {
      class: "time", tabindex: "0", role: "slider", "aria-label": "Moment of the run",
      onpointermove: (event: PointerEvent) => this.point(event),
      onpointerleave: () => this.show(null),
      onclick: (event: PointerEvent) => this.click(event),
      onkeydown: (event: KeyboardEvent) => this.key(event),
    }, this.picture);
    this.element = h("div", { class: "charts-area" }, this.slider, this.readout);
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(this.slider);
  }

  destroy(): void {
    this.observer.disconnect();
  }

  set(model: ChartsModel): void {
    this.model = model;
    this.draw();
  }

  private resize(): void {
    if (this.slider.clientWidth !== this.width) this.draw();
  }

  private box(top: number, height: number): Box {
    return { left: LEFT, top, width: Math.max(40, this.width - LEFT - RIGHT), height };
  }

  private draw(): void {
    const { model } = this;
    this.width = this.slider.clientWidth;
    if (!model || !this.width) return;
    fill(this.picture);
    let top = 0;
    for (const series of chosen(model.course, model.shown)) {
      this.series(series, this.box(top + TITLE, HEIGHT));
      top += TITLE + HEIGHT + GAP;
    }
    for (const lane of model.lanes) {
      this.lane(lane, this.box(top, LANE));
      top += LANE;
    }
    this.axis(this.box(top, 0));
    append(this.picture, this.cursor);
    this.picture.setAttribute("viewBox", `0 0 ${this.width} ${top + AXIS}`);
    this.picture.setAttribute("height", String(top + AXIS));
    this.slider.setAttribute("aria-valuemin", "0");
    this.slider.setAttribute("aria-valuemax", String(Math.round(model.course.endNs / 1e6)));
    this.show(this.time);
  }

  private series(series: Series, box: Box): void {
    const model = this.model!;
    const curve = curveOf(series, model.course.endNs, box);
    const bottom = box.top + box.height;
    append(this.picture, [
      svg("text", { x: 0, y: box.top - 6, class: "title" }, kindOf(series.kind).plural),
      svg("text", { x: box.left + box.width, y: box.top - 6, class: "says", "text-anchor": "end" },
        seriesSays(series, model.course.stepNs, model.live)),
      svg("text", { x: box.left - 6, y: box.top + 9, class: "tick", "text-anchor": "end" },
        count(curve.top)),
      svg("text", { x: box.left - 6, y: bottom, class: "tick", "text-anchor": "end" }, "0"),
      svg("path", {
        class: "frame", d: `M${box.left} ${box.top}V${bottom}H${box.left + box.width}`,
      }),
      svg("path", { class: "through", d: this.through(box) }),
      svg("g", { style: { color: `var(${kindColor(series.kind)})` } },
        svg("path", { class: "area", d: curve.area }),
        curve.folded && svg("path", { class: "folded", d: curve.folded }),
        svg("path", { class: "line", d: curve.line })),
    ]);
  }

  private lane(lane: Lane, box: Box): void {
    append(this.picture, [
      svg("text", { x: 0, y: box.top + LANE / 2 + 4, class: "tick" }, lane.words[1]),
      svg("path", { class: `glyphs ${lane.name}`, d: glyphs(lane, this.model!.course.endNs, box) }),
    ]);
  }

  /** Thin lines where marks are, as long as they are few. */
  private through(box: Box): string {
    const { course, lanes } = this.model!;
    const marks = lanes.find((lane) => lane.name === "mark")?.events ?? [];
    if (marks.length > LINES_MAX) return "";
    return marks.map((mark) =>
      `M${xOf(mark.at, course.endNs, box)} ${box.top}v${box.height}`).join("");
  }

  private axis(box: Box): void {
    const { course } = this.model!;
    const ticks = ticksOf(course.endNs, Math.max(2, Math.floor(box.width / 90)));
    append(this.picture, [
      svg("path", { class: "frame", d: `M${box.left} ${box.top}H${box.left + box.width}` }),
      ...ticks.map((time) => svg("text", {
        x: xOf(time, course.endNs, box), y: box.top + 15, class: "tick",
        "text-anchor": anchorOf(xOf(time, course.endNs, box), this.width),
      }, time === 0 ? "0" : duration(time))),
    ]);
  }

  private point(event: PointerEvent): void {
    if (!this.model) return;
    const x = event.clientX - this.slider.getBoundingClientRect().left;
    this.show(timeOf(x, this.model.course.endNs, this.box(0, 0)));
  }

  private click(event: PointerEvent): void {
    this.point(event);
    const lane = this.model?.lanes.find((one) => one.name === "found");
    const found = lane && this.time !== null ? nearest(lane, this.time, this.reach()) : null;
    const body = chosen(this.model!.course, this.model!.shown).length * (TITLE + HEIGHT + GAP);
    const y = event.clientY - this.slider.getBoundingClientRect().top;
    if (found && y >= body && y < body + LANE) this.open(found.fingerprint);
    else if (this.time !== null) this.go(this.time, this.model!.course.endNs);
  }

  private reach(): number {
    return (this.model!.course.endNs * REACH_PX) / this.box(0, 0).width;
  }

  private key(event: KeyboardEvent): void {
    if (!this.model || event.ctrlKey || event.metaKey || event.altKey) return;
    const { endNs } = this.model.course;
    const change = KEYS[event.key];
    const now = this.time ?? 0;
    if (change !== undefined)
      this.show(Math.min(endNs, Math.max(0, now + change * endNs * (event.shiftKey ? 5 : 1))));
    else if (event.key === "Home") this.show(0);
    else if (event.key === "End") this.show(endNs);
    else if (event.key === "Enter") this.go(now, endNs);
    else if (event.key === "Escape" && this.time !== null) this.show(null);
    else return;
    event.preventDefault();
  }

  private show(time: number | null): void {
    const { model } = this;
    this.time = time;
    fill(this.cursor);
    if (!model) return;
    const { endNs } = model.course;
    const at = time ?? endNs;
    const says = momentSays(model, at, this.reach());
    this.slider.setAttribute("aria-valuenow", String(Math.round(at / 1e6)));
    this.slider.setAttribute("aria-valuetext", says);
    this.readout.textContent =
      time === null ? "Point at the charts, or use arrow keys in them, to read a moment; " +
        "a click or Enter shows it in the timeline." : says;
    if (time !== null) this.drawCursor(model, time);
  }

  /** A line through all, with the values beside it. */
  private drawCursor(model: ChartsModel, time: number): void {
    const series = chosen(model.course, model.shown);
    const body = series.length * (TITLE + HEIGHT + GAP) + model.lanes.length * LANE;
    const x = xOf(time, model.course.endNs, this.box(0, 0));
    const isRight = x > this.width / 2;
    const beside = { x: isRight ? x - 5 : x + 5, "text-anchor": isRight ? "end" : "start" };
    append(this.cursor, [
      svg("path", { d: `M${x} 0V${body}` }),
      ...series.map((one, index) => {
        const box = this.box(index * (TITLE + HEIGHT + GAP) + TITLE, HEIGHT);
        const value = aliveAt(one, time);
        const y = Math.max(box.top + 11, yOf(value, topOf(one), box) - 4);
        return svg("text", { ...beside, y, class: "value" }, count(value));
      }),
      svg("text", {
        x, y: body + 15, class: "value", "text-anchor": anchorOf(x, this.width),
      }, duration(time)),
    ]);
  }
}

/** The same as a table, for those who do not see the curves: so many moments. */
export function chartTable(model: ChartsModel, rows = 20): HTMLTableElement {
  const series = chosen(model.course, model.shown);
  const { endNs } = model.course;
  const times = Array.from({ length: rows + 1 }, (_, index) => (endNs * index) / rows);
  return h("table", {},
    h("caption", { class: "hidden-text" }, "How many were alive, over time"),
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "at"),
      series.map((one) => h("th", { scope: "col", class: "number" }, kindOf(one.kind).plural)))),
    h("tbody", {}, times.map((time) => h("tr", {},
      h("th", { scope: "row" }, duration(time)),
      series.map((one) => h("td", { class: "number" }, count(aliveAt(one, time))))))));
}
