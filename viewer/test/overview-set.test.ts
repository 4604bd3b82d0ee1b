// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { coverageOf } from "../src/overview/coverage";
import { choose, type Known, wishesOf } from "../src/overview/filter";
import { type Finding, findingsOf } from "../src/overview/findings";
import { headlineOf } from "../src/overview/headline";
import {
  badness, mergedOf, setHeadline, tell, type Told, worstFirst,
} from "../src/overview/recordings";
import { runOf } from "../src/overview/run";
import type { Gate } from "../src/session";
import type { Trace } from "../src/trace";
import { madeTrace } from "./made";

const NONE: Known = { scopes: new Map(), since: new Map(), mine: new Map() };

type Short = [fingerprint: string, state: string, count: number, kind?: string];

const found = (short: Short[], gate: Gate | null = null): Finding[] =>
  findingsOf(short.map(([fingerprint, state, count, kind], index) => ({
    id: index + 1, rank: index, rule: "fd-leak", state, kind: kind ?? "task", class: "job", count,
    fingerprint, message: `${count} jobs of ${fingerprint} are left: and why`, process_id: 1,
  })), [], gate);

function told(
  index: number, findings: Finding[], finished = true, params: Record<string, string> = {},
): Told {
  const meta = finished ? [{ key: "finished", value: "1" }] : [];
  const run = runOf(meta, [{ id: 1, pid: 1, end: "exit", code: 0 }], undefined, false);
  const coverage = coverageOf(run, [], []);
  const chosen = choose(findings, wishesOf(params, {}), NONE);
  const headline = headlineOf(chosen.findings, run, coverage, chosen.leftOut);
  return { index, name: `${index}.db`, chosen, run, coverage, headline };
}

const unseen = (index: number): Told =>
  ({ index, name: `${index}.db`, chosen: null, run: null, coverage: null, headline: null });

describe("of several recordings", () => {
  it("the worst comes first, then what is not certain, then what is clean", () => {
    const set = [
      told(0, []), told(1, [], false), unseen(2), told(3, found([["a", "at-exit", 9]])),
      told(4, found([["a", "leaked", 1]])), told(5, found([["a", "leaked", 1], ["b", "leaked", 1]])),
      told(6, found([["a", "broken", 1]])),
    ];
    expect(worstFirst(set).map((one) => one.index)).toEqual([6, 5, 4, 3, 1, 0, 2]);
  });
  it("one whose findings a policy excuses is no worse than a clean one", () => {
    const gate: Gate = {
      verdict: "", code: 0,
      findings: { a: { fails: false, level: "note", novelty: null, says: "", by: "suppression" } },
    };
    expect(badness(told(0, found([["a", "leaked", 1]], gate)))).toBe(badness(told(1, [])));
  });
  it("a finding that many have is one, and says in how many", () => {
    const merged = mergedOf([
      told(0, found([["a", "at-exit", 2]])), told(1, found([["b", "leaked", 5]])),
      told(2, found([["a", "leaked", 3]])), told(3, []),
    ]);
    expect(merged.map((one) => [one.finding.fingerprint, one.message, one.recordings])).toEqual([
      ["a", "3 jobs of a are left: and why; in 2 of 4 recordings, 5 in all", [2, 0]],
      ["b", "5 jobs of b are left: and why; in 1 of 4 recordings, 5 in all", [1]],
    ]);
  });
  it("what is minor in all of them comes after what is worse", () => {
    const merged = mergedOf([
      told(0, found([["file", "at-exit", 1, "fd"], ["thread", "at-exit", 1, "thread"]])),
    ]);
    expect(merged.map((one) => one.finding.fingerprint)).toEqual(["thread", "file"]);
  });
  it("the headline is about all: no clean one stands for the set", () => {
    const set = [told(0, []), told(1, found([["a", "leaked", 2]]))];
    expect(setHeadline(set, mergedOf(set))).toMatchObject({
      css: "error", title: "Findings in 1 of 2 recordings; the worst: 2 jobs of a are left",
    });
    const clean = [told(0, []), told(1, [])];
    expect(setHeadline(clean, [])).toMatchObject(
      { css: "good", title: "Nothing leaked in any of 2 recordings" });
    for (const unsure of [told(1, [], false), unseen(1)])
      expect(setHeadline([told(0, []), unsure], [])).toMatchObject({
        css: "warning", detail: "Not complete, or not to be read: 1.db.",
      });
  });
  it("filters reach the headline, and nothing is claimed of what they hide", () => {
    const set = [told(0, found([["a", "leaked", 2]]), true, { kind: "thread" }), told(1, [])];
    expect(setHeadline(set, mergedOf(set))).toMatchObject(
      { css: "note", title: "No findings with these filters in 2 recordings" });
  });
  it("each is told from its trace, and one that cannot be shown by its name", async () => {
    const db = await madeTrace(`INSERT INTO finding (id, rank, rule, state, kind, class, count,
      fingerprint, message, process_id) VALUES (1, 1, 'fd-leak', 'leaked', 'fd', 'udp', 1, 'aa',
      'it leaks', 1);`);
    const trace = { db, name: "x.db", gate: null, live: false, loaded: true, trouble: null,
      lastedNs: () => 0 } as unknown as Trace;
    const wishes = wishesOf({}, {});
    expect(await tell(trace, 0, wishes)).toMatchObject({ headline: { title: "it leaks" } });
    expect(await tell({ ...trace, loaded: false } as Trace, 3, wishes)).toEqual(
      { ...unseen(3), name: "x.db" });
  });
});
