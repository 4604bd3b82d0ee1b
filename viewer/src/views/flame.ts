// SPDX-License-Identifier: Apache-2.0
/* Where things were born: stacks as a flame graph, and the same as a table of functions. */
import type { App, View, ViewModule } from "../app";
import { cellsOf } from "../flame/cells";
import { Chart } from "../flame/chart";
import { type Chosen, chosenOf, percent } from "../flame/chosen";
import { flameData } from "../flame/data";
import { detailsOf } from "../flame/details";
import { FunctionTable } from "../flame/functions";
import { isLeaky, SEVERAL, shownOf } from "../flame/shown";
import type { Stacks } from "../flame/stacks";
import { readSamples, type Sample, type Told } from "../flame/sums";
import { functionTable, type FunctionRow, mostLeaking } from "../flame/table";
import { Toolbar } from "../flame/toolbar";
import { buildTree, findNode, leadsThrough, type Node, pathTo, searchTree } from "../flame/tree";
import type { State } from "../state";
import { baseName, plural } from "../ui/format";
import { fill, h, svg } from "../ui/h";
import { kindColor, kinds } from "../ui/kinds";
import "../flame/flame.css";

const PATH_SHOWN = 8;

/** The function to look at first, as a sentence. */
function leakSentence(functions: readonly FunctionRow[], tree: Node): string {
  const worst = mostLeaking(functions);
  if (!worst) return "";
  const place = worst.file ? ` (${baseName(worst.file)}:${worst.line ?? "?"})` : "";
  const leaked = plural(tree.leaked, "leaked one", "leaked ones");
  return ` ${leaked} (●), most from ${worst.name}${place}.`;
}

function cutShort(tree: Node): string {
  return tree.cut === 0 ? ""
    : ` ${plural(tree.cut, "stack is", "stacks are")} too deep or too many to be drawn to the end.`;
}

class FlameView implements View {
  private readonly toolbar: Toolbar;
  private readonly path = h("nav", { class: "flame-path", "aria-label": "Zoomed to" });
  private readonly host = h("div");
  private readonly empty = h("p", { class: "card" });
  private readonly details = h("div", { class: "flame-details card" });
  private readonly legend = h("ul", { class: "flame-legend" });
  private readonly heading = h("h1");
  private readonly says = h("p", { class: "dim", role: "status" });
  private readonly chart: Chart;
  private readonly table: FunctionTable;
  private asked = ""; // what the samples are an answer to
  private turn = 0;
  private stacks: Stacks | null = null;
  private samples: Sample[] = [];
  private told: Told[] = [];
  private tree: Node | null = null;
  private functions: FunctionRow[] = [];
  private grown = ""; // which order and frames the two are of
  private spotted = ""; // the box that is told of
  private gone = false;

  constructor(root: HTMLElement, private readonly app: App) {
    const patch = (params: Record<string, string>) => app.states.patch(params);
    this.toolbar = new Toolbar(patch);
    this.table = new FunctionTable(patch, app.session.source);
    this.chart = new Chart(this.host, "Stacks at which things were born", {
      open: (key) => this.open(key), reset: () => this.open(""), spot: (key) => this.spot(key),
    });
    this.empty.hidden = true;
    root.append(this.heading, this.says, this.toolbar.element, this.path,
      this.host, this.empty, this.details, this.legend, this.table.element);
  }

  update(state: State): void {
    const chosen = this.chosen(state);
    this.heading.textContent = chosen.measure.heading;
    this.toolbar.set(chosen, state.params);
    const asked = JSON.stringify(
      [chosen.filter, this.app.traces.indexOf(this.app.trace), this.app.trace.revision]);
    if (asked === this.asked) this.draw(chosen);
    else void this.read(asked, chosen);
  }

  refresh(): void {
    this.update(this.app.states.current);
  }

  destroy(): void {
    this.gone = true;
    this.chart.destroy();
  }

  private chosen(state = this.app.states.current): Chosen {
    return chosenOf(state.params, { kind: this.app.session.filter["kind"] ?? null });
  }

  /** What was asked last is what is shown, however long each takes. */
  private async read(asked: string, chosen: Chosen): Promise<void> {
    const turn = ++this.turn;
    this.asked = asked;
    const { trace } = this.app;
    const { revision } = trace;
    if (!this.tree) this.says.textContent = "Counting lifetimes, and reading the stacks…";
    try {
      const { stacks, choices, told } = await flameData(trace);
      if (turn !== this.turn) return;
      const samples = await readSamples(trace.db, chosen.filter);
      if (turn !== this.turn || this.gone) return;
      this.stacks = stacks;
      this.samples = samples;
      this.grown = "";
      this.told = told;
      this.toolbar.offer(choices);
      this.toolbar.set(this.chosen(), this.app.states.current.params);
      this.draw(this.chosen());
    } catch (error) {
      if (turn !== this.turn || this.gone) return;
      this.asked = "";
      if (trace.revision !== revision) return; // it was replaced meanwhile: what follows asks again
      this.fail(error instanceof Error ? error.message : String(error));
    }
  }

  private fail(text: string): void {
    this.tree = null;
    this.grown = "";
    this.stacks = null;
    this.host.hidden = true;
    this.says.textContent = "";
    this.empty.hidden = false;
    this.empty.textContent = `The stacks cannot be read: ${text}`;
    fill(this.details);
  }

  private draw(chosen: Chosen): void {
    const tree = this.grow(chosen);
    if (!tree) return;
    const { functions } = this;
    const zoomed = findNode(tree, chosen.zoom) ?? tree;
    this.host.hidden = tree.value <= 0;
    this.empty.hidden = tree.value > 0;
    this.empty.textContent = `${chosen.measure.none} Choose another measure or filter.`;
    if (tree.value > 0)
      this.chart.draw(shownOf(cellsOf(zoomed), chosen, tree.value), chosen.byCulprit);
    fill(this.says,
      `Width: ${chosen.measure.says}.${leakSentence(functions, tree)}${cutShort(tree)}`);
    this.drawPath(zoomed);
    this.drawFound(tree, chosen);
    this.drawLegend(tree);
    this.tell(findNode(tree, this.spotted || chosen.zoom) ?? zoomed);
    this.table.draw(functions, chosen, tree.value);
  }

  /** Anew only where other stacks, or other parts of them, are asked for. */
  private grow(chosen: Chosen): Node | null {
    const { stacks } = this;
    const wanted = JSON.stringify([chosen.folded, chosen.byCulprit]);
    if (!stacks || wanted === this.grown) return this.tree;
    const chainOf = (stack: number | null) => stacks.chain(stack, chosen.folded);
    this.tree = buildTree(this.samples, chosen.byCulprit
      ? (stack) => [...chainOf(stack)].reverse() : chainOf);
    this.functions = functionTable(this.samples, chainOf);
    this.grown = wanted;
    return this.tree;
  }

  private drawPath(zoomed: Node): void {
    const path = pathTo(zoomed);
    const shown = path.length > PATH_SHOWN ? [path[0]!, ...path.slice(1 - PATH_SHOWN)] : path;
    fill(this.path, shown.map((node, index) => [
      index > 0 ? h("span", { "aria-hidden": "true" },
        index === 1 && shown.length < path.length ? "› … ›" : "›") : null,
      node === zoomed
        ? h("strong", { "aria-current": "true" }, node.name)
        : h("button", { type: "button", onclick: () => this.open(node.key) }, node.name),
    ]), zoomed.parent ? h("button", { type: "button", onclick: () => this.open("") },
      "Show all (Esc)") : null);
  }

  private drawFound(tree: Node, chosen: Chosen): void {
    const { boxes, value } = searchTree(tree, chosen.query);
    const text = chosen.query === "" ? "" : boxes === 0 ? "not found"
      : `${plural(boxes, "box", "boxes")}, ${chosen.measure.format(value)}` +
        ` (${percent(value, tree.value)})`;
    if (this.toolbar.found.textContent !== text) this.toolbar.found.textContent = text;
  }

  private drawLegend(tree: Node): void {
    const swatch = (color: string) => svg("svg", { width: 16, height: 12, "aria-hidden": "true" },
      svg("rect", {
        width: 16, height: 12, fill: `var(${color})`, "fill-opacity": 0.45, stroke: `var(${color})`,
      }));
    const there = kinds.map((kind) => kind.name).filter((kind) => tree.kinds.has(kind));
    fill(this.legend,
      tree.leaked > 0
        ? h("li", {}, swatch("--error"), "● some of it leaked; red: most of it") : null,
      there.map((kind) => h("li", {}, swatch(kindColor(kind)), kind)),
      there.length > 1 || isLeaky(tree) ? h("li", {}, swatch(SEVERAL), "several kinds") : null);
  }

  /** "+" stands for what is too narrow: it is seen when what it stands on is zoomed to. */
  private open(key: string): void {
    const target = key.replace(/\+$/, "");
    this.spotted = target;
    this.app.states.patch({ zoom: target });
    const node = this.tree && findNode(this.tree, target);
    if (node) this.app.say(target === "" ? "all is shown" : `zoomed to ${node.name}`);
  }

  private spot(key: string): void {
    const node = this.tree && findNode(this.tree, key);
    if (!node) return;
    this.spotted = key;
    this.tell(node);
  }

  /** Findings about what was born in a function, or in what it called; each once. */
  private toldOf(node: Node, chosen: Chosen): Told[] {
    if (node.leaked === 0) return [];
    const found = new Map<string, Told>();
    for (const one of this.told) {
      const chain = this.stacks!.chain(one.stack, chosen.folded);
      if (!found.has(one.fingerprint) &&
          leadsThrough(chosen.byCulprit ? [...chain].reverse() : chain, node))
        found.set(one.fingerprint, one);
    }
    return [...found.values()];
  }

  private tell(node: Node): void {
    const chosen = this.chosen();
    const { trace } = this.app.states.current.params;
    fill(this.details,
      detailsOf(node, chosen, this.tree!.value, this.toldOf(node, chosen), this.app.session.source,
        trace ? { trace } : {}));
  }
}

export const flame: ViewModule = {
  name: "flame",
  title: "Flame graph",
  says: "Which functions made what is alive, leaked, or sent bytes.",
  keys: [
    ["← → ↑ ↓", "from box to box"],
    ["Enter", "zoom to the box"],
    ["Esc", "show all"],
    ["Home", "to the box of all"],
  ],
  mount: (root, app) => new FlameView(root, app),
};
