// SPDX-License-Identifier: Apache-2.0
/* Several recordings as one set: which is the worst, and what was found in how many of them. */
import type { Trace } from "../trace";
import { count } from "../ui/format";
import type { Coverage } from "./coverage";
import { type Chosen, choose, type Wishes } from "./filter";
import { type Finding, isMinor } from "./findings";
import { clauses, type Headline, headlineOf } from "./headline";
import { Loader } from "./load";
import type { Run } from "./run";

/** What one recording says, by the filters. */
export interface Told {
  index: number;
  name: string;
  /** null: it cannot be shown */
  chosen: Chosen | null;
  run: Run | null;
  coverage: Coverage | null;
  /** of it alone; null: it cannot be shown */
  headline: Headline | null;
}

/** Not loaded, or in trouble: only its name. */
export async function tell(trace: Trace, index: number, wishes: Wishes): Promise<Told> {
  const nothing = { index, name: trace.name, chosen: null, run: null, coverage: null,
    headline: null };
  if (!trace.loaded || trace.trouble !== null) return nothing;
  const loader = new Loader(trace);
  const { findings, run, coverage } = await loader.main();
  const { known } = await loader.known(wishes);
  const chosen = choose(findings, wishes, known);
  const headline = headlineOf(chosen.findings, run, coverage, chosen.leftOut + chosen.beyondTop);
  return { index, name: trace.name, chosen, run, coverage, headline };
}

const CLEAN = 1000; // behind every state of a finding
const UNSEEN = 2000;

/** The least is the worst: by its worst finding, then what gives no clean verdict, then the rest. */
export function badness(told: Told): number {
  if (!told.chosen || !told.coverage) return UNSEEN;
  const worst = told.chosen.findings.filter((one) => !one.excused)
    .reduce((least, one) => Math.min(least, one.severity.rank), CLEAN);
  return worst === CLEAN && told.coverage.complete ? CLEAN + 1 : worst;
}

/** How many of its worst state: of two that are alike, the one with more comes first. */
function weight(told: Told): number {
  return told.chosen?.findings.filter((one) => one.severity.rank === badness(told)).length ?? 0;
}

/** The worst first; of equals, as they were given. */
export function worstFirst(set: readonly Told[]): Told[] {
  return [...set].sort((a, b) =>
    badness(a) - badness(b) || weight(b) - weight(a) || a.index - b.index);
}

export interface Merged {
  /** as the worst of the recordings has it, with the words on all of them */
  finding: Finding;
  message: string;
  /** indexes of the recordings that have it; first the one that the rest is of */
  recordings: number[];
}

interface Group {
  worst: Finding;
  shown: number;
  recordings: number[];
  sum: number;
  minor: boolean;
}

function addTo(groups: Map<string, Group>, finding: Finding, index: number): void {
  const group = groups.get(finding.fingerprint);
  if (!group) {
    groups.set(finding.fingerprint, {
      worst: finding, shown: index, recordings: [index], sum: finding.count,
      minor: isMinor(finding),
    });
    return;
  }
  if (finding.severity.rank < group.worst.severity.rank ||
    (group.worst.excused && !finding.excused)) {
    group.worst = finding;
    group.shown = index;
  }
  group.sum += finding.count;
  group.minor &&= isMinor(finding);
  if (!group.recordings.includes(index)) group.recordings.push(index);
}

/** What is in many recordings is one finding, in the words of `report --merge`. */
export function mergedOf(set: readonly Told[]): Merged[] {
  const groups = new Map<string, Group>();
  for (const told of set)
    for (const finding of told.chosen?.findings ?? []) addTo(groups, finding, told.index);
  const order = (group: Group) =>
    [Number(group.worst.excused), Number(group.minor), group.worst.severity.rank] as const;
  return [...groups.values()]
    .sort((a, b) => {
      const [one, other] = [order(a), order(b)];
      return one[0] - other[0] || one[1] - other[1] || one[2] - other[2];
    })
    .map(({ worst, shown, recordings, sum }) => ({
      finding: worst,
      message: `${worst.message}; in ${recordings.length} of ${set.length} recordings, ` +
        `${count(sum)} in all`,
      recordings: [shown, ...recordings.filter((one) => one !== shown)],
    }));
}

const NAMES_MAX = 3;

function namesOf(set: readonly Told[]): string {
  const names = set.slice(0, NAMES_MAX).map((one) => one.name).join(", ");
  return set.length > NAMES_MAX ? `${names} and ${count(set.length - NAMES_MAX)} more` : names;
}

/** Nothing was found in any; whether that is certain, the worst of them tells. */
function ofNone(set: readonly Told[], hidden: number): Headline {
  const many = `${count(set.length)} recordings`;
  if (hidden)
    return {
      css: "note", symbol: "◌", title: `No findings with these filters in ${many}`, detail: "",
      finding: null,
    };
  const unsure = set.filter((one) => !one.coverage?.complete);
  if (unsure.length === 0)
    return {
      css: "good", symbol: "✓", title: `Nothing leaked in any of ${many}`,
      detail: "Each is complete: its end was seen, and no record was lost.", finding: null,
    };
  return {
    css: "warning", symbol: "◌", title: `Nothing found in ${many}, and nothing is certain`,
    detail: `Not complete, or not to be read: ${namesOf(unsure)}.`, finding: null,
  };
}

/** Of all of them together. */
export function setHeadline(set: readonly Told[], merged: readonly Merged[]): Headline {
  const hidden = set.reduce((sum, one) => sum + (one.chosen?.leftOut ?? 0), 0);
  const worst = merged.find((one) => !one.finding.excused);
  if (!worst) return ofNone(set, hidden);
  const having = set.filter((one) => one.chosen?.findings.some((finding) => !finding.excused));
  const [title, detail] = clauses(worst.finding.message);
  const { css, symbol } = worst.finding.severity;
  return {
    css, symbol, detail, finding: worst.finding,
    title: `Findings in ${count(having.length)} of ${count(set.length)} recordings; ` +
      `the worst: ${title}`,
  };
}
