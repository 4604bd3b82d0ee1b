// SPDX-License-Identifier: Apache-2.0
/* What the charts show beside the curves: marks, closes of scopes, what was found; by steps. */
import type { Row } from "../db/engine";
import { countOf, numberOf, textOf } from "./cells";

/** :step nanoseconds each; of each step the count, and the first one's words. */
const step = (time: string) => `(${time} - CAST(:t0 AS INTEGER)) / CAST(:step AS INTEGER)`;

export const MARKS_SQL = `
SELECT count(*) AS count, min(time_ns) - :t0 AS at, text AS says FROM mark
GROUP BY ${step("time_ns")} ORDER BY at LIMIT 1000`;

export const CLOSES_SQL = `
SELECT count(*) AS count, min(close_ns) - :t0 AS at, class AS says FROM resource
WHERE kind = 'scope' AND close_ns IS NOT NULL
GROUP BY ${step("close_ns")} ORDER BY at LIMIT 1000`;

/** Where what a finding is about was born or done; only of those that are errors or warnings. */
export const FOUND_SQL = `
SELECT count(*) AS count, min(at) AS at, says, fingerprint FROM (
  SELECT coalesce(a.time_ns, r.birth_ns) - :t0 AS at, f.message AS says,
    f.fingerprint AS fingerprint
  FROM finding f JOIN evidence e ON e.finding_id = f.id
  LEFT JOIN act a ON a.id = e.act_id LEFT JOIN resource r ON r.id = e.resource_id
  WHERE f.state NOT IN ('at-exit', 'late', 'unknown-origin')
    AND (e.act_id IS NOT NULL OR e.role = 'created at'))
WHERE at IS NOT NULL GROUP BY at / CAST(:step AS INTEGER) ORDER BY at LIMIT 1000`;

export interface Event {
  at: number;
  count: number;
  says: string;
  fingerprint: string;
}

export interface Lane {
  name: "found" | "close" | "mark";
  /** of one, of many */
  words: [string, string];
  symbol: string;
  events: Event[];
}

function eventsOf(rows: Row[], endNs: number): Event[] {
  return rows.map((row) => ({
    at: Math.max(0, Math.min(endNs, numberOf(row, "at"))),
    count: countOf(row, "count"),
    says: textOf(row, "says"),
    fingerprint: textOf(row, "fingerprint"),
  })).sort((a, b) => a.at - b.at);
}

export function lanesOf(found: Row[], closes: Row[], marks: Row[], endNs: number): Lane[] {
  const lanes: Lane[] = [
    { name: "found", words: ["found", "found"], symbol: "●", events: eventsOf(found, endNs) },
    { name: "close", words: ["close", "closes"], symbol: "✕", events: eventsOf(closes, endNs) },
    { name: "mark", words: ["mark", "marks"], symbol: "▼", events: eventsOf(marks, endNs) },
  ];
  return lanes.filter((lane) => lane.events.length > 0);
}

/** The event next to that time, not farther than that; null: there is none. */
export function nearest(lane: Lane, time: number, reach: number): Event | null {
  let best: Event | null = null;
  for (const event of lane.events)
    if (Math.abs(event.at - time) <= reach
      && (!best || Math.abs(event.at - time) < Math.abs(best.at - time)))
      best = event;
  return best;
}
