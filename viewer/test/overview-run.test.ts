// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import {
  DURATION_SQL, endingSays, endOf, heldSays, META_SQL, outcome, packsOf, PROCESSES_SQL, type Run, runOf, stillRunning,
} from "../src/overview/run";
import { signalName, signalNumbers } from "../src/overview/signals";
import { soakOf, TRENDS_SQL } from "../src/overview/soak";
import { DEADLOCK_SQL, PLACES_SQL, STANDING_SQL, stoodOf, waitSays } from "../src/overview/threads";
import { PARTS_SQL, sharedCommand, treeOf } from "../src/overview/tree";
import { type MadeDatabase, madeTrace } from "./made";

const PROCESS = `INSERT INTO process (id, pid, ppid, parent_id, image, origin, exe, command, start_ns, realtime_ns,
  end_ns, end, code, census_fds, census_threads, packs, held_ns) VALUES `;
const meta = (key: string, value: string) => `INSERT OR REPLACE INTO meta VALUES ('${key}', '${value}');`;

async function runFrom(db: MadeDatabase, live = false): Promise<Run> {
  const [row] = await db.query(DURATION_SQL);
  return runOf(await db.query(META_SQL), await db.query(PROCESSES_SQL), row as never, live);
}

const run = async (rows: string, live = false) => runFrom(await madeTrace(rows), live);

describe("how a run ended", () => {
  it("is said in the words of the report", async () => {
    const killed = await run("UPDATE process SET end = 'signal', code = 15, end_ns = 9000;" + meta("timeout_s", "8.0"));
    expect(endingSays(killed, 0)).toEqual([
      "ended by --timeout after 8.0 s, killed by SIGTERM (Terminated): what was merely alive then is not judged as leaked",
      "not seen: what its end would have closed, and what the kernel still had of it then; " +
        "what must be closed and was open is not judged",
    ]);
    expect(outcome(killed)).toEqual({ text: "ended by --timeout after 8.0 s", css: "error" });
    const memory = await run("UPDATE process SET end = 'signal', code = 9;" + meta("oom_kills", "1"));
    expect(endingSays(memory, 0)[0]).toMatch(/^killed by SIGKILL \(Killed\), when the kernel had no memory left:/);
    const crashed = await run("UPDATE process SET end = 'unknown';");
    expect(endingSays(crashed, 0)[0]).toMatch(/^killed or crashed: /);
  });
  it("by _exit is said only where something was found, and only by the preloaded library", async () => {
    const shim = await run(meta("engine", "shim"));
    expect(endingSays(shim, 1)[0]).toMatch(/^ended by _exit, or with its last thread/);
    expect(endingSays(shim, 0)).toEqual([]);
    expect(endingSays(await run(meta("engine", "probes")), 1)).toEqual([]);
  });
  it("tells the last image of the first process, not an imported log", async () => {
    const found = await run(`${PROCESS}
      (2, 100, 1, 1, 1, 'start', '/bin/b', 'b', 2000, 0, 3000, 'exit', 3, 1, 1, 'openssl glib', 20000000),
      (3, 200, 100, 1, 0, 'fork', '/bin/c', 'c', 2000, 0, NULL, 'running', NULL, 1, 1, 'glib', NULL),
      (4, 99, 1, NULL, 0, 'import', '', 'log', 1, 0, NULL, 'unknown', NULL, 0, 0, NULL, NULL);`);
    expect(found.program?.id).toBe(2);
    expect(endOf(found.program!)).toBe("exit 3");
    expect(packsOf(found)).toEqual(["openssl", "glib"]);
    expect(stillRunning(found)).toBe("still running when the recording ended: pid 200 c");
    expect(heldSays(found)).toBe("held back for 0.02 s at its end (--settle)");
  });
  it("is open while somebody records, and cut off where nobody does any more", async () => {
    const rows = meta("finished", "0") + "UPDATE process SET end = 'running', code = NULL;";
    expect(outcome(await run(rows, true)).text).toBe("still recorded");
    expect(outcome(await run(rows)).text).toBe("recording cut off");
    expect(outcome(await run(meta("exit_status", "0"))).css).toBe("good");
    expect(outcome(await run(meta("exit_status", "7"))).text).toBe("exit 7");
  });
  it("knows the signals by their numbers", () => {
    expect(signalNumbers("KILL", "SEGV", "TERM", "SYS")).toEqual([9, 11, 15, 31]);
    expect([signalName(6), signalName(0), signalName(64)]).toEqual(["SIGABRT (Aborted)", null, null]);
  });
});

describe("the tree of processes", () => {
  it("folds equal siblings, and takes an exec for the same process", async () => {
    const children = Array.from({ length: 30 }, (_, i) =>
      `(${i + 10}, ${i + 200}, 100, 1, 0, 'fork', '/bin/cat', 'cat ${i}', ${i + 2000}, 0, 3000, 'exit', 0, 1, 1, NULL, NULL)`);
    const found = await run(`${PROCESS} ${children.join(", ")},
      (90, 100, 1, 1, 1, 'start', '/bin/b', 'b -x', 2500, 0, 3000, 'signal', 11, 1, 1, NULL, NULL);`);
    const tree = treeOf(found.processes, [{ process: 10, count: 2 }]);
    expect(tree.lines.map((line) => [line.depth, line.count, line.command, line.end, line.findings])).toEqual([
      [0, 1, "b -x", "killed by SIGSEGV (Segmentation fault)", 0],
      [1, 1, "cat 0", "exit 0", 2],
      [1, 29, "cat ...", "exit 0", 0],
    ]);
    expect([tree.nodes, tree.more]).toEqual([31, 0]);
  });
  it("is bounded, and counts the rest; those with findings or a bad end come first", async () => {
    const children = Array.from({ length: 100 }, (_, i) =>
      `(${i + 10}, ${i + 200}, 100, 1, 0, 'fork', '/bin/p${i}', 'p${i}', ${i + 2000}, 0, 3000,
        '${i === 99 ? "unknown" : "exit"}', 0, 1, 1, NULL, NULL)`);
    const tree = treeOf((await run(`${PROCESS} ${children.join(", ")};`)).processes, []);
    expect([tree.lines.length, tree.more]).toEqual([60, 41]);
    expect(tree.lines.at(-1)!.command).toBe("p99");
  });
  it("comes to an end where parents go round in a circle or are not there", async () => {
    const found = await run(`${PROCESS}
      (2, 2, 1, 3, 0, 'fork', 'a', 'a', 5, 0, NULL, 'exit', 0, 1, 1, NULL, NULL),
      (3, 3, 1, 2, 0, 'fork', 'b', 'b', 6, 0, NULL, 'exit', 0, 1, 1, NULL, NULL),
      (4, 4, 1, 4, 0, 'fork', 'c', 'c', 7, 0, NULL, 'exit', 0, 1, 1, NULL, NULL),
      (5, 5, 1, 999, 0, 'fork', 'd', 'd', 8, 0, NULL, 'exit', 0, 1, 1, NULL, NULL);`);
    const tree = treeOf(found.processes, []);
    expect(tree.lines.reduce((sum, line) => sum + line.count, 0) + tree.more).toBe(tree.nodes);
  });
  it("shortens a command to the words that all have", () => {
    expect(sharedCommand(["sleep 0.2", "sleep 0.1"], "sleep")).toBe("sleep ...");
    expect(sharedCommand(["true", "true"], "true")).toBe("true");
    expect(sharedCommand(["a b", "c d"], "name")).toBe("name ...");
  });
  it("counts the findings that a process has a part in", async () => {
    const db = await madeTrace(`INSERT INTO finding (id, rank, rule, state, kind, class, count, fingerprint, message,
      process_id) VALUES (1, 1, 'r', 'leaked', 'fd', 'udp', 1, 'aa', 'm', 1);`);
    expect(await db.query(PARTS_SQL)).toEqual([{ process: 1, count: 1 }]);
  });
});

describe("where threads stood", () => {
  const STANDING = `INSERT INTO standing (id, process_id, tid, time_ns, wait, timed, subject, since_ns, stack_id) VALUES `;
  const ROWS = `${STANDING} (1, 1, 100, 9000000000, 'mutex', 0, 4096, 1000000000, 5),
      (2, 1, 101, 9000000000, 'condition', 0, 8192, 1000000000, NULL), (3, 1, 102, 9000000000, 'condition', 0, 8192, 1000000000, NULL);
    INSERT INTO held VALUES (2, 0, 4096, 'mutex', 1, NULL, NULL);
    INSERT INTO stack VALUES (5, 1, 0, 0, x''); INSERT INTO location VALUES (1, '/lib/libc.so.6', '', 1), (2, '/bin/app', '', 2);
    INSERT INTO stack_frame VALUES (5, 0, 1), (5, 1, 2);
    INSERT INTO frame VALUES (1, 0, 'pthread_mutex_lock', 'nptl.c', 7), (2, 0, 'mine', '/top/mine.c', 9);
    INSERT INTO finding (id, rank, rule, state, kind, class, count, fingerprint, message, process_id)
      VALUES (1, 1, 'teardown-deadlock', 'broken', 'lock', 'mutex', 1, 'dd', 'm', 1);`;

  async function stood(rows: string): Promise<ReturnType<typeof stoodOf>> {
    const db = await madeTrace(ROWS + rows);
    return stoodOf(await runFrom(db), await db.query(STANDING_SQL), await db.query(PLACES_SQL));
  }

  it("is said of a program that did not end by itself, with the first place of its own", async () => {
    const { lines } = await stood("UPDATE process SET end = 'signal', code = 11;");
    expect(lines.map((line) => `${line.who}: ${line.says}`)).toEqual([
      'thread 100 "main": waited 8.0 s for the mutex 0x1000 that thread 101 held',
      "thread 101: waited 8.0 s for the condition 0x2000, held 1 lock",
      "thread 102: waited 8.0 s for the condition 0x2000",
    ]);
    expect(lines[0]!.place).toEqual({ name: "mine", file: "/top/mine.c", line: 9 });
  });
  it("is not asked of one that did", async () => {
    expect((await stood("")).lines).toEqual([]);
  });
  it("names the finding that tells the circle", async () => {
    expect(await (await madeTrace(ROWS)).query(DEADLOCK_SQL)).toEqual([{ fingerprint: "dd" }]);
  });
  it("says of locks to read who holds them, and of joins for whom", () => {
    expect(waitSays({ wait: "read-lock", subject: 16, tid: 1, other: 2, waited: 1e9 }))
      .toBe("waited 1.0 s for the lock, to read 0x10, that thread 2 held");
    expect(waitSays({ wait: "join", tid: 1, other: 2, other_name: "w" })).toBe('waited for the end of thread 2 "w"');
    expect(waitSays({ wait: "join", tid: 1, other: 1 })).toBe("waited for the end of itself");
    expect(waitSays({ wait: "toString", tid: 1, timed: 1 })).toBe("waited for toString, but not for ever");
  });
});

describe("a soak", () => {
  it("is told as in the report: what grows, between which bounds, and what is used up first", async () => {
    const db = await madeTrace(meta("soak", "marks") + meta("soak_what", "marks") + meta("soak_sessions", "12") +
      meta("soak_over", "12") + `INSERT INTO trend (id, verdict, kind, class, process_id, culprit_function, culprit_file,
        culprit_line, first, last, warm_up, slope, slope_low, slope_high, supply, capacity, sessions_left) VALUES
      (1, 'growing', 'fd', 'eventfd', 1, 'open_it', '/a.c', 5, 1, 12, 0, 1.0, 1.0, 1.0, 'descriptors', 20000, 19983),
      (2, 'unclear', 'fd', 'x', 1, NULL, NULL, NULL, 1, 2, 0, 0.12345, -0.5, 1.5, NULL, NULL, NULL),
      (3, 'steady', 'fd', 'y', 1, 'z', NULL, NULL, 1, 1, 0, NULL, NULL, NULL, NULL, NULL, NULL);`);
    const soak = soakOf(await runFrom(db), await db.query(TRENDS_SQL))!;
    expect(soak.heading).toBe("soak: 12 of 12 sessions (marks)");
    expect(soak.rows.map((row) => [row.verdict, row.place, row.counts, row.slope])).toEqual([
      ["growing", "open_it", "1 → 12", "+1"], ["unclear", "?", "1 → 2", "+0.123 (-0.5 to 1.5)"],
    ]);
    expect(soak.rows[0]!.limit).toBe("the limit of 20,000 descriptors is reached after 19,983 more sessions");
    expect(soak.says).toEqual(["steady: 1 other place where something is born",
      "12 sessions may miss what strikes in fewer than one of 4"]);
  });
  it("is none without sessions", async () => {
    expect(soakOf(await run(""), [])).toBeNull();
  });
});
