// SPDX-License-Identifier: Apache-2.0
/* The table of functions in the page. */
import type { Session } from "../session";
import { plural } from "../ui/format";
import { keepFocus } from "../ui/focus";
import { fill, h } from "../ui/h";
import { placeLink } from "../ui/place";
import { type Chosen, percent } from "./chosen";
import { filterRows, type FunctionRow, type Sort, sortRows } from "./table";
import type { Patch } from "./toolbar";

const ROWS_SHOWN = 100;

const columns: readonly (readonly [Sort, string, string])[] = [
  ["name", "Function", "by name"],
  ["module", "Module", "by module"],
  ["self", "Itself", "what was born in it"],
  ["total", "With callees", "what was born in it, and in all that it called"],
  ["leaked", "Leaked", "alive at the end, and a finding that fails a gate is about it"],
];

export class FunctionTable {
  private readonly head = h("tr");
  private readonly body = h("tbody");
  private readonly rest = h("p", { class: "dim" });
  readonly element = h("section", { class: "flame-functions", "aria-label": "Functions" },
    h("h2", {}, "Functions"),
    h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Table of functions" },
      h("table", {}, h("thead", {}, this.head), this.body)),
    this.rest);

  constructor(private readonly patch: Patch, private readonly source: Session["source"]) {
    fill(this.head, columns.map(([sort, title, says]) =>
      h("th", { scope: "col", class: isNumber(sort) ? "number" : null, "data-sort": sort },
        h("button", { type: "button", class: "plain", title: says }, title))),
      h("th", { scope: "col" }, "Where"));
  }

  draw(rows: readonly FunctionRow[], chosen: Chosen, whole: number): void {
    for (const cell of this.head.querySelectorAll<HTMLElement>("[data-sort]"))
      this.drawHead(cell, chosen);
    const found = filterRows(rows, chosen.query);
    const shown = sortRows(found, chosen.sort, chosen.reversed).slice(0, ROWS_SHOWN);
    keepFocus(this.body, () => fill(this.body, shown.map((row) => this.row(row, chosen, whole))));
    this.rest.textContent = found.length > shown.length
      ? `${plural(found.length - shown.length, "more function")} not shown: search, or sort anew`
      : found.length === 0 ? "No function of that name." : "";
  }

  private drawHead(cell: HTMLElement, chosen: Chosen): void {
    const sort = cell.dataset["sort"] as Sort;
    const isChosen = sort === chosen.sort;
    const descends = isNumber(sort) !== chosen.reversed;
    if (isChosen) cell.setAttribute("aria-sort", descends ? "descending" : "ascending");
    else cell.removeAttribute("aria-sort");
    const button = cell.querySelector("button")!;
    button.dataset["arrow"] = isChosen ? (descends ? "↓" : "↑") : "";
    button.onclick = () => this.patch({ sort: isChosen && !chosen.reversed ? `-${sort}` : sort });
  }

  private row(row: FunctionRow, chosen: Chosen, whole: number): HTMLElement {
    const { format } = chosen.measure;
    const number = (value: number) => h("td", { class: "number" },
      value > 0 ? format(value) : h("span", { class: "dim" }, "0"),
      value > 0 ? h("span", { class: "dim share" }, percent(value, whole)) : null);
    return h("tr", {},
      h("td", {}, h("button", {
        type: "button", class: "plain mono", title: "Find it in the picture", "data-key": row.id,
        onclick: () => this.patch({ q: row.name }),
      }, row.name)),
      h("td", { class: "dim" }, row.module), number(row.self), number(row.total),
      h("td", { class: "number" }, row.leaked > 0
        ? h("span", { class: "badge error" }, `● ${row.leaked}`)
        : h("span", { class: "dim" }, "0")),
      h("td", {}, placeLink(row.file, row.line, this.source)));
  }
}

function isNumber(sort: Sort): boolean {
  return sort !== "name" && sort !== "module";
}
