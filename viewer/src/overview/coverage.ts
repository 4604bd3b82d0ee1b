// SPDX-License-Identifier: Apache-2.0
/* What a trace could not see, said as plainly as that it saw all. The words are the report's. */
import type { Row } from "../db/engine";
import { count, hexadecimal } from "../ui/format";
import { kindOf } from "../ui/kinds";
import { countOf, numberOf, textOf } from "./cells";
import type { Run } from "./run";

export const NOTES_SQL = `
SELECT name, text, total(count) AS count, weight = 'LOST' AS lost FROM note
WHERE count >= 1 GROUP BY name, weight, text
ORDER BY weight <> 'LOST', total(count) DESC, name LIMIT 500`;

/** SQLite takes the columns beside min from its row. */
export const STRAYS_SQL = `
SELECT op, kind, total(count) AS count, subject, stack_id, min(time_ns) FROM stray
WHERE count >= 1 GROUP BY op, kind ORDER BY min(time_ns) LIMIT 100`;

/** The innermost frame that tells something: neither ours nor plumbing. */
export const TELLER_SQL = `
SELECT s.function, s.file, s.line FROM stack_text s
WHERE s.stack_id = :stack AND s.function <> '?' AND s.module NOT LIKE '%/libtrack.so'
  AND coalesce(s.file, '') NOT LIKE '%/track.h'
  AND NOT EXISTS (SELECT 1 FROM plumbing p WHERE p.file = s.file)
ORDER BY s.position, s.inline_position LIMIT 1`;

export interface Note {
  text: string;
  count: number;
  lost: boolean;
}

export interface Stray {
  op: string;
  kind: string;
  count: number;
  subject: number;
  stackId: number;
}

export interface Coverage {
  notes: Note[];
  strays: Stray[];
  /** records that were lost */
  lost: number;
  complete: boolean;
  finished: boolean;
}

export function coverageOf(run: Run, notes: Row[], strays: Row[]): Coverage {
  const found = notes.map((row) => ({
    text: textOf(row, "text"), count: countOf(row, "count"), lost: numberOf(row, "lost") === 1,
  }));
  const lost = found.reduce((sum, note) => sum + (note.lost ? note.count : 0), 0);
  return {
    notes: found,
    strays: strays.map((row) => ({
      op: textOf(row, "op"),
      kind: textOf(row, "kind"),
      count: countOf(row, "count"),
      subject: numberOf(row, "subject"),
      stackId: numberOf(row, "stack_id"),
    })),
    lost,
    complete: run.finished && lost === 0,
    finished: run.finished,
  };
}

const COMPLETE = "complete";
const INCOMPLETE = "incomplete: no clean verdict can be given";
export const UNFINISHED =
  "the recording did not come to its end (still running, or cut off)";
export const LOSS = "records were lost: what rests on them is undecided";

const GOING_ON = "still recording; what is missing is known at the end";

export interface CoverageSays {
  css: "good" | "note" | "error";
  symbol: string;
  text: string;
}

/** In a word or two. While it is recorded it is not wrong that the end is missing. */
export function coverageSays(run: Run, coverage: Coverage): CoverageSays {
  if (coverage.complete) return { css: "good", symbol: "✓", text: COMPLETE };
  if (run.live && !coverage.lost) return { css: "note", symbol: "◌", text: GOING_ON };
  return { css: "error", symbol: "✖", text: INCOMPLETE };
}

/** "3 releases of objects", "1 own of an object". */
function strayOne(stray: Stray): string {
  if (stray.count === 1)
    return `1 ${stray.op} of ${/^[aeiou]/.test(stray.kind) ? "an" : "a"} ${stray.kind}`;
  const many = stray.op.endsWith("s") ? "" : "s";
  return `${count(stray.count)} ${stray.op}${many} of ${kindOf(stray.kind).plural}`;
}

/** Annotations of what was never created; null: there were none. teller: where the first was. */
export function straysSay(coverage: Coverage, teller: Row | undefined): string | null {
  const first = coverage.strays[0];
  if (!first) return null;
  const total = coverage.strays.reduce((sum, stray) => sum + stray.count, 0);
  const where = teller ? ` in ${textOf(teller, "function")}` : "";
  const file = textOf(teller, "file") ? ` (${textOf(teller, "file")}:${numberOf(teller, "line")})`
    : "";
  const why = coverage.lost
    ? "to be expected, since events were lost"
    : "to be expected only of what was made before the recording began, " +
      "else annotate its creation too";
  return `annotations that name what was never created: ${count(total)} ` +
    `(${coverage.strays.map(strayOne).join(", ")}); the first: ${first.op} of ` +
    `${hexadecimal(Math.abs(first.subject))}${where}${file}; ${why}`;
}
