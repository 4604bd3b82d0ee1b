// SPDX-License-Identifier: Apache-2.0
/* The top of the overview: what leaks, whom to ask, what the gate says, and what run it was. */
import type { App } from "../app";
import type { Gate } from "../session";
import { link } from "../state";
import { type Children, h } from "../ui/h";
import { type Coverage, coverageSays, LOSS, UNFINISHED } from "./coverage";
import { type Chosen, leftOutSays, showAll, type Wishes } from "./filter";
import { type Finding, tallyStates } from "./findings";
import { gateSays, type Headline } from "./headline";
import { culpritLine } from "./place";
import {
  endingSays, heldSays, outcome, packsOf, processesSay, type Run, seconds, stillRunning,
} from "./run";

/** The params of a link to another view that stay: which trace, where there are several. */
export function kept(app: App): Record<string, string> {
  return app.traces.length > 1 ? { trace: String(app.traces.indexOf(app.trace)) } : {};
}

export function findingLink(app: App, fingerprint: string): string {
  return link("finding", fingerprint, kept(app));
}

function badge(css: string, text: string): HTMLElement {
  return h("span", { class: `badge ${css}` }, text);
}

export function stateBadges(findings: readonly Finding[]): HTMLElement[] {
  return tallyStates(findings).map(({ severity, count }) =>
    badge(severity.css, `${severity.symbol} ${count} ${severity.state || "?"}`));
}

/** Of a file with several recordings, the verdict is of all of them together. */
export function sharedGate(app: App): Gate | null {
  const gates = app.session.traces.flatMap((one) => one.gate ?? []);
  const first = gates[0];
  if (app.session.served || gates.length < 2 || !first) return null;
  const isOne = gates.every((one) => one.verdict === first.verdict && one.code === first.code);
  return isOne ? first : null;
}

function gateLine(app: App, findings: readonly Finding[]): HTMLElement | null {
  const { gate, live } = app.trace;
  const recordings = sharedGate(app) ? app.session.traces.length : 1;
  const said = gate && gateSays(gate, findings, live, recordings);
  if (!said) return null;
  return h("p", { class: "gate" },
    badge(said.css, said.badge), h("span", {}, said.verdict),
    h("span", { class: "dim" }, said.more));
}

/** How the program ended, apart from what a gate says of it. */
function runLine(run: Run, coverage: Coverage): HTMLElement {
  const how = outcome(run);
  const seen = coverageSays(run, coverage);
  return h("p", { class: "run" },
    h("code", {}, run.command),
    h("span", {}, seconds(run.durationNs)),
    h("span", {}, processesSay(run)),
    badge(how.css, `program: ${how.text}`),
    badge(seen.css, `${seen.symbol} coverage: ${seen.text}`));
}

/** What filters hide is said where the headline is, with a way back. */
export function filteredLine(app: App, chosen: Chosen, wishes: Wishes): HTMLElement | null {
  const text = leftOutSays(chosen, wishes);
  return text === null ? null : h("p", { class: "filtered" }, h("span", {}, text),
    h("button", {
      type: "button", "data-key": "show-all", onclick: () => showAll(app),
    }, "Show all"));
}

export interface HeadModel {
  headline: Headline;
  /** all of the trace, and those of them that are shown */
  findings: readonly Finding[];
  chosen: Chosen;
  wishes: Wishes;
  run: Run;
  coverage: Coverage;
  /** of several recordings: this one's name, which stands below the headline of all */
  name: string | null;
}

export function headPart(app: App, model: HeadModel): Children {
  const { headline, findings, chosen, wishes, run, coverage } = model;
  const { finding } = headline;
  const held = heldSays(run);
  const warnings = endingSays(run, findings.length);
  if (coverage.lost && findings.length) warnings.unshift(`${LOSS} (see the coverage below)`);
  return [
    model.name && h("p", { class: "dim" }, `One of them: ${model.name}`),
    h("div", { class: `verdict ${headline.css}` },
      h("div", { class: "states" }, stateBadges(chosen.findings)),
      h(model.name ? "h2" : "h1", { class: "title" },
        h("span", { class: "symbol", "aria-hidden": "true" }, headline.symbol),
        headline.title),
      headline.detail && h("p", { class: "detail" }, headline.detail),
      finding?.culprit && h("p", { class: "blame" }, h("span", { class: "dim" }, "culprit"),
        culpritLine(app, finding.culprit)),
      finding?.fingerprint && h("p", {},
        h("a", { class: "why", href: findingLink(app, finding.fingerprint), "data-key": "why" },
          "Why: its chain, who holds it, and where"))),
    filteredLine(app, chosen, wishes),
    gateLine(app, findings),
    runLine(run, coverage),
    warnings.map((text) =>
      h("p", { class: "warned" }, h("span", { "aria-hidden": "true" }, "⚠ "), text)),
    held && h("p", { class: "dim" }, held),
  ];
}

/** What was seen and what was not: as plain where it is all as where it is not. */
export function coveragePart(run: Run, coverage: Coverage, strays: string | null): Children {
  const rows: [string, string][] = [
    ["recorded by", engineSays(run.meta.get("engine"))],
    ["packs", packsOf(run).join(", ") || "none"],
  ];
  const running = stillRunning(run);
  const seen = coverageSays(run, coverage);
  return [
    h("h2", {}, "Coverage"),
    h("p", {}, badge(seen.css, `${seen.symbol} ${seen.text}`)),
    coverage.complete && coverage.notes.length === 0 && !strays
      ? h("p", { class: "dim" },
        "The recording came to its end, no record was lost, and there is nothing to note.")
      : h("ul", { class: "notes" },
        !coverage.finished && !run.live &&
          h("li", { class: "lost" }, badge("error", "✖ not finished"), " ", UNFINISHED),
        coverage.notes.map((note) => h("li", { class: note.lost ? "lost" : "" },
          note.lost && [badge("error", "✖ lost"), " "], `${note.text}: ${note.count}`)),
        strays && h("li", {}, strays)),
    running && h("p", {}, running),
    h("dl", {}, rows.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])),
  ];
}

const ENGINES: Record<string, string> = {
  shim: "the preloaded library", probes: "probes in the kernel",
};

function engineSays(engine: string | undefined): string {
  if (!engine) return "not known";
  return Object.hasOwn(ENGINES, engine) ? `${ENGINES[engine]} (${engine})` : engine;
}
