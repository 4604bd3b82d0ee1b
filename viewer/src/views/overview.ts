// SPDX-License-Identifier: Apache-2.0
/* What leaks and why, at a glance: findings, what was alive, and what the trace could not see. */
import "../overview/overview.css";
import type { App, View, ViewModule } from "../app";
import { Charts, type ChartsModel, chartTable, chosen } from "../overview/charts";
import { choose, type Chosen, type Wishes, wishesOf } from "../overview/filter";
import { coveragePart, findingLink, headPart } from "../overview/head";
import { headlineOf } from "../overview/headline";
import { SetPart } from "../overview/set";
import { FindingList } from "../overview/list";
import { Loader, type Main, type Rest } from "../overview/load";
import { around } from "../overview/picture";
import { spanParams } from "../timeline/choice";
import { soakPart, stoodPart, talliesPart, treePart } from "../overview/panels";
import { keepFocus } from "../ui/focus";
import { type Children, fill, h } from "../ui/h";
import { kindOf, kinds } from "../ui/kinds";
import type { State } from "../state";
import { parseState } from "../state";

const KINDS_MAX = 12; // of buttons; a trace may say whatever it wants
const FIRST_SHOWN = ["fd", "thread", "task"];

function card(name: string, label: string | null = null): HTMLElement {
  return h("section", { class: `card ${name}`, "aria-label": label, hidden: true });
}

class Overview implements View {
  private readonly head = h("section", { class: "head", "aria-label": "Result" },
    h("h1", {}, "Reading the trace…"));
  private readonly set: SetPart;
  private readonly list: FindingList;
  private readonly soak = card("soak");
  private readonly stood = card("stood-part");
  private readonly tree = card("tree-part");
  private readonly charts: Charts;
  private readonly toggles = h("div",
    { class: "toggles", role: "group", "aria-label": "Kinds in the charts" });
  private readonly table = h("div", { class: "wide" });
  private readonly asTable: HTMLDetailsElement;
  private readonly tallies = h("div");
  private readonly over = card("over-time");
  private readonly coverage = card("coverage");
  private readonly troubles = h("div", { class: "troubles" });
  private main: Main | null = null;
  private model: ChartsModel | null = null;
  private wishes: Wishes | null = null;
  private asked = "";
  private loader: Loader;
  private generation = 0;
  private loading = false;
  private again = false;

  constructor(private readonly root: HTMLElement, private readonly app: App) {
    this.loader = new Loader(app.trace);
    this.list = new FindingList(app);
    this.charts = new Charts((fingerprint) => this.open(fingerprint), (time, endNs) =>
      this.app.states.go({ view: "timeline", params: spanParams(around(time, endNs)) }));
    this.asTable = h("details", { ontoggle: () => this.drawTable() },
      h("summary", {}, "As a table"), this.table);
    this.over.append(h("h2", {}, "Alive over time"), this.toggles, this.charts.element,
      this.asTable, this.tallies);
    this.list.element.hidden = true;
    this.set = new SetPart(app);
    root.append(this.set.element, this.head, this.troubles, h("div", { class: "columns" },
      h("div", { class: "first" }, this.list.element, this.soak, this.stood, this.coverage,
        this.tree),
      h("div", { class: "second" }, this.over)));
    void this.load();
  }

  private open(fingerprint: string): void {
    const { rest, params } = parseState(findingLink(this.app, fingerprint));
    this.app.states.go({ view: "finding", rest, params });
  }

  /** Findings first; each part is drawn once it is there. */
  private async load(): Promise<void> {
    if (this.loading) {
      this.again = true;
      return;
    }
    this.loading = true;
    try {
      await this.loadParts();
    } finally {
      this.loading = false;
    }
    if (this.again) {
      this.again = false;
      void this.load();
    }
  }

  private async loadParts(): Promise<void> {
    const generation = ++this.generation;
    const loader = new Loader(this.app.trace);
    this.loader = loader;
    const main = await loader.main();
    if (!this.isNow(generation)) return;
    this.main = main;
    this.wishes = null;
    this.drawMain(main);
    await this.choose(this.app.states.current);
    performance.mark("overview-findings");
    const rest = await loader.rest(main.run);
    if (!this.isNow(generation)) return;
    this.drawRest(main, rest);
    const course = await loader.course(main.run);
    const lanes = await loader.lanes(main.run);
    if (!this.isNow(generation)) return;
    this.model = { course, lanes, shown: [], live: main.run.live };
    this.drawCharts(this.app.states.current);
    this.drawTroubles();
    performance.mark("overview-charts");
  }

  private isNow(generation: number): boolean {
    return generation === this.generation;
  }

  private drawMain(main: Main): void {
    keepFocus(this.root, () =>
      fill(this.coverage, coveragePart(main.run, main.coverage, main.strays)));
    this.coverage.hidden = false;
    this.list.element.hidden = false;
    this.drawTroubles();
  }

  private drawTroubles(): void {
    fill(this.troubles, [...this.loader.troubles].map((text) =>
      h("p", { class: "warned" }, `⚠ A part of this trace cannot be read: ${text}`)));
  }

  private async choose(state: State): Promise<void> {
    const { main } = this;
    if (!main) return;
    const wishes = wishesOf(state.params, this.app.session.filter);
    const asked = JSON.stringify([wishes, this.set.isWhole()]);
    if (this.wishes && asked === this.asked) return;
    this.wishes = wishes;
    this.asked = asked;
    const { known, trouble } = await this.loader.known(wishes);
    if (this.wishes !== wishes || this.main !== main) return;
    const chosen = choose(main.findings, wishes, known);
    keepFocus(this.root, () => {
      // A search looks for one in the list; it is no wish about the whole.
      const whole = { ...wishes, q: "" };
      this.drawHead(main, choose(main.findings, whole, known), whole);
      this.list.draw({
        all: main.findings, total: main.total, wishes, trouble, chosen,
        processes: new Map(main.run.processes.map((one) => [one.id, one])),
      });
    });
  }

  private drawHead(main: Main, chosen: Chosen, wishes: Wishes): void {
    const { findings, run, coverage } = main;
    const hidden = chosen.leftOut + chosen.beyondTop;
    const headline = headlineOf(chosen.findings, run, coverage, hidden);
    const name = this.set.isWhole() ? this.app.trace.name : null;
    fill(this.head,
      headPart(this.app, { headline, findings, chosen, wishes, run, coverage, name }));
    this.head.className = `head ${headline.css}`;
  }

  private drawRest(main: Main, rest: Rest): void {
    const asked = rest.stood.lines.length > 0 || main.run.meta.has("timeout_s");
    keepFocus(this.root, () => {
      this.part(this.soak, rest.soak ? soakPart(this.app, rest.soak) : null);
      this.part(this.stood, asked ? stoodPart(this.app, rest.stood, rest.deadlock) : null);
      this.part(this.tree, rest.tree.nodes > 1 ? treePart(rest.tree) : null);
    });
  }

  private part(element: HTMLElement, children: Children): void {
    fill(element, children);
    element.hidden = children === null;
  }

  private shown(state: State): string[] {
    const there = this.model!.course.series.map((one) => one.kind);
    const wanted = state.params["charts"]?.split(",") ?? FIRST_SHOWN;
    const found = wanted.filter((kind) => there.includes(kind));
    return found.length || state.params["charts"] ? found : there.slice(0, 1);
  }

  private drawCharts(state: State): void {
    const { model, main } = this;
    if (!model || !main) return;
    model.shown = this.shown(state);
    this.over.hidden = false;
    keepFocus(this.root, () => {
      this.drawToggles(model);
      fill(this.tallies, talliesPart(model.course, main.run));
    });
    this.charts.set(model);
    this.drawTable();
  }

  private drawToggles(model: ChartsModel): void {
    const order = (kind: string) => kinds.findIndex((one) => one.name === kind) >>> 0;
    const there = model.course.series.map((one) => one.kind)
      .sort((a, b) => order(a) - order(b)).slice(0, KINDS_MAX);
    fill(this.toggles, there.map((kind) => h("button", {
      type: "button", "aria-pressed": String(model.shown.includes(kind)),
      "data-key": `kind ${kind}`,
      onclick: () => this.toggle(kind, there),
    }, kindOf(kind).plural)));
  }

  private toggle(kind: string, there: readonly string[]): void {
    const shown = new Set(this.model!.shown);
    if (!shown.delete(kind)) shown.add(kind);
    const wanted = there.filter((one) => shown.has(one)).join(",");
    this.app.states.patch({ charts: wanted === FIRST_SHOWN.join(",") ? "" : wanted || "none" });
  }

  private drawTable(): void {
    const { model } = this;
    if (this.asTable.open && model && chosen(model.course, model.shown).length)
      fill(this.table, chartTable(model));
    else fill(this.table);
  }

  update(state: State): void {
    void this.set.update(state, false);
    void this.choose(state);
    if (this.model && this.shown(state).join() !== this.model.shown.join()) this.drawCharts(state);
  }

  refresh(): void {
    void this.set.update(this.app.states.current, true);
    void this.load();
  }

  destroy(): void {
    this.generation++;
    this.charts.destroy();
  }
}

export const overview: ViewModule = {
  name: "overview",
  title: "Overview",
  says: "What leaks and why, how much was alive over time, and what the recording could not see.",
  keys: [
    ["← →", "in the charts: read the moment before or after (Shift: farther)"],
    ["Home End", "in the charts: read the first or the last moment"],
    ["Enter", "in the charts: show that moment in the timeline"],
  ],
  mount(root, app) {
    return new Overview(root, app);
  },
};
