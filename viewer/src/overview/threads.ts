// SPDX-License-Identifier: Apache-2.0
/* Where threads stood when a program did not end by itself. The words are the report's. */
import { waitText } from "../contract";
import type { Row } from "../db/engine";
import { hexadecimal } from "../ui/format";
import { countOf, isNull, numberOf, textOf } from "./cells";
import type { Process, Run } from "./run";
import { signalNumbers } from "./signals";

/** The first thread of each process, then who waits for a lock or thread. */
export const STANDING_SQL = `
SELECT s.id, s.process_id AS process, s.tid, s.tid = p.pid AS first, s.wait, s.timed, s.subject,
  s.told_kind,
  s.told_text, s.time_ns - s.since_ns AS waited, t.name, s.stack_id AS stack,
  (SELECT count(*) FROM held h WHERE h.standing_id = s.id) AS held,
  CASE WHEN s.wait = 'join' THEN g.tid ELSE h.tid END AS other,
  CASE WHEN s.wait = 'join' THEN g.name ELSE o.name END AS other_name,
  s.wait <> 'join' AND o.death_ns IS NOT NULL AS other_ended
FROM standing s JOIN process p ON p.id = s.process_id
LEFT JOIN resource t ON t.id = s.thread_id LEFT JOIN resource g ON g.id = s.target_id
LEFT JOIN standing h ON h.id = (SELECT x.standing_id FROM held x
  JOIN standing y ON y.id = x.standing_id
  WHERE y.process_id = s.process_id AND x.lock = s.subject
  AND s.wait IN ('mutex', 'read-lock', 'write-lock') LIMIT 1)
LEFT JOIN resource o ON o.id = h.thread_id
ORDER BY p.start_ns, p.id, s.tid <> p.pid,
  s.wait IS NULL OR s.wait NOT IN ('mutex', 'read-lock', 'write-lock', 'join'), s.tid LIMIT 500`;

/** What every wait is called in says nothing of who waits. */
const FOREIGN = [
  "libc.so", "libc-", "libpthread", "ld-linux", "libtrack", "libstdc++", "libc++", "libglib-2",
  "libgcc_s",
];

/** The innermost frames that are the program's own. */
export const PLACES_SQL = `
SELECT s.stack_id AS stack, s.function, s.file, s.line FROM stack_text s
WHERE s.stack_id IN (SELECT stack_id FROM (SELECT stack_id FROM standing ORDER BY id LIMIT 500))
  AND s.function <> '?' AND s.file IS NOT NULL AND s.file NOT LIKE '/usr/include/%'
  AND s.function NOT LIKE 'std::%' AND s.function NOT LIKE '\\_\\_%' ESCAPE '\\'
  AND ${FOREIGN.map((library) => `s.module NOT GLOB '*/${library}*'`).join(" AND ")}
ORDER BY s.stack_id, s.position, s.inline_position LIMIT 20000`;

export const DEADLOCK_SQL =
  "SELECT fingerprint FROM finding WHERE rule = 'teardown-deadlock' ORDER BY rank, id LIMIT 1";

export interface Place {
  name: string;
  file: string | null;
  line: number | null;
}

export interface Stood {
  process: number;
  /** "thread 12 "main" and 3 like it" */
  who: string;
  says: string;
  place: Place | null;
}

const LINES_MAX = 12;
const LINES_FEW = 4;
const CRASHES = signalNumbers("SEGV", "ABRT", "BUS", "FPE", "ILL", "SYS", "TRAP");
const REQUESTS = signalNumbers("TERM", "INT", "HUP");

const wasKilled = (one: Process | null) => one?.end === "signal" || one?.end === "unknown";

/** Whether it is asked where its threads stood: it did not end by itself. */
function wasEnded(run: Run, process: Process): boolean {
  if (run.meta.has("timeout_s"))
    return process === run.program || wasKilled(process) || process.end === "running";
  const crashed = process.end === "signal" && CRASHES.includes(process.code ?? 0);
  return crashed || (wasKilled(run.program) && wasKilled(process));
}

function subjectOf(row: Row): string {
  const wait = textOf(row, "wait");
  const subject = numberOf(row, "subject");
  if (wait === "descriptor") return isNull(row, "subject") ? "" : ` descriptor ${subject}`;
  if (wait === "child") return subject > 0 && subject < 2 ** 31 ? ` ${subject}` : "";
  return wait === "join" || wait === "signal" || !subject ? ""
    : ` ${hexadecimal(Math.abs(subject))}`;
}

function otherOf(row: Row): string {
  const other = numberOf(row, "other");
  const isJoin = textOf(row, "wait") === "join";
  if (!other) return isJoin ? " a thread" : "";
  if (other === numberOf(row, "tid")) return isJoin ? " itself" : ", that it holds itself";
  const name = textOf(row, "other_name") ? ` "${textOf(row, "other_name")}"` : "";
  const ended = numberOf(row, "other_ended") === 1;
  return isJoin ? ` thread ${other}${name}`
    : ` that thread ${other}${name} ${ended ? "took, which has ended" : "held"}`;
}

/** "waited 8.0 s for the mutex 0x7f that thread 12 held, held 1 lock" */
export function waitSays(row: Row): string {
  const wait = textOf(row, "wait");
  const held = countOf(row, "held");
  const locks = held ? `, held ${held} lock${held === 1 ? "" : "s"}` : "";
  if (!wait) return `in no wait that is followed${locks}`;
  const waited = numberOf(row, "waited");
  const time = waited > 0 ? ` ${(waited / 1e9).toFixed(1)} s` : "";
  const words = waitText(wait);
  const comma = words.endsWith(",");
  const what = (comma ? words.slice(0, -1) : words) + subjectOf(row);
  const other = otherOf(row);
  const told = textOf(row, "told_text") || textOf(row, "told_kind");
  return `waited${time} for ${what}${comma && other.startsWith(" that") ? "," : ""}${other}` +
    `${told ? ` (${told})` : ""}${numberOf(row, "timed") ? ", but not for ever" : ""}${locks}`;
}

function whoOf(row: Row): string {
  const name = textOf(row, "name") || (numberOf(row, "first") ? "main" : "");
  return `thread ${numberOf(row, "tid")}${name ? ` "${name}"` : ""}`;
}

/** One line for those that stand alike; few, where the program was merely told to end. */
export function stoodOf(run: Run, rows: Row[], frames: Row[]): { lines: Stood[]; more: number } {
  const places = new Map<number, Place>();
  for (const frame of frames)
    if (!places.has(numberOf(frame, "stack")))
      places.set(numberOf(frame, "stack"), {
        name: textOf(frame, "function"), file: textOf(frame, "file") || null,
        line: numberOf(frame, "line") || null,
      });
  const asked = new Set(run.processes.filter((one) => wasEnded(run, one)).map((one) => one.id));
  const folds = new Map<string, { row: Row; count: number }>();
  for (const row of rows) {
    if (!asked.has(numberOf(row, "process"))) continue;
    const key = ["process", "first", "wait", "timed", "other", "held", "told_text", "stack"]
      .map((name) => textOf(row, name)).join("\n");
    const known = folds.get(key);
    if (known) known.count++;
    else folds.set(key, { row, count: 1 });
  }
  const lines = [...folds.values()].map(({ row, count }) => ({
    process: numberOf(row, "process"),
    who: whoOf(row) + (count > 1 ? ` and ${count - 1} like it` : ""),
    says: waitSays(row),
    place: places.get(numberOf(row, "stack")) ?? null,
  }));
  const most = wasToldToEnd(run) ? LINES_FEW : LINES_MAX;
  return { lines: lines.slice(0, most), more: Math.max(0, lines.length - most) };
}

/** Who is told to end and does may have stood where it always does. */
function wasToldToEnd(run: Run): boolean {
  return !run.meta.has("timeout_s") && run.program?.end === "signal" &&
    REQUESTS.includes(run.program.code ?? 0);
}
