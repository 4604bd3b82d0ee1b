// SPDX-License-Identifier: Apache-2.0
/* How many were alive at each mark; and what a soak made of it. */
import type { Row } from "../db/engine";
import type { Evidence } from "./evidence";
import { isBirth } from "./evidence";
import type { Finding } from "./list";
import { plural } from "../ui/format";
import { idList, num, said, text, type Asked } from "./values";

const MARKS = `
SELECT time_ns - :t0 AS at, text FROM mark WHERE time_ns <=
  coalesce((SELECT max(coalesce(end_ns, 9223372036854775807)) FROM process), time_ns)
ORDER BY time_ns, id LIMIT 100000`;

/* What grows is counted by its place, what leaked by itself, as the message has it. */
const BORN_THERE = `
SELECT birth_ns - :t0 AS birth, death_ns - :t0 AS death FROM resource
WHERE birth_stack IN (SELECT value FROM json_each(:stacks)) AND kind = :kind AND class = :class
  AND (:process IS NULL OR process_id = :process) LIMIT 2000000`;

const MEMBERS = `
SELECT birth_ns - :t0 AS birth, death_ns - :t0 AS death FROM resource
WHERE id IN (SELECT resource_id FROM evidence WHERE finding_id = :id) AND kind = :kind
  AND class = :class`;

const TRENDS = `
SELECT verdict, kind, class, first, last, warm_up, slope, slope_low, slope_high, supply, capacity,
       sessions_left
FROM trend WHERE kind = :kind AND class = :class AND culprit_function IS :function
  AND culprit_file IS :file AND culprit_line IS :line ORDER BY id LIMIT 4`;

export interface MarkPoint {
  atNs: number;
  text: string;
  alive: number;
}

interface Mark {
  atNs: number;
  text: string;
}

/** Marks whose texts differ in numbers alone are one series; sessions before all others. */
export function seriesOf(marks: readonly Mark[]): Mark[] {
  const series = new Map<string, Mark[]>();
  for (const mark of marks) {
    const key = mark.text.replace(/[0-9]/g, "");
    series.set(key, [...(series.get(key) ?? []), mark]);
    if (series.size > 64) break;
  }
  const sorted = [...series.values()].sort((a, b) =>
    Number(/^session/i.test(b[0]!.text)) - Number(/^session/i.test(a[0]!.text)) ||
    b.length - a.length);
  const best = sorted[0]?.[0]?.text.replace(/[0-9]/g, "");
  return marks.filter((one) => one.text.replace(/[0-9]/g, "") === best);
}

/** How many of the sorted times lie at or before that one. */
function upTo(times: readonly number[], at: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function countAlive(
  marks: readonly Mark[], births: readonly number[], deaths: readonly number[],
): MarkPoint[] {
  const born = [...births].sort((a, b) => a - b);
  const died = [...deaths].sort((a, b) => a - b);
  return marks.map((mark) =>
    ({ ...mark, alive: upTo(born, mark.atNs) - upTo(died, mark.atNs) }));
}

export interface Growth {
  points: MarkPoint[];
  trends: string[];
}

function round(value: number): string {
  return String(Number(value.toPrecision(3)));
}

export function trendSentence(row: Row): string {
  const slope = num(row["slope"]);
  const low = num(row["slope_low"]);
  const high = num(row["slope_high"]);
  const range = low !== null && high !== null && low !== high
    ? ` (${round(low)} to ${round(high)} with 95 %)` : "";
  const rate = slope === null ? "" : `, ${slope >= 0 ? "+" : ""}${round(slope)} a session${range}`;
  const supply = text(row["supply"]);
  const left = num(row["sessions_left"]);
  const limit = supply && left !== null
    ? `; the limit of ${num(row["capacity"]) ?? "?"} ${supply} is reached after ` +
      plural(left, "more session") : "";
  return `${said(row["verdict"])}: ${said(row["class"])}, ${num(row["first"]) ?? "?"} → ` +
    `${num(row["last"]) ?? "?"} alive after the sessions${rate}${limit}`;
}

async function readPoints(
  asked: Asked, finding: Finding, evidence: readonly Evidence[],
): Promise<MarkPoint[]> {
  const stacks = idList(evidence.filter((one) => isBirth(one) &&
    one.resource?.kind === finding.kind).map((one) => one.resource!.birthStack));
  if (stacks === "[]" || finding.slope === null) return [];
  const marks = (await asked.query(MARKS)).flatMap((row) => {
    const atNs = num(row["at"]);
    return atNs === null ? [] : [{ atNs, text: said(row["text"]) }];
  });
  if (marks.length < 3) return [];
  const process = evidence.every((one) =>
    one.resource === null || one.resource.processId === finding.processId)
    ? finding.processId : null;
  const lives = await asked.query(finding.state === "growing" ? BORN_THERE : MEMBERS,
    { id: finding.id, stacks, kind: finding.kind, class: finding.className, process });
  const times = (name: string) => lives.flatMap((row) => num(row[name]) ?? []);
  return countAlive(seriesOf(marks), times("birth"), times("death"));
}

export async function readGrowth(
  asked: Asked, finding: Finding, evidence: readonly Evidence[],
): Promise<Growth> {
  const { function: name, file, line } = finding.culprit;
  const trends = await asked.query(TRENDS, {
    kind: finding.kind, class: finding.className, function: name || null, file, line,
  });
  return { points: await readPoints(asked, finding, evidence), trends: trends.map(trendSentence) };
}

/** Of so many points that each gets a pixel: the first, the last, and some between. */
export function thin<T>(points: readonly T[], most: number): T[] {
  if (points.length <= most) return [...points];
  return Array.from({ length: most }, (_, index) =>
    points[Math.round((index * (points.length - 1)) / (most - 1))]!);
}
