// SPDX-License-Identifier: Apache-2.0
/* Where more was born, or less: a flame graph of differences, and the places as a table. */
import { cellsOf, type Cell } from "../flame/cells";
import { Chart, type Shown } from "../flame/chart";
import { SEVERAL } from "../flame/shown";
import { findNode } from "../flame/tree";
import type { Session } from "../session";
import { clean } from "../ui/clean";
import { fill, h } from "../ui/h";
import { placeLink } from "../ui/place";
import { diffTree, type DiffNode, type PlaceRow } from "./places";
import { signed, twoBars } from "./tables";

const ROWS_SHOWN = 60;
const CALLERS_SHOWN = 3;

function colorOf(difference: number): string {
  return difference > 0 ? "--error" : difference < 0 ? "--good" : SEVERAL;
}

function sign(difference: number): string {
  return difference > 0 ? "▲ " : difference < 0 ? "▼ " : "";
}

/** The change of a box, below rounding errors of what is counted per session. */
function differenceOf(node: { before: number; now: number }): number {
  const difference = node.now - node.before;
  return Math.abs(difference) < 1e-9 ? 0 : difference;
}

export function diffShown(cell: Cell<DiffNode>, format: (value: number) => string): Shown {
  const children = cell.children.map((child) => diffShown(child, format));
  const { node } = cell;
  if (node === null)
    return {
      key: cell.key, label: `other (${cell.others})`, value: cell.value, color: SEVERAL,
      look: "plain", children,
      spoken: `other (${cell.others}): functions that are too narrow to be drawn`,
    };
  const difference = differenceOf(node);
  const change = difference === 0 ? "" : ` ${signed(difference, format)}`;
  const label = clean(`${sign(difference)}${node.name}${change}`);
  return {
    key: cell.key, label, value: cell.value, color: colorOf(difference),
    look: cell.around ? "around" : "plain", children,
    spoken: `${label}, ${format(node.before)} → ${format(node.now)}`,
  };
}

export class Difference {
  private readonly host = h("div");
  private readonly said = h("p", { class: "compare-said" });
  private readonly table = h("div");
  readonly element = h("div", {}, this.host, this.said, this.table);
  private readonly chart: Chart;
  private tree: DiffNode = diffTree([]);
  private format = String as (value: number) => string;

  constructor(private readonly source: Session["source"], zoom: (key: string) => void) {
    this.chart = new Chart(this.host, "Stacks at which more was born, or less", {
      open: (key) => zoom(key.replace(/\+$/, "")), reset: () => zoom(""),
      spot: (key) => this.tell(key),
    });
  }

  destroy(): void {
    this.chart.destroy();
  }

  draw(rows: readonly PlaceRow[], zoom: string, format: (value: number) => string): void {
    this.format = format;
    this.tree = diffTree(rows);
    this.host.hidden = this.tree.value <= 0;
    if (this.tree.value > 0)
      this.chart.draw(diffShown(cellsOf(findNode(this.tree, zoom) ?? this.tree), format), false);
    this.tell(zoom);
    this.drawTable(rows);
  }

  private tell(key: string): void {
    const node = findNode(this.tree, key) ?? this.tree;
    if (this.tree.value <= 0) {
      fill(this.said, "Nothing of this is in either of the two.");
      return;
    }
    fill(this.said, h("strong", { class: "mono" }, node.name),
      ` ${this.format(node.before)} → ${this.format(node.now)}`,
      ` (${signed(differenceOf(node), this.format)}) `,
      placeLink(node.frame?.file ?? null, node.frame?.line ?? null, this.source));
  }

  private drawTable(rows: readonly PlaceRow[]): void {
    const differing = rows.filter((row) => differenceOf(row) !== 0);
    const shown = differing.slice(0, ROWS_SHOWN);
    const most = shown.reduce((high, row) => Math.max(high, row.before, row.now), 0);
    if (shown.length === 0) {
      fill(this.table, this.tree.value > 0
        ? h("p", {}, "At every place there are as many in both.") : null);
      return;
    }
    fill(this.table,
      h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Birth places" },
        h("table", {}, h("thead", {}, h("tr", {}, ["+/−", "Old → new", "", "Kind", "Born in"].map(
          (text, index) => text === "" ? h("td")
            : h("th", { scope: "col", class: index < 2 ? "number" : null }, text)))),
        h("tbody", {}, shown.map((row) => this.row(row, most))))),
      differing.length > shown.length
        ? h("p", { class: "dim" }, `${differing.length - shown.length} more places differ.`)
        : null);
  }

  private row(row: PlaceRow, most: number): HTMLElement {
    const maker = row.chain[row.chain.length - 1]!;
    const callers = row.chain.slice(0, -1).reverse().slice(0, CALLERS_SHOWN);
    const difference = differenceOf(row);
    const leaked = row.leakedNow > 0 || row.leakedBefore > 0
      ? h("span", { class: "badge error" }, `● leaked ${row.leakedBefore} → ${row.leakedNow}`)
      : null;
    return h("tr", {},
      h("td", { class: "number" }, h("span", {
        class: `badge ${difference > 0 ? "error" : "good"}`,
      }, `${sign(difference)}${signed(difference, this.format)}`)),
      h("td", { class: "number" }, `${this.format(row.before)} → ${this.format(row.now)}`),
      h("td", {}, twoBars(row.before, row.now, most)), h("td", {}, row.kind),
      h("td", {}, h("span", { class: "mono" }, maker.name), " ",
        placeLink(maker.file, maker.line, this.source), " ", leaked,
        row.moved ? h("span", { class: "dim" }, " (its lines moved)") : null,
        callers.length > 0 ? h("div", { class: "dim mono" }, "called by ",
          callers.map((one) => one.name).join(" ‹ ")) : null));
  }
}
