// SPDX-License-Identifier: Apache-2.0
/* What the sessions of a soak came to: a table of the places where something is born. */
import type { Row } from "../db/engine";
import { baseName, count, plural } from "../ui/format";
import { countOf, isNull, numberOf, textOf } from "./cells";
import type { Run } from "./run";

export const TRENDS_SQL = `
SELECT verdict, kind, class, culprit_function, culprit_file, culprit_module, culprit_line, first,
  last,
       slope, slope_low, slope_high, supply, capacity, sessions_left FROM trend ORDER BY id
         LIMIT 2000`;

/** What strikes once in so many sessions is seen in three times as many, with 95 %. */
const SEEN_IN = 3;
const ROWS_MAX = 20;

export interface Trend {
  verdict: string;
  className: string;
  place: string;
  file: string | null;
  line: number | null;
  counts: string;
  slope: string;
  /** growing: what is used up first */
  limit: string | null;
}

export interface Soak {
  heading: string;
  noVerdict: string | null;
  rows: Trend[];
  /** what is not shown, and what could not be seen */
  says: string[];
}

/** As "%+.3g" of C. */
function signed(value: number): string {
  return (value < 0 ? "" : "+") + Number(value.toPrecision(3));
}

function slopeOf(row: Row): string {
  const [slope, low, high] = ["slope", "slope_low", "slope_high"].map((name) =>
    numberOf(row, name, NaN)) as [number, number, number];
  if ([slope, low, high].some(Number.isNaN)) return "?";
  if (low === high) return signed(slope);
  return `${signed(slope)} (${Number(low.toPrecision(3))} to ${Number(high.toPrecision(3))})`;
}

function limitOf(row: Row): string | null {
  if (isNull(row, "supply")) return null;
  const limit = `${count(countOf(row, "capacity"))} ${textOf(row, "supply")}`;
  return `the limit of ${limit} is reached after ` +
    plural(countOf(row, "sessions_left"), "more session");
}

function trendOf(row: Row): Trend {
  return {
    verdict: textOf(row, "verdict"),
    className: textOf(row, "class"),
    place: textOf(row, "culprit_function") || baseName(textOf(row, "culprit_module")) || "?",
    file: textOf(row, "culprit_file") || null,
    line: numberOf(row, "culprit_line") || null,
    counts: `${count(numberOf(row, "first"))} → ${count(numberOf(row, "last"))}`,
    slope: slopeOf(row),
    limit: limitOf(row),
  };
}

function says(rows: Trend[], shown: number, sessions: number): string[] {
  const steady = rows.filter((one) => one.verdict === "steady").length;
  const others = rows.length - steady;
  const found: string[] = [];
  if (others > shown) found.push(`+${count(others - shown)} more`);
  if (steady)
    found.push(
      `steady: ${plural(steady, others ? "other place" : "place")} where something is born`);
  const still = rows.some((one) => one.verdict === "steady" || one.verdict === "cache");
  const oneOf = Math.floor(sessions / SEEN_IN);
  if (still && oneOf > 0)
    found.push(`${count(sessions)} sessions may miss what strikes in fewer than one of ` +
      count(oneOf));
  return found;
}

/** null: it was none. */
export function soakOf(run: Run, trends: Row[]): Soak | null {
  if (!run.meta.has("soak")) return null;
  const number = (key: string) => Number(run.meta.get(key) ?? 0) || 0;
  const rows = trends.map(trendOf);
  const shown = rows.filter((one) => one.verdict !== "steady").slice(0, ROWS_MAX);
  const sessions = number("soak_over");
  return {
    heading: `soak: ${count(sessions)} of ${count(number("soak_sessions"))} sessions ` +
      `(${run.meta.get("soak_what") || "?"})`,
    noVerdict: run.meta.get("no_verdict") || null,
    rows: shown,
    says: says(rows, shown.length, sessions),
  };
}
