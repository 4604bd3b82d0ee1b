// SPDX-License-Identifier: Apache-2.0
/* The list of findings, grouped by state, and the wishes that choose among them. */
import type { App } from "../app";
import { count, plural } from "../ui/format";
import { append, fill, h } from "../ui/h";
import { severities } from "../ui/severity";
import { type Chosen, leftOutSays, paramOf, type Wish, type Wishes } from "./filter";
import { type Finding, type Group, groupsOf } from "./findings";
import { findingLink } from "./head";
import { culpritLine } from "./place";
import { type Process, processName } from "./run";

/** More of one group are shown when they are asked for. */
const ROWS_MAX = 100;

export interface ListModel {
  all: readonly Finding[];
  /** that there are in the trace */
  total: number;
  chosen: Chosen;
  wishes: Wishes;
  processes: ReadonlyMap<number, Process>;
  /** why a wish chooses nothing: there is no such mark */
  trouble: string | null;
}

/** While a run goes on no gate has the last word; what excuses a finding is known all the same. */
function gateBadges(finding: Finding, live: boolean): HTMLElement[] {
  const { gate } = finding;
  if (!gate || (live && !finding.excused)) return [];
  const badges: HTMLElement[] = [];
  if (gate.fails) badges.push(h("span", { class: "badge error" }, "✖ fails the gate"));
  else
    badges.push(h("span", { class: "badge note" },
      finding.excused ? "✓ excused" : "✓ passes the gate"));
  if (gate.novelty) badges.push(h("span", { class: "badge note" }, gate.novelty));
  return badges;
}

function row(app: App, finding: Finding, process: Process | undefined): HTMLElement {
  const { severity } = finding;
  return h("li", { class: `entry ${severity.css}` },
    h("span", { class: "symbol", title: severity.state, "aria-hidden": "true" }, severity.symbol),
    h("div", { class: "what" },
      h("a", {
        class: "sentence", href: findingLink(app, finding.fingerprint),
        "data-key": finding.fingerprint,
      },
        h("span", { class: "hidden-text" }, `${finding.state}: `), finding.message),
      finding.culprit && h("div", { class: "blame" }, culpritLine(app, finding.culprit)),
      h("div", { class: "facts" },
        h("span", { class: "mono" }, finding.rule),
        h("span", {}, `${count(finding.count)} × ${finding.className || finding.kind}`),
        process && h("span", {}, `${processName(process)} (pid ${process.pid})`),
        gateBadges(finding, app.trace.live),
        finding.gate?.says && h("span", { class: "dim" }, finding.gate.says),
        h("span", { class: "fingerprint dim mono" }, finding.fingerprint))));
}

export class FindingList {
  readonly element = h("section", { class: "findings", "aria-label": "Findings" });
  private readonly search = h("input", {
    type: "search", "data-search": true, "aria-label": "Search findings",
    placeholder: "search: text, rule, function (/)",
    oninput: () => this.wish("q", this.search.value),
  });
  private readonly selects = {
    state: this.select("state", "any state"),
    kind: this.select("kind", "any kind"),
    rule: this.select("rule", "any rule"),
  };
  private readonly texts = {
    scope: this.input("scope", "--scope: class of what it belongs to; * for anything"),
    mine: this.input("mine", "--mine: whose function to blame, a file or module; * for anything"),
    since: this.input("since", "--since: seconds of the run, or the text of a mark"),
    top: this.input("top", "--top: at most so many"),
  };
  private readonly more: HTMLDetailsElement;
  private readonly bar: HTMLElement;
  private readonly says = h("p", { class: "dim", role: "status" });
  private readonly groups = h("div");
  private readonly wide = new Set<string>();
  private readonly opened = new Map<string, boolean>();
  private model: ListModel | null = null;

  constructor(private readonly app: App) {
    this.more = h("details", { class: "more" }, h("summary", {}, "More filters"),
      Object.values(this.texts).map((input) => h("label", {}, input.title, input)));
    this.bar = h("div", { class: "filters", role: "search" }, this.search,
      Object.values(this.selects), this.more);
    append(this.element, [h("h2", {}, "Findings"), this.bar, this.says, this.groups]);
  }

  private wish(wish: Wish, value: string): void {
    this.app.states.patch({ [wish]: paramOf(wish, value, this.app.session.filter) });
  }

  private select(wish: Wish, any: string): HTMLSelectElement {
    const select = h("select",
      { "aria-label": wish, onchange: () => this.wish(wish, select.value) },
      h("option", { value: "" }, any));
    return select;
  }

  private input(wish: Wish, says: string): HTMLInputElement {
    const input = h("input", {
      type: "text", title: says, onchange: () => this.wish(wish, input.value.trim()),
    });
    return input;
  }

  private options(select: HTMLSelectElement, values: readonly string[], chosen: string): void {
    const known = [...select.options].slice(1).map((option) => option.value);
    const wanted = chosen && !values.includes(chosen) ? [...values, chosen] : values;
    if (known.join("\n") !== wanted.join("\n")) {
      while (select.options.length > 1) select.options[1]!.remove();
      append(select, wanted.map((value) => h("option", { value }, value)));
    }
    select.value = chosen;
  }

  private fields(model: ListModel): void {
    const { wishes, all } = model;
    const sorted = (values: string[]) => [...new Set(values)].filter(Boolean).sort();
    if (document.activeElement !== this.search) this.search.value = wishes.q;
    const states = sorted(all.map((one) => one.state));
    const rank = (state: string) => severities.findIndex((one) => one.state === state);
    this.options(this.selects.state, states.sort((a, b) => rank(a) - rank(b)), wishes.state);
    this.options(this.selects.kind, sorted(all.map((one) => one.kind)), wishes.kind);
    const rules = all.flatMap((one) => [one.rule, ...one.causes]);
    this.options(this.selects.rule, sorted(rules), wishes.rule);
    for (const [wish, input] of Object.entries(this.texts)) {
      if (document.activeElement !== input) input.value = wishes[wish as Wish];
      if (wishes[wish as Wish]) this.more.open = true;
    }
    this.bar.hidden = all.length === 0;
  }

  draw(model: ListModel): void {
    this.model = model;
    this.fields(model);
    const { chosen, all, total } = model;
    const parts: string[] = [];
    if (model.trouble) parts.push(model.trouble);
    const leftOut = leftOutSays(chosen, model.wishes);
    if (leftOut) parts.push(leftOut);
    if (total > all.length) parts.push(`${plural(total - all.length, "more finding")} not listed`);
    this.says.textContent = parts.join("; ");
    if (all.length === 0) {
      fill(this.groups, h("p", {}, "no findings"));
      return;
    }
    fill(this.groups, groupsOf(chosen.findings).map((group) => this.group(group, model)));
  }

  private group(group: Group, model: ListModel): HTMLElement {
    const most = this.wide.has(group.key) ? Infinity : ROWS_MAX;
    const severity = group.severity;
    const several = model.processes.size > 1;
    const rows = group.findings.slice(0, most).map((finding) =>
      row(this.app, finding, several ? model.processes.get(finding.processId) : undefined));
    const details = h("details", {
      class: `group ${severity?.css ?? "note"}`,
      open: this.opened.get(group.key) ?? (!group.folded || model.wishes.q !== ""),
      ontoggle: () => this.opened.set(group.key, details.open),
    },
      h("summary", { "data-key": `group ${group.key}` },
        h("h3", {}, severity && `${severity.symbol} `,
          `${group.title} (${count(group.findings.length)})`),
        group.says && h("span", { class: "dim" }, group.says)),
      h("ul", {}, rows),
      group.findings.length > most && h("button", {
        type: "button", "data-key": `wide ${group.key}`, onclick: () => this.widen(group.key),
      }, `Show the other ${count(group.findings.length - most)}`));
    return details;
  }

  private widen(key: string): void {
    this.wide.add(key);
    if (this.model) this.draw(this.model);
  }
}
