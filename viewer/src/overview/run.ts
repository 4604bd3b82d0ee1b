// SPDX-License-Identifier: Apache-2.0
/* The run as a whole: which program, how long, how it ended; in the sentences of the report. */
import type { Row } from "../db/engine";
import { baseName, count, plural } from "../ui/format";
import { countOf, isNull, numberOf, textOf } from "./cells";
import { signalName } from "./signals";

export const META_SQL = "SELECT key, value FROM meta WHERE key NOT GLOB 'import:*'";

/** More are counted, and not looked at one by one. */
const PROCESSES_MAX = 20000;

export const PROCESSES_SQL = `
SELECT id, pid, parent_id, image, origin, exe, command, start_ns - :t0 AS start, end, code,
       packs, held_ns, exit_begun_ns IS NOT NULL AS exit_seen,
       (SELECT total(count) FROM note WHERE weight = 'LOST' AND process_id = process.id) AS lost
FROM process ORDER BY start_ns, id LIMIT ${PROCESSES_MAX}`;

/** The last moment: of what runs on, when the recording ended. */
export const DURATION_SQL = `
SELECT max(coalesce((SELECT max(end_ns) FROM process), 0),
           coalesce((SELECT max(birth_ns) FROM resource), 0),
           coalesce((SELECT max(death_ns) FROM resource), 0),
           coalesce((SELECT max(last_death_ns) FROM lifetime_statistics), 0),
           coalesce((SELECT max(CAST(value AS INTEGER)) FROM meta WHERE key = 'ended_ns'
                     AND EXISTS (SELECT 1 FROM process WHERE end = 'running')), 0)) - :t0 AS ns,
       (SELECT count(DISTINCT pid) FROM process) AS pids,
       (SELECT count(*) FROM mark) AS marks`;

export interface Process {
  id: number;
  pid: number;
  parentId: number;
  image: number;
  origin: string;
  exe: string;
  command: string;
  /** from the run's start */
  startNs: number;
  end: string;
  /** null: not known */
  code: number | null;
  packs: string;
  heldNs: number;
  exitSeen: boolean;
  lost: number;
}

export interface Run {
  meta: ReadonlyMap<string, string>;
  processes: readonly Process[];
  /** the last image of the first process: what the command became */
  program: Process | null;
  command: string;
  durationNs: number;
  /** processes; an exec makes no new one */
  pids: number;
  marks: number;
  finished: boolean;
  live: boolean;
}

function processOf(row: Row): Process {
  return {
    id: numberOf(row, "id"),
    pid: numberOf(row, "pid"),
    parentId: numberOf(row, "parent_id"),
    image: numberOf(row, "image"),
    origin: textOf(row, "origin"),
    exe: textOf(row, "exe"),
    command: textOf(row, "command"),
    startNs: numberOf(row, "start"),
    end: textOf(row, "end"),
    code: isNull(row, "code") ? null : numberOf(row, "code"),
    packs: textOf(row, "packs"),
    heldNs: countOf(row, "held_ns"),
    exitSeen: numberOf(row, "exit_seen") !== 0,
    lost: countOf(row, "lost"),
  };
}

function programOf(processes: readonly Process[]): Process | null {
  const own = processes.filter((one) => one.origin !== "import");
  const first = own[0];
  if (!first) return processes[0] ?? null;
  const images = own.filter((one) => one.pid === first.pid && one.image > 0);
  return images.reduce((last, one) => (one.image >= last.image ? one : last), first);
}

export function runOf(
  meta: Row[], processes: Row[], duration: Row | undefined, live: boolean,
): Run {
  const known = new Map(meta.map((row) => [textOf(row, "key"), textOf(row, "value")]));
  const found = processes.map(processOf);
  return {
    meta: known,
    processes: found,
    program: programOf(found),
    command: known.get("command") ?? found[0]?.command ?? "?",
    durationNs: Math.max(0, numberOf(duration, "ns")),
    pids: countOf(duration, "pids"),
    marks: countOf(duration, "marks"),
    finished: known.get("finished") === "1",
    live,
  };
}

export function processName(process: Process): string {
  return baseName(process.exe || process.command) || "?";
}

export function seconds(ns: number, digits = 2): string {
  return `${(ns / 1e9).toFixed(digits)} s`;
}

const wasKilled = (process: Process | null) =>
  process?.end === "signal" || process?.end === "unknown";

/** "exit 0", "killed by SIGTERM (Terminated)"; "" where nothing is known. */
export function endOf(process: Process): string {
  if (process.end === "exit") return process.code === null ? "ended" : `exit ${process.code}`;
  if (process.end === "signal") {
    const code = process.code ?? 0;
    return `killed by ${signalName(code) ?? `signal ${code}`}`;
  }
  if (process.end === "exec") return "became a program that is not recorded";
  return process.end === "running" ? "still running" : "killed or crashed";
}

/** How the run ended, in a word or two. */
export function outcome(run: Run): { text: string; css: "good" | "warning" | "error" | "note" } {
  if (run.live) return { text: "still recorded", css: "note" };
  const timeout = run.meta.get("timeout_s");
  if (timeout) return { text: `ended by --timeout after ${timeout} s`, css: "error" };
  if (wasKilled(run.program)) return { text: endOf(run.program!), css: "error" };
  if (!run.finished) return { text: "recording cut off", css: "error" };
  const status = Number(run.meta.get("exit_status") ?? NaN);
  if (Number.isFinite(status)) return { text: `exit ${status}`, css: status ? "warning" : "good" };
  return { text: run.program ? endOf(run.program) : "nothing was recorded", css: "note" };
}

/** Who is killed has no time to close: that is said before anything that was alive then. */
function cutShort(run: Run): string | null {
  const timeout = run.meta.get("timeout_s");
  const killed = wasKilled(run.program);
  if (!timeout && !killed) return null;
  const parts = [
    timeout ? `ended by --timeout after ${timeout} s` : "",
    killed ? endOf(run.program!) : "",
  ].filter(Boolean);
  const memory =
    run.program?.end === "signal" && run.program.code === 9 && run.meta.has("oom_kills")
      ? ", when the kernel had no memory left"
      : "";
  const so = killed
    ? "what was merely alive then is not judged as leaked"
    : "it may have been in the middle of its work";
  return `${parts.join(", ")}${memory}: ${so}`;
}

function unseen(run: Run, findings: number): string | null {
  const program = run.program;
  if (wasKilled(program))
    return "not seen: what its end would have closed, and what the kernel still had of it then; " +
      "what must be closed and was open is not judged";
  const atOnce = program?.end === "exit" && !program.exitSeen && run.meta.get("engine") === "shim";
  if (!atOnce || !findings) return null;
  return "ended by _exit, or with its last thread: none of its exit functions ran, " +
    "and what they would have ended is judged as left";
}

/** What --settle did; null: nothing. */
export function heldSays(run: Run): string | null {
  const times = run.processes.map((one) => one.heldNs).filter((ns) => ns > 0);
  const most = times.reduce((one, other) => Math.max(one, other), 0);
  if (times.length === 0) return null;
  if (times.length === 1) return `held back for ${seconds(most)} at its end (--settle)`;
  return `${count(times.length)} processes were held back at their ends, ` +
    `for ${seconds(most)} at most (--settle)`;
}

/** What is to be known of the end before the findings are read. */
export function endingSays(run: Run, findings: number): string[] {
  return [cutShort(run), unseen(run, findings)].filter((one) => one !== null);
}

const RUNNING_MAX = 5;

/** Of a recording that was cut off, nobody knows. */
export function stillRunning(run: Run): string | null {
  if (!run.finished) return null;
  const running = run.processes.filter((one) => one.end === "running");
  if (running.length === 0) return null;
  const shown = running.slice(0, RUNNING_MAX).map((one) => `pid ${one.pid} ${processName(one)}`);
  const more = running.length > RUNNING_MAX ? `, +${running.length - RUNNING_MAX} more` : "";
  return `still running when the recording ended: ${shown.join(", ")}${more}`;
}

/** Probe packs that were in some process. */
export function packsOf(run: Run): string[] {
  return [...new Set(run.processes.flatMap((one) => one.packs.split(" ").filter(Boolean)))];
}

export function processesSay(run: Run): string {
  return plural(run.pids, "process", "processes");
}
