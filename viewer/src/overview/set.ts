// SPDX-License-Identifier: Apache-2.0
/* What several recordings say together: a headline, each of them in a row, one list of findings. */
import type { App } from "../app";
import { link, type State } from "../state";
import { nameOf } from "../ui/chooser";
import { count, plural } from "../ui/format";
import { keepFocus } from "../ui/focus";
import { type Children, fill, h } from "../ui/h";
import { coverageSays } from "./coverage";
import { type Wishes, wishesOf } from "./filter";
import { filteredLine, sharedGate, stateBadges } from "./head";
import { gateSays, type Headline } from "./headline";
import { culpritLine } from "./place";
import { type Merged, mergedOf, setHeadline, tell, type Told, worstFirst } from "./recordings";
import { outcome, seconds } from "./run";

const ROWS_MAX = { recordings: 10, findings: 20 }; // more are shown when they are asked for
const NAMES_MAX = 4; // recordings that a finding names

type Part = keyof typeof ROWS_MAX;

export class SetPart {
  readonly element = h("section", { class: "head set", "aria-label": "All recordings",
    hidden: true });
  private readonly wide = new Set<Part>();
  private told: Told[] = [];
  private asked = "";
  private open = false;
  private drawnFor = "";

  constructor(private readonly app: App) {}

  /** Whether the page is about the set, and not about one that was chosen. */
  isWhole(): boolean {
    return this.app.traces.length > 1 && this.app.states.current.params["trace"] === undefined;
  }

  private name(index: number): string {
    return nameOf(this.app.traces[index]!, index, this.app.traces);
  }

  /** again: a recording changed. */
  async update(state: State, again: boolean): Promise<void> {
    const { traces, session } = this.app;
    if (traces.length < 2) return;
    const wishes: Wishes = { ...wishesOf(state.params, session.filter), q: "" };
    const ready = traces.map((one) => `${one.loaded} ${one.trouble}`);
    const asked = JSON.stringify([wishes, ready]);
    const chosen = JSON.stringify([state.params["trace"] ?? ""]);
    if (asked === this.asked && !again) {
      if (chosen !== this.drawnFor) this.draw(wishes);
      return;
    }
    this.asked = asked;
    const told = await Promise.all(
      traces.map((trace, index) => tell(trace, index, { ...wishes, top: "" })));
    if (this.asked !== asked) return;
    this.told = told;
    this.draw(wishes);
  }

  private draw(wishes: Wishes): void {
    const { told } = this;
    const all = mergedOf(told);
    const top = /^[1-9]\d*$/.test(wishes.top) ? Number(wishes.top) : Infinity;
    const merged = all.slice(0, top);
    const headline = setHeadline(told, all);
    this.drawnFor = JSON.stringify([this.app.states.current.params["trace"] ?? ""]);
    this.element.hidden = false;
    this.element.className = `head set ${headline.css}`;
    keepFocus(this.element, () =>
      fill(this.element, this.isWhole()
        ? [this.head(headline, merged, all.length - merged.length, wishes),
          this.body(merged, wishes)]
        : this.folded(headline, merged, wishes)));
  }

  /** Of one that was chosen, the others stand in the way: a line, and the rest behind it. */
  private folded(headline: Headline, merged: readonly Merged[], wishes: Wishes): Children {
    const rest = h("div", {}, this.open ? this.body(merged, wishes) : null);
    const toggle = () => {
      if (this.open === details.open) return;
      this.open = details.open;
      fill(rest, this.open ? this.body(merged, wishes) : null);
    };
    const details = h("details", { open: this.open, ontoggle: toggle },
      h("summary", { "data-key": "set" }, `${headline.symbol} ${headline.title}`), rest);
    return [
      details,
      h("p", {}, h("a", { href: link("overview"), "data-key": "set-all" }, "All recordings")),
    ];
  }

  private head(
    headline: Headline, merged: readonly Merged[], beyondTop: number, wishes: Wishes,
  ): Children {
    const leftOut = this.told.reduce((sum, one) => sum + (one.chosen?.leftOut ?? 0), 0);
    const worst = merged.find((one) => one.finding === headline.finding);
    const gate = sharedGate(this.app);
    const findings = this.told.flatMap((one) => one.chosen?.findings ?? []);
    const said = gate && gateSays(gate, findings, this.app.traces.some((one) => one.live), 1);
    return [
      h("div", { class: `verdict ${headline.css}` },
        h("div", { class: "states" }, stateBadges(merged.map((one) => one.finding))),
        h("h1", {}, h("span", { class: "symbol", "aria-hidden": "true" }, headline.symbol),
          headline.title),
        headline.detail && h("p", { class: "detail" }, headline.detail),
        worst && h("p", {}, h("a", {
          class: "why", href: this.to(worst, worst.recordings[0]!), "data-key": "set-why",
        }, `Why: its chain in ${this.name(worst.recordings[0]!)}, who holds it, and where`))),
      filteredLine(this.app, { findings: [], leftOut, beyondTop }, wishes),
      said && h("p", { class: "gate" }, h("span", { class: `badge ${said.css}` }, said.badge),
        h("span", {}, said.verdict), h("span", { class: "dim" }, said.more)),
    ];
  }

  private to(merged: Merged, index: number): string {
    return link("finding", merged.finding.fingerprint, { trace: String(index) });
  }

  private body(merged: readonly Merged[], wishes: Wishes): Children {
    const sorted = worstFirst(this.told);
    return [
      h("h2", {}, "Recordings"),
      h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "Recordings" },
        this.table(this.cut("recordings", sorted))),
      this.more("recordings", sorted.length, wishes),
      merged.length > 0 && [
        h("h2", {}, "Findings of all recordings"),
        h("ul", { class: "merged" }, this.cut("findings", merged).map((one) => this.entry(one))),
        this.more("findings", merged.length, wishes),
      ],
    ];
  }

  private cut<T>(part: Part, rows: readonly T[]): readonly T[] {
    return this.wide.has(part) ? rows : rows.slice(0, ROWS_MAX[part]);
  }

  private more(part: Part, all: number, wishes: Wishes): HTMLElement | null {
    if (this.wide.has(part) || all <= ROWS_MAX[part]) return null;
    const widen = () => {
      this.wide.add(part);
      this.draw(wishes);
    };
    return h("button", { type: "button", onclick: widen },
      `Show the other ${count(all - ROWS_MAX[part])} ${part}`);
  }

  private table(rows: readonly Told[]): HTMLElement {
    const judged = this.app.traces.some((one) => one.gate);
    const columns = ["Recording", "Findings", "What it says", ...(judged ? ["Gate"] : []),
      "Coverage", "Run"];
    return h("table", { class: "recordings" },
      h("thead", {}, h("tr", {}, columns.map((name) => h("th", { scope: "col" }, name)))),
      h("tbody", {}, rows.map((one) => this.row(one, judged))));
  }

  private row(told: Told, judged: boolean): HTMLElement {
    const { index, chosen, run, coverage, headline } = told;
    const trace = this.app.traces[index]!;
    const isShown = trace === this.app.trace;
    const seen = run && coverage && coverageSays(run, coverage);
    return h("tr", { class: isShown ? "shown" : null },
      h("th", { scope: "row" }, h("a", {
        href: link("overview", "", { trace: String(index) }), title: trace.path,
        "aria-current": isShown ? "true" : null, "data-key": `recording ${index}`,
      }, this.name(index)), isShown && h("div", { class: "dim" }, "shown below")),
      h("td", {}, chosen && (chosen.findings.length ? h("span", { class: "states" },
        stateBadges(chosen.findings)) : "none")),
      h("td", {}, headline ? [h("span", { class: `sign ${headline.css}`, "aria-hidden": "true" },
        headline.symbol), " ", headline.title]
        : trace.trouble ?? "it is being opened"),
      judged && h("td", {}, gateCell(trace.gate ? chosen : null)),
      h("td", { class: "seen" }, seen && `${seen.symbol} ${seen.text.split(/[:;]/)[0]}`),
      h("td", {}, run && [seconds(run.durationNs), ", ", outcome(run).text]));
  }

  private entry(merged: Merged): HTMLElement {
    const { finding, message, recordings } = merged;
    const { severity } = finding;
    const names = recordings.slice(0, NAMES_MAX);
    return h("li", { class: `entry ${severity.css}` },
      h("span", { class: "symbol", title: severity.state, "aria-hidden": "true" }, severity.symbol),
      h("div", { class: "what" },
        h("a", {
          class: "sentence", href: this.to(merged, recordings[0]!),
          "data-key": `merged ${finding.fingerprint}`,
        }, h("span", { class: "hidden-text" }, `${finding.state}: `), message),
        finding.culprit && h("div", { class: "blame" }, culpritLine(this.app, finding.culprit)),
        h("div", { class: "facts" }, h("span", { class: "mono" }, finding.rule),
          finding.excused && h("span", { class: "badge note" }, "✓ excused"),
          names.map((index) => h("a", { href: this.to(merged, index) }, this.name(index))),
          recordings.length > NAMES_MAX &&
            h("span", {}, `and ${count(recordings.length - NAMES_MAX)} more`),
          h("span", { class: "fingerprint dim mono" }, finding.fingerprint))));
  }
}

function gateCell(chosen: Told["chosen"]): Children {
  const fails = chosen?.findings.filter((one) => one.gate?.fails).length ?? 0;
  if (!chosen) return null;
  if (!fails) return "none would fail it";
  return h("span", { class: "badge error" }, `✖ ${plural(fails, "finding")} would fail it`);
}
