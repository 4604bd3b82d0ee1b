// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import type { Row } from "../src/db/engine";
import { coverageOf, coverageSays, NOTES_SQL, STRAYS_SQL, straysSay } from "../src/overview/coverage";
import {
  blamedOf, choose, FRAMES_SQL, type Known, leftOutSays, membersOf, noWishes, paramOf, SCOPES_SQL,
  scopesOf, SINCE_SQL, sinceNs, wishesOf,
} from "../src/overview/filter";
import { CAUSES_SQL, type Finding, FINDINGS_SQL, findingsOf, groupsOf, isMinor,
  tallyStates }
  from "../src/overview/findings";
import { matches, matchesPath } from "../src/overview/glob";
import { clauses, gateSays, headlineOf } from "../src/overview/headline";
import { runOf } from "../src/overview/run";
import { excuseOf, type Gate } from "../src/session";
import { type MadeDatabase, madeTrace } from "./made";

const FINDING = `INSERT INTO finding (id, rank, rule, state, kind, class, count, fingerprint, message, process_id,
  stack_id, culprit_function, culprit_file, culprit_line, culprit_module) VALUES `;
const RESOURCE = `INSERT INTO resource (id, process_id, kind, class, subject, generation, birth_ns, birth_tid,
  birth_call, inherited, owner_id, hint_id) VALUES `;

const ROWS = `${FINDING}
  (1, 1, 'fd-leak', 'leaked', 'fd', 'udp', 2, 'aa',
    '2 UDP sockets outlived their agent: kept by x; 1 more', 1, 5,
   'bind_it', '/top/a.c', 7, '/bin/app'),
  (2, 2, 'ref-leak', 'at-exit', 'object', 'SSL', 1, 'bb', '1 SSL object was alive at the end', 1,
    NULL, NULL, NULL,
   NULL, '/lib/x.so'),
  (3, 3, 'fd-leak', 'at-exit', 'fd', 'file', 1, 'cc', '1 file was alive at the end', 1, NULL, NULL,
    NULL, NULL, NULL),
  (4, 4, 'growth', 'growing', 'object', 'buffer', 9, 'dd', 'buffers: 1 more', 1, NULL, 'grow', NULL,
    NULL, NULL);
INSERT INTO cause VALUES (2, 'cycle');
${RESOURCE} (10, 1, 'scope', 'Agent', 1, 1, 1100, 1, '', 0, NULL, NULL),
  (11, 1, 'fd', 'udp', 3, 1, 1200, 1, 'socket', 0, 10, NULL),
    (12, 1, 'fd', 'udp', 4, 1, 2500, 1, 'socket', 0, 10, NULL),
  (13, 1, 'object', 'SSL', 5, 1, 1300, 1, '', 0, 14, NULL),
    (14, 1, 'object', 'x', 6, 1, 1300, 1, '', 0, 13, NULL);
INSERT INTO evidence (finding_id, position, resource_id, role) VALUES (1, 0, 11, 'created at'),
  (1, 1, 12, 'created at'), (2, 0, 13, 'created at');
INSERT INTO stack VALUES (5, 1, 0, 0, x'');
INSERT INTO location VALUES (1, '/bin/app', '', 1), (2, '/lib/mine.so', '', 2);
INSERT INTO stack_frame VALUES (5, 0, 1), (5, 1, 2);
INSERT INTO frame VALUES (1, 0, 'bind_it', '/top/a.c', 7), (2, 0, 'outer', '/src/outer.c', 9);
INSERT INTO plumbing VALUES ('/top/a.c');`;

const NONE: Known = { scopes: new Map(), since: new Map(), mine: new Map() };

async function findings(db: MadeDatabase, gate: Gate | null = null): Promise<Finding[]> {
  return findingsOf(await db.query(FINDINGS_SQL), await db.query(CAUSES_SQL), gate);
}

const wishes = (params: Record<string, string>) => wishesOf(params, {});
const prints = (chosen: { findings: Finding[] }) => chosen.findings.map((one) => one.fingerprint);

describe("findings", () => {
  it("are grouped by state, the worst first; what is minor is folded away last", async () => {
    const found = await findings(await madeTrace(ROWS));
    const groups = groupsOf(found);
    expect(groups.map((group) => [group.key, group.folded])).toEqual([
      ["leaked", false], ["growing", false], ["at-exit", true], ["minor", true],
    ]);
    expect(isMinor(found[2]!)).toBe(true);
    expect(tallyStates(found).map(({ severity, count }) => [severity.state, count])).toEqual([
      ["leaked", 1], ["growing", 1], ["at-exit", 2],
    ]);
  });
  it("name their culprit, and the module where there is no symbol", async () => {
    const found = await findings(await madeTrace(ROWS));
    expect(found[0]!.culprit).toEqual({ name: "bind_it", file: "/top/a.c", line: 7,
      module: "app" });
    expect(found[1]!.culprit?.name).toBe("a function without symbol");
    expect(found[2]!.culprit).toBeNull();
  });
  it("that a policy excuses are a group of their own, and severities excuse nothing", async () => {
    const gate = (by: string | null, fails = false) =>
      ({ fails, level: "note", novelty: null, by, says: "" });
    const all: Gate = {
      verdict: "gate: 1 finding", code: 1,
        findings: { aa: gate("suppressed"), dd: gate(null, true) },
    };
    const found = await findings(await madeTrace(ROWS), all);
    expect(groupsOf(found).at(-1)!.findings.map((one) => one.fingerprint)).toEqual(["aa"]);
    expect(gateSays(all, found, false, 1)).toEqual({
      css: "error", badge: "✖ would fail a gate", verdict: "gate: 1 finding",
      more: "1 excused, 'rtctrack check' exits with 1",
    });
    expect(gateSays({ ...all, code: 3 }, [], false, 1)!.css).toBe("warning");
    expect(gateSays({ ...all, code: 0 }, [], false, 1)).toMatchObject(
      { css: "good", badge: "✓ would pass a gate", verdict: "" });
    expect(excuseOf(gate("severity"))).toBeNull();
    expect(excuseOf(gate("baseline", true))).toBeNull();
  });
  it("are shown whatever lies in their cells", async () => {
    const odd = `${FINDING} (9, 1, x'00', '__proto__', 'toString', x'01', -5, '', '', 1, 99, NULL, NULL, 1e999,
      'constructor');`;
    const [found] = await findings(await madeTrace(odd));
    expect(found).toMatchObject({ count: 0, fingerprint: "",
      message: "a finding without a sentence" });
    expect(groupsOf([found!])[0]).toMatchObject({ key: "unknown", folded: false });
  });
});

describe("a gate", () => {
  const gate = (code: number): Gate => ({
    verdict: "failed by 1 finding", code,
    findings: { aa: { fails: true, level: "error", novelty: null, by: null, says: "" } },
  });
  it("says nothing final of a run that goes on", async () => {
    const found = await findings(await madeTrace(ROWS), gate(1));
    expect(gateSays(gate(1), found, true, 1)).toEqual({
      css: "note", badge: "◌ so far it would fail a gate",
      verdict: "nothing is final while it runs", more: "1 finding of this one fails it",
    });
    expect(gateSays(gate(3), found, true, 1)).toBeNull();
  });
  it("of several recordings tells which part is of this one", () => {
    expect(gateSays(gate(1), [], false, 3)).toMatchObject({
      badge: "✖ would fail a gate, all 3 recordings together",
      more: "0 findings of this one fail it, 'rtctrack check' exits with 1",
    });
  });
});

describe("the wishes", () => {
  it("choose by kind, state, text and rule, also by the rule of a cause", async () => {
    const found = await findings(await madeTrace(ROWS));
    const by = (params: Record<string, string>) => prints(choose(found, wishes(params), NONE));
    expect(by({ kind: "fd" })).toEqual(["aa", "cc"]);
    expect(by({ state: "at-exit" })).toEqual(["bb", "cc"]);
    expect(by({ rule: "cycle" })).toEqual(["bb"]);
    expect(by({ q: "BIND udp" })).toEqual(["aa"]);
    expect(by({ q: "a.c nowhere" })).toEqual([]);
  });
  it("leave out what is minor first, and count what is left out", async () => {
    const found = await findings(await madeTrace(ROWS));
    const chosen = choose(found, wishes({ top: "3" }), NONE);
    expect([prints(chosen), chosen.leftOut, chosen.beyondTop]).toEqual([["aa", "bb", "dd"], 0, 1]);
    expect(choose(found, wishes({ kind: "fd", top: "1" }), NONE)).toMatchObject({ leftOut: 2,
      beyondTop: 1 });
  });
  it("say which of them leave out how many, and are all taken back at once", async () => {
    const found = await findings(await madeTrace(ROWS));
    const says = (params: Record<string, string>) =>
      leftOutSays(choose(found, wishes(params), NONE), wishes(params));
    expect(says({})).toBeNull();
    expect(says({ kind: "thread" })).toBe("4 findings left out by --kind thread");
    expect(says({ state: "leaked", top: "9", q: "nope" }))
      .toBe('4 findings left out by the search "nope" and the state leaked');
    expect(says({ top: "3" })).toBe("1 more finding left out by --top 3");
    const filter = { kind: "thread", rule: null };
    expect(Object.values(wishesOf(noWishes(filter), filter)).every((one) => one === "")).toBe(true);
  });
  it("choose by the scope that a member belongs to, by owners that may go round in a circle",
    async () => {
    const db = await madeTrace(ROWS);
    const known = { ...NONE, scopes: scopesOf(await db.query(SCOPES_SQL)) };
    expect(prints(choose(await findings(db), wishes({ scope: "A*t" }), known))).toEqual(["aa"]);
    expect(prints(choose(await findings(db), wishes({ scope: "B*" }), known))).toEqual([]);
  });
  it("choose by when members began, and count those only", async () => {
    const db = await madeTrace(ROWS);
    const known = { ...NONE, since: membersOf(await db.query(SINCE_SQL, { since: 1000 })) };
    const [found] = choose(await findings(db), wishes({ since: "0.000001" }), known).findings;
    expect(found).toMatchObject({ fingerprint: "aa", count: 1 });
    expect(found!.message).toMatch(/^\(1 since then\) 2 UDP/);
  });
  it("blame the first frame that is mine, plumbing last", async () => {
    const db = await madeTrace(ROWS);
    const frames = await db.query<Row>(FRAMES_SQL);
    const mine = (pattern: string) => blamedOf(pattern, frames).get(1)?.name;
    expect([mine("*"), mine("a.c"), mine("mine.so"), mine("nowhere*")]).toEqual(
      ["outer", "bind_it", "outer", undefined]);
  });
  it("of the command hold until the page is told otherwise, and 'any' takes them back", () => {
    const filter = { kind: "fd", top: 3 as unknown as string };
    expect(wishesOf({}, filter)).toMatchObject({ kind: "fd", top: "3", rule: "" });
    expect(wishesOf({ kind: "any" }, filter).kind).toBe("");
    expect([paramOf("kind", "", filter), paramOf("kind", "fd", filter),
      paramOf("rule", "", filter)])
      .toEqual(["any", "", ""]);
  });
  it("tell seconds of the run from the text of a mark", () => {
    expect([sinceNs("1.5"), sinceNs("2s"), sinceNs("session 2"), sinceNs("-1"), sinceNs("1e9")])
      .toEqual([1.5e9, 2e9, null, null, null]);
  });
});

describe("patterns", () => {
  it("match as those of the shell do", () => {
    for (const [pattern, text] of [["*", ""], ["a*c", "abbc"], ["?b", "ab"], ["[a-c]x", "bx"],
      ["[!a]", "b"],
      ["[]]", "]"], ["\\*", "*"], ["*.so", "/lib/x.so"], ["[", "["]] as const)
      expect(matches(pattern, text), pattern).toBe(true);
    for (const [pattern, text] of [["", "a"], ["a", ""], ["[!a]", "a"], ["\\*", "x"], ["a?", "a"],
      ["*b", "abc"]] as const)
      expect(matches(pattern, text), pattern).toBe(false);
    expect(matchesPath("app", "/bin/app")).toBe(true);
    expect(matchesPath("*", "")).toBe(false);
  });
  it("come to an end with many stars on a long text", () => {
    expect(matches("*a".repeat(30) + "*b", "a".repeat(5000))).toBe(false);
  });
});

describe("the headline", () => {
  const RUN = runOf([{ key: "finished", value: "1" }], [{ id: 1, pid: 1, end: "exit", code: 0 }],
    undefined, false);

  it("is the first clause of the worst finding's sentence, if it says something", () => {
    expect(clauses("10 UDP sockets outlived their agent: each kept")).toEqual(
      ["10 UDP sockets outlived their agent", "each kept"]);
    expect(clauses("eventfds: 1 more alive at every session (1, 2)")).toEqual(
      ["eventfds: 1 more alive at every session (1, 2)", ""]);
  });
  it("says that nothing leaked where only less was found, and never where records were lost",
    async () => {
    const found = (await findings(await madeTrace(ROWS))).filter((one) => one.state === "at-exit");
    const whole = coverageOf(RUN, [], []);
    expect(headlineOf(found, RUN,
      whole).title).toBe("Nothing leaked; 1 SSL object was alive at the end");
    expect(headlineOf(found, RUN, whole, 1).title).toBe("1 SSL object was alive at the end");
    expect(headlineOf([], RUN, whole, 2)).toMatchObject({
      css: "note", title: "No findings with these filters",
    });
    const lost = coverageOf(RUN, [{ text: "records lost", count: 2, lost: 1 }], []);
    expect(headlineOf(found, RUN, lost).title).toBe("1 SSL object was alive at the end");
    expect(headlineOf([], RUN, whole)).toMatchObject({ css: "good", title: "Nothing leaked" });
    expect(headlineOf([], RUN, lost)).toMatchObject({ css: "warning" });
    expect(headlineOf([], { ...RUN, processes: [] }, whole).title).toBe("Nothing was recorded");
    expect(headlineOf([], { ...RUN, live: true }, whole).title).toBe("Nothing found so far");
  });
});

describe("coverage", () => {
  it("is complete only if the recording ended and nothing was lost", async () => {
    const db = await madeTrace(`INSERT INTO note VALUES (1, 'a', 'INFO', 3, 'seen later'),
      (NULL, 'b', 'LOST', 2, 'records lost'), (1, 'b', 'LOST', 5, 'records lost'),
        (1, 'c', 'INFO', 0, 'none');`);
    const run = runOf([{ key: "finished", value: "1" }], [], undefined, false);
    const coverage = coverageOf(run, await db.query(NOTES_SQL), []);
    expect(coverage).toMatchObject({ complete: false, lost: 7 });
    expect(coverage.notes.map((note) => [note.text, note.count, note.lost])).toEqual(
      [["records lost", 7, true], ["seen later", 3, false]]);
    expect(coverageOf(run, [], []).complete).toBe(true);
    expect(coverageOf({ ...run, finished: false }, [], []).complete).toBe(false);
    const live = { ...run, finished: false, live: true };
    expect(coverageSays(run, coverageOf(run, [], [])).text).toBe("complete");
    expect(coverageSays(live, coverageOf(live, [], []))).toMatchObject(
      { css: "note", text: "still recording; what is missing is known at the end" });
    expect(coverageSays(live, { ...coverage, finished: false }).css).toBe("error");
  });
  it("says of what annotations speak that nobody created", async () => {
    const db = await madeTrace(`INSERT INTO stray VALUES (1, 'release', 'object', 3, 4096, NULL, 5),
      (1, 'own', 'object', 1, 1, NULL, 6);`);
    const run = runOf([], [], undefined, false);
    const says = straysSay(coverageOf(run, [], await db.query(STRAYS_SQL)), undefined);
    expect(says).toMatch(/never created: 4 \(3 releases of objects, 1 own of an object\)/);
    expect(says).toMatch(/the first: release of 0x1000; to be expected only of/);
  });
});
