// SPDX-License-Identifier: Apache-2.0
/* What can be chosen for the picture. It is made once; what is chosen is set into it. */
import { count } from "../ui/format";
import { fill, h } from "../ui/h";
import { type Chosen, measures } from "./chosen";
import type { Choices } from "./sums";

export type Patch = (params: Record<string, string>) => void;

/** The value as it is: it comes back as a filter, and is not shown. */
function option(value: string, text: string): HTMLOptionElement {
  const element = h("option", {}, text);
  element.value = value;
  return element;
}

export class Toolbar {
  readonly element: HTMLElement;
  private readonly measures: HTMLElement;
  private readonly kind: HTMLSelectElement;
  private readonly process: HTMLSelectElement;
  private readonly order: HTMLSelectElement;
  private readonly folded: HTMLInputElement;
  private readonly from: HTMLInputElement;
  private readonly to: HTMLInputElement;
  private readonly search: HTMLInputElement;
  private offered = "";
  readonly found = h("span", { class: "dim", role: "status" });

  constructor(private readonly patch: Patch) {
    const group = { role: "group", "aria-label": "What a width counts", class: "joined" };
    this.measures = h("div", group, measures.map((one) => h("button", {
      type: "button", title: one.says, value: one.name, onclick: () => patch({ m: one.name }),
    }, one.title)));
    this.kind = this.select("kind");
    this.process = this.select("process");
    this.kind.append(option("*", "all"));
    this.process.append(option("", "all"));
    this.order = this.select("order");
    this.order.append(option("", "from the start to the birth"),
      option("culprit", "by culprit, its callers below"));
    this.folded = h("input", {
      type: "checkbox",
      onchange: () => patch({ frames: this.folded.checked ? "" : "all", zoom: "" }),
    });
    this.from = this.moment("from", "from, in seconds");
    this.to = this.moment("to", "to, in seconds");
    this.search = h("input", {
      type: "search", "data-search": true, "aria-label": "Find a function or a file",
      placeholder: "Find (/)", oninput: () => patch({ q: this.search.value }),
    });
    this.element = h("div", { class: "flame-tools" }, this.measures,
      h("label", {}, "Kind", this.kind), h("label", {}, "Process", this.process),
      h("span", { class: "pair" }, h("span", {}, "Born"), this.from, h("span", {}, "to"), this.to,
        h("span", {}, "s")),
      h("label", {}, "Order", this.order),
      h("label", {}, this.folded, "only the program's own frames"),
      h("span", { class: "pair" }, this.search, this.found));
  }

  private select(param: string): HTMLSelectElement {
    const element = h("select", {
      onchange: () => this.patch({ [param]: element.value, zoom: "" }),
    });
    return element;
  }

  private moment(param: string, label: string): HTMLInputElement {
    const element = h("input", {
      type: "number", step: "any", min: "0", "aria-label": `Born ${label}`, class: "moment",
      title: "Lifetimes that are kept as sums only count at the first birth of theirs",
      onchange: () => this.patch({ [param]: element.value, zoom: "" }),
    });
    return element;
  }

  /** What there is in this trace. */
  offer(choices: Choices): void {
    const offered = JSON.stringify(choices);
    if (offered === this.offered) return; // somebody may have a list open
    this.offered = offered;
    const kinds = new Map<string, Choices["kinds"]>();
    for (const one of choices.kinds) kinds.set(one.kind, [...(kinds.get(one.kind) ?? []), one]);
    fill(this.kind, option("*", "all"), [...kinds].map(([kind, classes]) => [
      option(kind, `${kind} (${count(classes.reduce((sum, one) => sum + one.born, 0))})`),
      classes.map((one) => option(`${kind}/${one.class}`,
        `\u2003${clip(one.class)} (${count(one.born)})`)),
    ]));
    const { processes } = choices;
    fill(this.process, option("", processes.length > 1 ? `all (${processes.length})` : "all"),
      processes.map((one) => option(String(one.id), `${one.pid} ${clip(one.command)}`)));
  }

  /** What is chosen now. Inputs that somebody writes into are left alone. */
  set(chosen: Chosen, params: Record<string, string>): void {
    for (const button of this.measures.querySelectorAll("button"))
      button.setAttribute("aria-pressed", String(button.value === chosen.measure.name));
    const { kind, class: name } = chosen.filter;
    choose(this.kind, kind === null ? "*" : name === null ? kind : `${kind}/${name}`);
    choose(this.process, chosen.filter.process === null ? "" : String(chosen.filter.process));
    choose(this.order, chosen.byCulprit ? "culprit" : "");
    this.folded.checked = chosen.folded;
    write(this.from, params["from"] ?? "");
    write(this.to, params["to"] ?? "");
    write(this.search, chosen.query);
  }
}

const SHOWN_MAX = 60;

function clip(text: string): string {
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX - 1)}…` : text;
}

/** Of a link from another trace there may be no such choice: it is shown as it is. */
function choose(select: HTMLSelectElement, value: string): void {
  if (![...select.options].some((one) => one.value === value))
    select.append(option(value, clip(value)));
  select.value = value;
}

function write(input: HTMLInputElement, value: string): void {
  if (document.activeElement !== input && input.value !== value) input.value = value;
}
