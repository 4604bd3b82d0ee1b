// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { commandLines, shellWord } from "../src/finding/commands";
import { partsOf, stackText, stacksOf, type Frame } from "../src/finding/frames";
import { countAlive, seriesOf, thin, trendSentence } from "../src/finding/growth";
import {
  arrange, chooseFinding, identityOf, nameOf, readFindings, searchFindings, wanted, type Finding,
} from "../src/finding/list";
import { readTold } from "../src/finding/load";
import { PAGE_ROWS } from "../src/finding/members";
import { sortReferences } from "../src/finding/references";
import { RESOURCE_COLUMNS, nounOf, resourceOf, standOf } from "../src/finding/resource";
import {
  begun, fdNoun, isOfGo, isSocket, ruleSays, stateFails, stateSays, waitText,
} from "../src/contract";
import { madeTrace, type MadeDatabase } from "./made";

const frame = (name: string, more: Partial<Frame> = {}): Frame => ({
  function: name, file: `/src/app/${name}.c`, line: 1, module: "/bin/app", address: name,
  plumbing: false, runtime: false, inlined: false, ...more,
});

const FINDING: Finding = {
  id: 1, rule: "fd-leak", state: "leaked", kind: "fd", className: "udp", count: 1,
  fingerprint: "f1", message: "1 UDP socket", processId: 1, process: "", endNs: null, stackId: null,
  culprit: { function: "open", file: null, line: null, module: "" }, slope: null,
  placeless: false, causes: "",
};

/** An fd with so many brothers, their stack, and a finding about them. */
export const SOCKETS = (count: number) => `
INSERT INTO location (id, path, build_id, address) VALUES (1, '/bin/app', 'b', 16);
INSERT INTO frame VALUES (1, 0, 'open_socket', '/src/net.c', 12);
INSERT INTO stack (id, process_id, hash, time_ns, addresses) VALUES (1, 1, 1, 1000, x'');
INSERT INTO stack_frame VALUES (1, 0, 1);
INSERT INTO resource (id, process_id, kind, class, subject, generation, birth_ns, birth_tid,
                      birth_stack, birth_call, inherited)
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
SELECT i, 1, 'fd', 'udp', i + 2, 1, 1000 + i, 7, 1, 'socket', 0 FROM n;
INSERT INTO finding (id, rank, rule, state, kind, class, count, fingerprint, message, process_id,
                     stack_id, culprit_function)
VALUES (1, 1, 'fd-leak', 'leaked', 'fd', 'udp', ${count}, 'f1', 'sockets', 1, 1, 'open_socket');
INSERT INTO evidence SELECT 1, id - 1, id, NULL, 1, 'created at' FROM resource;`;

async function told(trace: MadeDatabase, page = 0) {
  const findings = await readFindings(trace);
  return readTold(trace, findings[0]!, findings, null, 5000, page);
}

describe("the words of the tables", () => {
  it("are those of rules, states, kinds, classes and waits", () => {
    expect(ruleSays("ref-cycle")).toBe("things that hold each other, so that none of them can end");
    expect(stateSays("late")).toBe("it ended, but after the grace time");
    expect([stateFails("leaked"), stateFails("at-exit"), stateFails("late")])
      .toEqual(["ALWAYS", "STRICT", "NEVER"]);
    expect(begun("timer")).toBe("armed");
    expect(fdNoun("udp")).toBe("UDP socket");
    expect([isSocket("udp"), isSocket("pipe")]).toEqual([true, false]);
    expect(waitText("read-lock")).toBe("the lock, to read,");
    expect([isOfGo("runtime.main"), isOfGo("main.run")]).toEqual([true, false]);
  });

  it("have an answer for names of no table, also for those that every object has", () => {
    expect(ruleSays("toString") + stateSays("constructor")).toBe("");
    expect([fdNoun("__proto__"), waitText("valueOf")]).toEqual(["descriptor", "valueOf"]);
  });

});

describe("the list of findings", () => {
  const other =
    { ...FINDING, id: 2, message: "10 threads", rule: "thread-leak", fingerprint: "f2" };

  it("is searched by all words, wherever they stand", () => {
    expect(searchFindings([FINDING, other], "LEAK threads").map((one) => one.id)).toEqual([2]);
    expect(searchFindings([FINDING, other], " ")).toHaveLength(2);
  });

  it("is cut by the command's --kind and --rule, which a cause fits too", () => {
    const caused = { ...other, causes: "growth, ref-leak" };
    expect(wanted([FINDING, caused], { rule: "ref-leak", kind: null })).toEqual([caused]);
    expect(wanted([FINDING, { ...caused, kind: "thread" }], { kind: "fd" })).toEqual([FINDING]);
  });

  it("blames whom --mine names, where the stack has it", async () => {
    const trace = await madeTrace(SOCKETS(1));
    const [mine] = await readFindings(trace, "*net.c");
    expect(mine!.culprit).toMatchObject({ function: "open_socket", file: "/src/net.c", line: 12 });
    expect((await readFindings(trace, "nobody"))[0]!.culprit.file).toBeNull();
  });

  it("has descriptors that are no sockets behind the rest, and excused ones last", () => {
    const minor = { ...FINDING, id: 3, state: "at-exit", className: "file", fingerprint: "f3" };
    const gate = { verdict: "", code: 0, findings: {
      f1: { fails: false, level: "error", novelty: null, by: "suppressed",
        says: "suppressed by a:1" } } };
    expect(arrange([FINDING, minor, other], gate).map((one) => one.id)).toEqual([2, 3, 1]);
  });

  it("knows one again when a live trace is judged anew, and its number is another", () => {
    const twin = { ...FINDING, id: 9 };
    const later = [{ ...other, id: 1 }, { ...FINDING, id: 2 }, { ...twin, id: 10 }];
    for (const [before, now] of [[FINDING, later[1]!], [twin, later[2]!]] as const)
      expect(identityOf(now, later)).toBe(identityOf(before, [FINDING, twin]));
    expect(identityOf(FINDING, [FINDING, twin])).not.toBe(identityOf(twin, [FINDING, twin]));
    expect(identityOf({ ...FINDING, fingerprint: "" }, [])).toBe("#1");
  });

  it("finds by fingerprint, by id where several share it, and says what is gone", () => {
    const twin = { ...FINDING, id: 9 };
    const all = [FINDING, other, twin];
    expect(chooseFinding(all, "", "").finding?.id).toBe(1);
    expect(chooseFinding(all, "f1", "9")).toMatchObject({ finding: twin, gone: false });
    expect(chooseFinding(all, "f1", "").alike).toHaveLength(2);
    expect(chooseFinding(all, "nothing", "")).toMatchObject({ finding: null, gone: true });
    expect(nameOf(twin, all)).toEqual({ rest: "f1", params: { id: "9" } });
    expect(nameOf(other, all)).toEqual({ rest: "f2", params: {} });
  });
});

describe("a stack", () => {
  const start = frame("__libc_start_main", { module: "/lib/libc.so.6", file: null });

  it("folds the program's plumbing, libraries, and the start, each by its name", () => {
    const frames = [frame("retain", { plumbing: true }), frame("open"),
      frame("runtime.call", { runtime: true }), frame("main"), start];
    expect(partsOf(frames, false).map((one) => [one.fold, one.frames.length]))
      .toEqual([["plumbing", 1], ["", 1], ["libraries", 1], ["", 1], ["start", 1]]);
    expect(partsOf(frames, true)[0]!.fold).toBe("");
  });

  it("says again where two ways part, and no more of what both have", () => {
    const common = ["a", "b", "c", "d"].map((one) => frame(one));
    const parts = partsOf([frame("x"), ...common], false, [frame("y"), ...common]);
    expect(parts.map((one) => [one.fold, one.frames.length])).toEqual([["", 2], ["above", 3]]);
  });

  it("of nothing but plumbing is shown", () => {
    expect(partsOf([frame("a", { plumbing: true })], false)[0]!.fold).toBe("");
  });

  it("leaves out the recorder, and is copied in full", () => {
    const ours = frame("track_fd", { module: "/x/libtrack.so" });
    expect(stackText([ours, frame("open"), frame("main", { inlined: true })]))
      .toBe("#0 open  /src/app/open.c:1\n#1 main  /src/app/main.c:1  [inlined]");
  });

  it("shows a function once that the compiler took apart", () => {
    const row = { stack_id: 1, position: 0, function: "f", file: "f.c", line: 1, path: "/bin/app",
      address: "0x1", plumbing: 0, clone: ".part.0", inlined: 0 };
    const stack = stacksOf([row, { ...row, position: 1, line: 9, clone: null }]).get(1)!;
    expect(stack.map((one) => one.line)).toEqual([1]);
  });
});

describe("a finding", () => {
  it("is told by roles, each once, with the call that made it", async () => {
    const one = await told(await madeTrace(SOCKETS(3)));
    expect(one.steps.map((step) => [step.says, step.stackId]))
      .toEqual([["opened by socket() at", 1]]);
    expect(one.stacks.get(1)?.[0]?.function).toBe("open_socket");
    expect(one.moments.map((moment) => moment.says))
      .toEqual(["opened by socket()", "open at the end"]);
  });

  it("has pages of its members, and the last one for pages that are not there", async () => {
    const trace = await madeTrace(SOCKETS(5000));
    const first = await told(trace);
    expect([first.members.total, first.members.rows.length]).toEqual([5000, PAGE_ROWS]);
    expect(first.evidence).toHaveLength(48);
    const last = await told(trace, 1e9);
    expect(last.members.rows.at(-1)?.id).toBe(5000);
  });

  it("is told with what there is where rows and stacks are missing", async () => {
    const trace = await madeTrace(`
      INSERT INTO finding (id, rank, rule, state, kind, class, count, fingerprint, message,
                           process_id, stack_id)
      VALUES (1, 1, 'x', '', '', '', -9223372036854775808, '', '', 77, 999);
      INSERT INTO evidence VALUES (1, 0, 999, 999, 999, '__proto__'),
        (1, 1, NULL, NULL, NULL, '');`);
    const one = await told(trace);
    expect(one.troubles).toEqual([]);
    expect(one.graph.nodes).toEqual([]);
    expect(one.steps.map((step) => step.says)).toEqual(["__proto__", ""]);
    expect(one.stacks.size).toBe(0);
  });

  it("tells what cannot be read, and the rest", async () => {
    const trace = await madeTrace(SOCKETS(2) + "DROP TABLE reference; DROP TABLE trend;");
    const one = await told(trace);
    expect(one.troubles.map((trouble) => trouble.split(":")[0])).toContain("growth");
    expect(one.members.total).toBe(2);
  });

  it("of acts is a story in the order of time", async () => {
    const trace = await madeTrace(`${SOCKETS(1)}
      INSERT INTO stack (id, process_id, hash, time_ns, addresses)
      VALUES (2, 1, 2, 0, x''), (3, 1, 3, 0, x'');
      UPDATE resource SET death_ns = 3000, death_tid = 8, death_stack = 2, ending = 'closed';
      UPDATE finding SET rule = 'double-close', state = 'broken';
      INSERT INTO act (id, process_id, resource_id, kind, subject, what, time_ns, tid, stack_id, call)
      VALUES (1, 1, 1, 'fd', 3, 'bad-close', 4000, 9, 3, 'close');
      INSERT INTO act_more VALUES (1, 5);
      INSERT INTO evidence VALUES (1, 1, 1, 1, 3, 'closed again at'),
        (1, 2, 1, NULL, 2, 'closed first at');`);
    const one = await told(trace);
    expect(one.moments.map(({ atNs, says, tid }) => [atNs, says, tid])).toEqual([
      [1, "opened by socket()", 7], [2000, "closed first", 8],
      [3000, "closed again (and 5 times more)", 9]]);
  });
});

describe("growth", () => {
  it("counts who lived at each mark", () => {
    const marks = [10, 20, 30].map((atNs) => ({ atNs, text: `session ${atNs}` }));
    expect(countAlive(marks, [5, 10, 15, 25], [12, 40]).map((one) => one.alive)).toEqual([2, 2, 3]);
  });

  it("is told of the sessions, not of other marks", () => {
    const marks = ["warm", "session 1", "warm", "warm", "session 2"]
      .map((text, atNs) => ({ atNs, text }));
    expect(seriesOf(marks).map((one) => one.text)).toEqual(["session 1", "session 2"]);
  });

  it("of what leaked counts its members, of what grows all that was born there", async () => {
    const rows = `${SOCKETS(3)}
      INSERT INTO resource (id, process_id, kind, class, subject, generation, birth_ns, birth_tid,
                            birth_stack, birth_call, inherited, death_ns)
      VALUES (9, 1, 'fd', 'udp', 99, 1, 1000, 7, 1, 'socket', 0, 1002);
      INSERT INTO mark (pid, time_ns, text) VALUES (1, 1001, 'session 1'), (1, 1002, 'session 2'),
        (1, 1003, 'session 3');
      UPDATE finding SET slope = 1;`;
    const leaked = await told(await madeTrace(rows));
    expect(leaked.growth.points.map((one) => one.alive)).toEqual([1, 2, 3]);
    const growing = await told(await madeTrace(rows + "UPDATE finding SET state = 'growing'"));
    expect(growing.growth.points.map((one) => one.alive)).toEqual([2, 2, 3]);
  });

  it("is thinned to a width, with its first and last", () => {
    expect(thin([1, 2, 3, 4, 5], 3)).toEqual([1, 3, 5]);
    expect(thin([1, 2], 3)).toEqual([1, 2]);
  });

  it("of a soak is a sentence with its limit", () => {
    expect(trendSentence({ verdict: "growing", class: "udp", first: 1, last: 12, slope: 1,
      slope_low: 0.9, slope_high: 1.1, supply: "descriptors", capacity: 20, sessions_left: 8 }))
      .toBe("growing: udp, 1 → 12 alive after the sessions, +1 a session (0.9 to 1.1 with 95 %); " +
        "the limit of 20 descriptors is reached after 8 more sessions");
  });
});

describe("things", () => {
  it("say how they stand at the end", async () => {
    const trace = await madeTrace(SOCKETS(1));
    const [row] = await trace.query<Record<string, never>>(
      `SELECT ${RESOURCE_COLUMNS} FROM resource r`);
    const fd = resourceOf(row!)!;
    expect(standOf(fd, 1e9)).toBe("open at the end");
    expect(standOf({ ...fd, kind: "scope", closeNs: 5e8, closedNs: 5e8 }, 1e9))
      .toBe("closed 500 ms before the end");
    expect(standOf({ ...fd, kind: "constructor" }, 1e9)).toBe("alive at the end");
  });

  it("are called as messages call them", () => {
    const noun = (kind: string, className: string) => nounOf({ kind, className });
    expect([noun("fd", "udp"), noun("fd", "?"), noun("thread", "thread"), noun("object", "Peer"),
      noun("task", "gather"), noun("task", "task"), noun("timer", ""), noun("", "")])
      .toEqual(["UDP socket", "descriptor", "thread", "Peer", "gather task", "task", "timer", ""]);
  });

  it("are sorted by any column of their references, both ways", () => {
    const row = { id: 1, resourceId: 1, holderId: null, holder: "a", tag: null, waker: false,
      stackId: null, retained: 3, released: 3, balance: 0, firstNs: 1, releasedStack: null };
    const rows = [row, { ...row, id: 2, holder: "b", balance: 2, firstNs: 0 }];
    const ids = (sort: string) => sortReferences(rows, sort, String).map((one) => one.id);
    expect(ids("balance")).toEqual([2, 1]);
    expect(ids("-holder")).toEqual([2, 1]);
    expect(ids("taken")).toEqual([2, 1]);
    expect(ids("__proto__")).toEqual([2, 1]);
  });
});

describe("a command line", () => {
  it("is one word per argument, whatever the file is called", () => {
    expect(shellWord("a.db")).toBe("a.db");
    expect(shellWord("it's $(x)\n")).toBe("'it'\\''s $(x) '");
    expect(commandLines(FINDING, "-rf.db").map((one) => one.line)).toContain(
      "rtctrack check --explain ./-rf.db");
    expect(commandLines({ ...FINDING, rule: "nonsense" }, "a.db")[0]!.line)
      .toBe("rtctrack check --explain a.db");
  });
});
