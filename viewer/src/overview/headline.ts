// SPDX-License-Identifier: Apache-2.0
/* The one sentence at the top, and what it rests on. */
import type { Gate } from "../session";
import { plural } from "../ui/format";
import { severities } from "../ui/severity";
import type { Coverage } from "./coverage";
import type { Finding } from "./findings";
import type { Run } from "./run";

export interface Headline {
  css: "error" | "warning" | "note" | "good";
  symbol: string;
  title: string;
  /** the rest of the sentence, or what "nothing" rests on */
  detail: string;
  /** what it is about */
  finding: Finding | null;
}

const WORDS_MIN = 3;

/** Up to the first colon or semicolon, if that says something; then the rest. */
export function clauses(message: string): [string, string] {
  const found = /[:;] /g;
  for (let match = found.exec(message); match; match = found.exec(message)) {
    const first = message.slice(0, match.index);
    if (first.split(" ").length >= WORDS_MIN) return [first, message.slice(match.index + 2)];
  }
  return [message, ""];
}

function ofWorst(finding: Finding): Headline {
  const [title, detail] = clauses(finding.message);
  const { css, symbol } = finding.severity;
  return { css, symbol, title, detail, finding };
}

function ofNothing(run: Run, coverage: Coverage, excused: number): Headline {
  const passed = excused ? ` ${plural(excused, "finding")} excused by the policy.` : "";
  if (run.processes.length === 0)
    return {
      css: "warning", symbol: "?", title: "Nothing was recorded",
      detail: "'rtctrack doctor' says what works here.", finding: null,
    };
  if (run.live)
    return {
      css: "note", symbol: "◌", title: "Nothing found so far",
      detail: `The recording goes on.${passed}`, finding: null,
    };
  if (!coverage.finished)
    return {
      css: "warning", symbol: "◌", title: "Nothing found, and nothing is certain",
      detail: "The recording did not come to its end. 'rtctrack view TRACE' judges what there is " +
        `of it; a trace that was dropped here is shown as it lies there.${passed}`,
      finding: null,
    };
  if (!coverage.complete)
    return {
      css: "warning", symbol: "◌", title: "Nothing found, but records were lost",
      detail: `No clean verdict can be given: see the coverage.${passed}`, finding: null,
    };
  return {
    css: "good", symbol: "✓", title: "Nothing leaked",
    detail: `The recording is complete: its end was seen, and no record was lost.${passed}`,
    finding: null,
  };
}

const OF_FILTERS: Headline = {
  css: "note", symbol: "◌", title: "No findings with these filters", detail: "", finding: null,
};

/** What is the worst of all, where it is not bad. */
function restOf({ severity }: Finding): string {
  if (severity.css === "error" || !severities.includes(severity)) return "";
  return severity.css === "warning" ? "Nothing is certain to leak; " : "Nothing leaked; ";
}

/** hidden: by filters; of these nothing is claimed. */
export function headlineOf(
  findings: readonly Finding[], run: Run, coverage: Coverage, hidden = 0,
): Headline {
  const worst = findings.find((one) => !one.excused);
  if (!worst && hidden) return OF_FILTERS;
  if (!worst) return ofNothing(run, coverage, findings.length);
  const headline = ofWorst(worst);
  if (coverage.complete && !hidden) headline.title = restOf(worst) + headline.title;
  return headline;
}

export interface GateLine {
  css: "good" | "error" | "warning" | "note";
  badge: string;
  verdict: string;
  more: string;
}

const NO_VERDICT = 3; // the code of a gate that cannot tell

const GATES: Record<number, [GateLine["css"], string, string]> = {
  0: ["good", "✓", "would pass a gate"],
  [NO_VERDICT]: ["warning", "◌", "a gate could not tell"],
};

/**
 * What `rtctrack check` would say of it, in words that nobody takes for the program's own exit. Of
 * a run that goes on nothing is final, and it is too early to ask what is not known yet. recordings:
 * that the verdict is of. null: there is nothing to say.
 */
export function gateSays(
  gate: Gate, findings: readonly Finding[], live: boolean, recordings: number,
): GateLine | null {
  const [css, symbol, words] = GATES[gate.code] ?? ["error", "✖", "would fail a gate"];
  const fails = findings.filter((one) => one.gate?.fails).length;
  const excused = findings.filter((one) => one.excused).length;
  const own = `${plural(fails, "finding")} of this one ${fails === 1 ? "fails" : "fail"} it`;
  const parts = [recordings > 1 || live ? own : "", excused ? `${excused} excused` : ""];
  if (live && gate.code === NO_VERDICT) return null;
  if (live)
    return {
      css: "note", badge: `◌ so far it ${words}`, verdict: "nothing is final while it runs",
      more: parts.filter(Boolean).join(", "),
    };
  const set = recordings > 1 ? `, all ${recordings} recordings together` : "";
  return {
    css, badge: `${symbol} ${words}${set}`, verdict: gate.code === 0 ? "" : gate.verdict,
    more: [...parts, `'rtctrack check' exits with ${gate.code}`].filter(Boolean).join(", "),
  };
}
