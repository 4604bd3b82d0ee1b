// SPDX-License-Identifier: Apache-2.0
/* The beginning of a finding: what is wrong, by whom, and what a gate makes of it. */
import { clauses } from "../overview/headline";
import { baseName, count, plural } from "../ui/format";
import { type Children, h } from "../ui/h";
import { severityOf } from "../ui/severity";
import type { Keeper } from "./answer";
import { copyButton } from "./copy";
import { frameName } from "./frames";
import { gateOf, titleOf, type Finding } from "./list";
import { ruleSays, stateSays } from "../contract";
import { excuseOf } from "../session";
import { placeLink, tellerLink, type Context } from "./view_parts";

function stateBadge(state: string): HTMLElement {
  const severity = severityOf(state);
  return h("span", { class: `badge ${severity.css}` },
    h("span", { "aria-hidden": "true" }, severity.symbol), state || "?");
}

/** A culprit without a symbol: its module and the place in it. */
function culpritName(context: Context): string {
  const { finding, stacks } = context.told;
  if (finding.culprit.function) return finding.culprit.function;
  const frames = finding.stackId === null ? [] : stacks.get(finding.stackId) ?? [];
  const frame = frames.find(
    (one) => one.function === null && one.module === finding.culprit.module);
  return frame ? frameName(frame) : "a function without symbol";
}

function row(term: string, ...told: Children[]): HTMLElement {
  return h("div", {}, h("dt", {}, term), h("dd", {}, told));
}

function culpritRow(context: Context): HTMLElement | null {
  const { culprit } = context.told.finding;
  if (!culprit.function && !culprit.module) return null;
  return row("culprit", h("strong", {}, h("code", {}, culpritName(context))),
    " ", placeLink(context, culprit.file, culprit.line, "culprit"),
    culprit.module ? h("span", { class: "dim" }, ` (${baseName(culprit.module)})`) : null);
}

const KEEPERS_SHOWN = 4;
const PLACES_SHOWN = 2;

/** "checklist", taken at ..., ...: 0 of 2 released; nothing here releases one. */
function keeperRow(context: Context, keeper: Keeper, index: number): HTMLElement {
  const { who, retained, released, taken, elsewhere } = keeper;
  const places = taken.slice(0, PLACES_SHOWN).map((stackId, place) =>
    [place > 0 ? ", " : ", taken at ", tellerLink(context, stackId, `k${index} ${place}`)]);
  const more = taken.length > PLACES_SHOWN ? ` and ${taken.length - PLACES_SHOWN} more` : "";
  const other = elsewhere
    ? [`; ${count(elsewhere.count)} such released at `,
      tellerLink(context, elsewhere.stackId, `e${index}`)]
    : "; none such is released in this recording";
  return row("kept by", h("strong", {}, who), places, more,
    `: ${count(released)} of ${count(retained)} released`, h("span", { class: "dim" }, other));
}

/** The answer, before all that proves it. */
function answerView(context: Context): HTMLElement | null {
  const { keepers, closer } = context.told.answer;
  const more = keepers.length - KEEPERS_SHOWN;
  const rows = [
    culpritRow(context),
    ...keepers.slice(0, KEEPERS_SHOWN).map((one, index) => keeperRow(context, one, index)),
    more > 0 ? row("", h("span", { class: "dim" }, `and ${plural(more, "more")} below`)) : null,
    closer ? row("left by", `the close of its ${closer.who}, at `,
      tellerLink(context, closer.stackId, "closer")) : null,
  ].filter((one) => one !== null);
  return rows.length > 0 ? h("dl", { class: "answer" }, rows) : null;
}

function gateLine(context: Context): HTMLElement | null {
  const { gate, live } = context.app.trace;
  const says = gateOf(context.told.finding, gate);
  // While a run goes on no gate has the last word.
  if (!says || (live && excuseOf(says) === null)) return null;
  const verdict = says.fails
    ? h("span", { class: "badge error" }, "✖ fails the gate")
    : h("span", { class: "badge good" }, "✔ does not fail the gate");
  const more = says.says || says.novelty;
  return h("div", { class: "gate-line" }, h("span", { class: "dim" }, "gate "), verdict,
    more ? ` ${more}` : null);
}

function fact(term: string, value: string | Node): HTMLElement {
  return h("div", {}, h("dt", {}, term), h("dd", {}, value));
}

function facts(finding: Finding, spans: boolean, context: Context): HTMLElement {
  const print = h("code", {}, finding.fingerprint || "none");
  const slope = finding.slope;
  return h("dl", { class: "facts" },
    fact("state", stateSays(finding.state) || finding.state),
    fact("count", count(finding.count)),
    slope !== null && slope !== 0
      ? fact("growth", `${Number(slope.toPrecision(3))} more at each mark`) : null,
    finding.process
      ? fact("process", `${finding.process}${spans ? " and others" : ""}`) : null,
    finding.causes ? fact("also about", finding.causes) : null,
    fact("fingerprint", h("span", {}, print, " ",
      finding.fingerprint ? copyButton(context.app, "the fingerprint", () => finding.fingerprint,
        () => print, "fingerprint") : null)));
}

export function headView(
  context: Context, alike: readonly Finding[], others: Node | null,
): HTMLElement {
  const { finding, troubles } = context.told;
  const [title, more] = clauses(titleOf(finding));
  return h("div", { class: "head" },
    h("p", { class: "head-line" }, stateBadge(finding.state), " ",
      h("strong", {}, finding.rule), " ",
      h("span", { class: "dim" }, ruleSays(finding.rule))),
    h("h1", { tabindex: "-1" }, title), more ? h("p", { class: "head-line" }, more) : null,
    answerView(context), gateLine(context),
    finding.placeless ? h("p", { class: "remark" },
      "Of its stack nothing but runtimes is known: findings of other places may have the same " +
      "fingerprint.") : null,
    alike.length > 1 ? h("p", { class: "remark" },
      `${alike.length} findings have this fingerprint: `, others) : null,
    troubles.length > 0 ? h("p", { class: "remark", role: "alert" },
      `Parts of this trace cannot be read (${troubles.join("; ")}).`) : null);
}

/** Behind the answer: how many, since when, by which name a policy knows it. */
export function factsView(context: Context): HTMLElement {
  const { finding, evidence } = context.told;
  const spans = evidence.some(
    (one) => one.resource !== null && one.resource.processId !== finding.processId);
  return h("div", { class: "head" }, facts(finding, spans, context));
}
