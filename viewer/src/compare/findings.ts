// SPDX-License-Identifier: Apache-2.0
/* Findings of two traces by fingerprint: the rules and words of `rtctrack diff`. */
import changesText from "../../contract/changes.def?raw";
import { stateFails } from "../contract";
import type { Asked } from "../flame/sums";
import { excuseOf, type Gate } from "../session";
import { tableOf } from "../ui/contract";

export type Change = string;

/** In the order in which they are shown. */
export const changes: readonly Change[] =
  tableOf(changesText, "REPORT_CHANGE").map((row) => row[1]!);

export interface FindingRow {
  fingerprint: string;
  rule: string;
  state: string;
  class: string;
  count: number;
  message: string;
  function: string | null;
  file: string | null;
  line: number | null;
}

export interface Evidence {
  finished: number;
  lost: number;
  undecided: string;
}

export interface Side {
  findings: FindingRow[];
  evidence: Evidence;
  gate: Gate | null;
}

const FINDINGS = `
SELECT CAST(fingerprint AS TEXT) AS fingerprint, CAST(rule AS TEXT) AS rule,
       CAST(state AS TEXT) AS state, substr(CAST(class AS TEXT), 1, 500) AS class,
       max(CAST(count AS INTEGER), 0) AS count, substr(CAST(message AS TEXT), 1, 2000) AS message,
       substr(CAST(culprit_function AS TEXT), 1, 500) AS function,
       substr(CAST(culprit_file AS TEXT), 1, 1000) AS file, CAST(culprit_line AS INTEGER) AS line
FROM finding WHERE fingerprint IS NOT NULL AND rule IS NOT NULL AND state IS NOT NULL
ORDER BY rank, id LIMIT 5000`;

const EVIDENCE = `
SELECT coalesce((SELECT value = '1' FROM meta WHERE key = 'finished'), 0) AS finished,
       (SELECT total(count) FROM note WHERE weight = 'LOST' AND count >= 1) AS lost,
       coalesce((SELECT CAST(value AS TEXT) FROM meta WHERE key = 'no_verdict'), '') AS undecided`;

export async function readSide(db: Asked, gate: Gate | null): Promise<Side> {
  const findings = await db.query<FindingRow>(FINDINGS);
  const [evidence] = await db.query<Evidence>(EVIDENCE);
  return { findings, evidence: evidence!, gate };
}

function isComplete({ evidence }: Side): boolean {
  return evidence.finished === 1 && evidence.lost === 0 && evidence.undecided === "";
}

export interface DiffItem extends Omit<FindingRow, "count"> {
  change: Change;
  before: number;
  now: number;
  /** fails a gate only with --strict */
  onlyStrict: boolean;
}

export interface Diff {
  items: DiffItem[];
  counts: Map<Change, number>;
  strictCounts: Map<Change, number>;
  /** findings that the policy excuses */
  leftOut: number;
  beforeComplete: boolean;
  nowComplete: boolean;
  /** recordings that ended in no order, and have no findings */
  unjudged: ("old" | "new")[];
}

function isUnjudged({ evidence, findings }: Side): boolean {
  return evidence.finished !== 1 && findings.length === 0;
}

/** 0: no gate is failed by it, 1: a strict one, 2: any. */
function levelOf(finding: FindingRow, gate: Gate | null): number {
  const level = gate?.findings[finding.fingerprint]?.level;
  if (level !== undefined) return level === "error" ? 2 : level === "warning" ? 1 : 0;
  const word = stateFails(finding.state);
  return word === "NEVER" ? 0 : word === "STRICT" ? 1 : 2;
}

/** Of two recordings a baseline, which is a third one's, excuses nothing. */
function isExcused(finding: FindingRow, gate: Gate | null): boolean {
  const by = excuseOf(gate?.findings[finding.fingerprint]);
  return by !== null && by !== "baseline";
}

function itemOf(finding: FindingRow, side: Side): DiffItem {
  const { count: _, ...rest } = finding;
  const onlyStrict = levelOf(finding, side.gate) < 2;
  return { ...rest, change: "", before: 0, now: 0, onlyStrict };
}

function gather(before: Side, now: Side): { items: DiffItem[]; leftOut: number } {
  const items: DiffItem[] = [];
  const excused = new Set<string>();
  let leftOut = 0;
  for (const finding of now.findings) {
    if (isExcused(finding, now.gate)) {
      excused.add(finding.fingerprint);
      leftOut++;
    } else if (levelOf(finding, now.gate) > 0)
      items.push({ ...itemOf(finding, now), now: finding.count });
  }
  const there = new Set(items.map((item) => item.fingerprint));
  for (const finding of before.findings) {
    if (excused.has(finding.fingerprint)) continue;
    const isOut = isExcused(finding, before.gate);
    // What was excused then and is no more is no new finding.
    if (isOut ? there.has(finding.fingerprint) : levelOf(finding, before.gate) > 0)
      items.push({ ...itemOf(finding, before), before: finding.count });
    else if (isOut) leftOut++;
  }
  return { items, leftOut };
}

/** Those of one fingerprint, and equally strict, as the first of them says. */
function unite(items: readonly DiffItem[]): DiffItem[] {
  const united = new Map<string, DiffItem>();
  for (const item of items) {
    const key = `${item.fingerprint}\0${item.onlyStrict}`;
    const known = united.get(key);
    if (!known) united.set(key, { ...item });
    else {
      known.before += item.before;
      known.now += item.now;
    }
  }
  return [...united.values()];
}

function changeOf(item: DiffItem, nowComplete: boolean): Change {
  if (item.before === item.now) return "unchanged";
  if (item.now > item.before) return item.before ? "more" : "new";
  if (!nowComplete) return "unseen";
  return item.now ? "fewer" : "fixed";
}

export function diffFindings(before: Side, now: Side): Diff {
  const { items, leftOut } = gather(before, now);
  const nowComplete = isComplete(now);
  const united = unite(items);
  for (const item of united) item.change = changeOf(item, nowComplete);
  const rank = (item: DiffItem) =>
    Number(item.onlyStrict) * changes.length + changes.indexOf(item.change);
  const sorted = united.map((item, index) => ({ item, index }))
    .sort((a, b) => rank(a.item) - rank(b.item) || a.index - b.index)
    .map(({ item }) => item);
  const counted = (strict: boolean) => new Map(changes.map((change) => [change,
    sorted.filter((item) => item.onlyStrict === strict && item.change === change).length]));
  return {
    items: sorted, counts: counted(false), strictCounts: counted(true), leftOut,
    beforeComplete: isComplete(before), nowComplete,
    unjudged: [...(isUnjudged(before) ? ["old" as const] : []),
      ...(isUnjudged(now) ? ["new" as const] : [])],
  };
}
