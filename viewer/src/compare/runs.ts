// SPDX-License-Identifier: Apache-2.0
/* How the two were recorded: programs, commands, options, sessions. */
import type { Asked } from "../flame/sums";
import { duration } from "../ui/format";

export interface Mark {
  text: string;
  time: number;
}

export interface Run {
  command: string;
  meta: Map<string, string>;
  programs: string[];
  packs: string[];
  /** nanoseconds from the start */
  marks: Mark[];
}

const PROGRAMS = `
SELECT DISTINCT substr(CAST(exe AS TEXT), 1, 500) AS text FROM process
WHERE exe IS NOT NULL ORDER BY 1 LIMIT 200`;
const PACKS = `
SELECT DISTINCT substr(CAST(packs AS TEXT), 1, 500) AS text FROM process
WHERE packs IS NOT NULL LIMIT 200`;
const MARKS = `
SELECT substr(CAST(text AS TEXT), 1, 200) AS text, time_ns - :t0 AS time FROM mark
WHERE typeof(time_ns) = 'integer' ORDER BY time_ns, id LIMIT 5000`;

export async function readRun(db: Asked, command: string): Promise<Run> {
  const meta = await db.query<{ key: string; value: string }>(
    "SELECT key, substr(CAST(value AS TEXT), 1, 500) AS value FROM meta LIMIT 500");
  const programs = await db.query<{ text: string }>(PROGRAMS);
  const packs = await db.query<{ text: string }>(PACKS);
  return {
    command, meta: new Map(meta.map((row) => [row.key, row.value])),
    programs: programs.map((row) => row.text),
    packs: [...new Set(packs.flatMap((row) => row.text.split(" ")))].filter(Boolean).sort(),
    marks: await db.query<Mark>(MARKS),
  };
}

/** The name of what a recording is of: of the command, up to a blank. */
export function programOf(command: string): string {
  const word = command.split(" ")[0]!;
  return word.slice(word.lastIndexOf("/") + 1);
}

/** How many sessions it had: of a soak as it counted them, else one at each mark. */
export function sessionsOf(run: Run): number {
  const told = Number(run.meta.get("soak_over") ?? 0);
  return Number.isSafeInteger(told) && told > 0 ? told : run.marks.length;
}

/** Words in one, in the other, or in both: in the order of the commands. */
export interface Word {
  text: string;
  side: "both" | "old" | "new";
}

const WORDS_MAX = 400;

/** By the longest common sequence of words. */
export function wordsDiff(before: string, now: string): Word[] {
  const old = before.split(/\s+/).filter(Boolean).slice(0, WORDS_MAX);
  const fresh = now.split(/\s+/).filter(Boolean).slice(0, WORDS_MAX);
  const length = old.map(() => new Array<number>(fresh.length + 1).fill(0));
  length.push(new Array<number>(fresh.length + 1).fill(0));
  for (let i = old.length - 1; i >= 0; i--)
    for (let j = fresh.length - 1; j >= 0; j--)
      length[i]![j] = old[i] === fresh[j] ? length[i + 1]![j + 1]! + 1
        : Math.max(length[i + 1]![j]!, length[i]![j + 1]!);
  const words: Word[] = [];
  let i = 0;
  let j = 0;
  while (i < old.length || j < fresh.length) {
    if (i < old.length && j < fresh.length && old[i] === fresh[j]) {
      words.push({ text: old[i++]!, side: "both" });
      j++;
    } else if (j >= fresh.length || (i < old.length && length[i + 1]![j]! >= length[i]![j + 1]!))
      words.push({ text: old[i++]!, side: "old" });
    else words.push({ text: fresh[j++]!, side: "new" });
  }
  return words;
}

export interface RunRow {
  title: string;
  before: string;
  now: string;
}

const asTime = (text: string) => duration(Number(text));
const asIs = (text: string) => text;

/** [key of meta, for people, how it reads, where it is absent] */
const facts: readonly (readonly [string, string, (text: string) => string, string])[] = [
  ["engine", "Engine", asIs, "not known"], ["host", "Host", asIs, "not known"],
  ["rtctrack_version", "rtctrack", asIs, "not known"],
  ["exit_status", "Exit status", asIs, "not known"],
  ["grace_ns", "Grace time", asTime, "1 s"], ["hang_after_ns", "Hangs after", asTime, "5 s"],
  ["settle_ns", "Held back to settle", asTime, "not at all"],
  ["timeout_s", "Ended by timeout after", (text) => `${text} s`, "was not"],
  ["soak_what", "A session is", asIs, "no soak"],
  ["thread_limit", "Thread limit", asIs, "not known"],
  ["port_range", "Ephemeral ports", asIs, "not known"],
];

/** What is not the same in both; the command apart. */
export function runRows(before: Run, now: Run): RunRow[] {
  const rows = facts.map(([key, title, format, absent]) => {
    const say = (run: Run) => {
      const value = run.meta.get(key);
      return value === undefined ? absent : format(value);
    };
    return { title, before: say(before), now: say(now) };
  });
  rows.push({
    title: "Programs", before: before.programs.join(", "), now: now.programs.join(", "),
  }, {
    title: "Packs", before: before.packs.join(" ") || "none", now: now.packs.join(" ") || "none",
  }, {
    title: "Marks", before: String(before.marks.length), now: String(now.marks.length),
  });
  return rows.filter((row) => row.before !== row.now);
}
