// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { comparisonOf } from "../src/compare/chosen";
import { aligned, pointsOf, readCurve, sharedMarks, STEPS } from "../src/compare/curve";
import { lineText, ticksOf, timeText } from "../src/compare/curves";
import { diffShown } from "../src/compare/difference";
import { kindRows, medianOf, readKinds } from "../src/compare/kinds";
import { diffTree, type Given, placeRows } from "../src/compare/places";
import { programOf, readRun, type Run, runRows, sessionsOf, wordsDiff } from "../src/compare/runs";
import { amount, signed } from "../src/compare/tables";
import { cellsOf } from "../src/flame/cells";
import type { Frame } from "../src/flame/stacks";
import { prepareSums } from "../src/flame/sums";
import { everyNode } from "../src/flame/tree";
import { TIER_PROJECT } from "../src/flame/tiers";
import { madeTrace } from "./made";

const RESOURCE = `INSERT INTO resource (id, process_id, kind, class, subject, generation, birth_ns,
  birth_tid, birth_call, death_ns, inherited) VALUES `;

describe("birth places", () => {
  const frame = (name: string, line: number): Frame => ({
    id: `app\0${name}`, name, module: "/bin/app", file: "/src/a.c", line, tier: TIER_PROJECT,
  });
  const given = (chain: Frame[], value: number, scale = 1, leaked = 0): Given => ({
    samples: [{ stack: 1, kind: "fd", value, leaked }], chainOf: () => chain, scale,
  });
  const chain = [frame("main", 3), frame("bind", 8)];

  it("are one where function, module and line are the same, whatever their ids", () => {
    expect(placeRows(given(chain, 10, 1, 10), given(chain, 4)))
      .toMatchObject([{ before: 10, now: 4, leakedBefore: 10, leakedNow: 0, moved: false }]);
  });

  it("are one where only the lines moved, and that is said", () => {
    const rows = placeRows(given(chain, 10), given([frame("main", 4), frame("bind", 9)], 10));
    expect(rows).toMatchObject([{ before: 10, now: 10, moved: true }]);
  });

  it("are two where the functions are others; what differs most comes first", () => {
    const rows = placeRows(given(chain, 10), given([frame("main", 3), frame("open", 8)], 30));
    expect(rows.map((row) => [row.chain[1]!.name, row.before, row.now]))
      .toEqual([["open", 0, 30], ["bind", 10, 0]]);
  });

  it("are counted per session", () => {
    expect(placeRows(given(chain, 10, 1 / 5), given(chain, 24, 1 / 12)))
      .toMatchObject([{ before: 2, now: 2 }]);
  });

  it("keep a width in the picture where they are gone, and say by how much", () => {
    const other = [frame("main", 3), frame("open", 8)];
    const tree = diffTree(placeRows(given(chain, 10), given(other, 30)));
    expect(tree).toMatchObject({ value: 40, before: 10, now: 30 });
    const shown = everyNode(diffShown(cellsOf(tree), amount));
    expect(shown.map((one) => [one.label, one.color])).toEqual([
      ["▲ all +20", "--error"], ["▲ main +20", "--error"],
      ["▲ open +30", "--error"], ["▼ bind −10", "--good"]]);
    expect(shown[3]!.spoken).toBe("▼ bind −10, 10 → 0");
  });
});

describe("kinds and classes", () => {
  it("say how many, and how long they lived, with those that are kept as sums", async () => {
    const db = await madeTrace(`${RESOURCE}
      (1, 1, 'fd', 'udp', 3, 1, 1000, 1, 's', 1000001000, 0),
      (2, 1, 'fd', 'udp', 3, 1, 2000, 1, 's', NULL, 0),
      (3, 1, 'fd', 'udp', 3, 1, 'never', 1, 's', 9e999, 0);
      INSERT INTO lifetime_statistics VALUES (1, 1, 'fd', 'udp', NULL, NULL, 's', 'c', 'closed', 9,
        9000, 500, 2000, 1000, 9000, 0, 0, 0, 0, 0), (2, 1, 'x', '', NULL, NULL, '', '', '', 0, 1,
        1, 1, 1, 1, 0, 0, 0, 0, 0);`);
    await prepareSums(db);
    const row = (await readKinds(db)).get("fd\0udp")!;
    expect(row).toMatchObject({ born: 12, alive: 1, longest: 1e9 });
    expect(row.median! / 1000).toBeCloseTo(1, 1);
  });

  it("are put beside each other, per session where that is asked, what differs most first", () => {
    const counts = (kind: string, born: number, alive: number) =>
      [`${kind}\0c`, { kind, class: "c", born, alive, longest: null, median: null }] as const;
    const rows = kindRows(new Map([counts("fd", 10, 10), counts("task", 5, 0)]),
      new Map([counts("fd", 20, 0), counts("lock", 4, 0)]), 1, 0.5);
    expect(rows.map((row) => [row.kind, row.before.born, row.now.born, row.now.alive])).toEqual([
      ["fd", 10, 10, 0], ["task", 5, 0, 0], ["lock", 0, 2, 0]]);
  });

  it("have no median where nothing ended", () => {
    expect(medianOf([])).toBeNull();
    const median = medianOf([{ bucket: 0, count: 1 }, { bucket: 160, count: 3 }]);
    expect(median! / 1024).toBeCloseTo(1, 1);
  });

  it("are told as whole numbers, or with decimals per session", () => {
    expect([amount(2), amount(2.345), amount(1234.5)]).toEqual(["2", "2.35", "1,235"]);
    expect([signed(3), signed(-0.5), signed(0)]).toEqual(["+3", "−0.5", "="]);
  });
});

describe("the curves", () => {
  it("count what is alive at each step, of a kind or of all", async () => {
    const db = await madeTrace(`${RESOURCE}
      (1, 1, 'fd', 'udp', 3, 1, 0, 1, 's', NULL, 0),
      (2, 1, 'fd', 'udp', 3, 1, 1100, 1, 's', 1300, 0),
      (3, 1, 'task', 'x', 3, 1, 1200, 1, 's', 9223372036854775807, 0);`);
    const all = await readCurve(db, 1, null);
    expect([all.alive[10], all.alive[100], all.alive[160], all.alive[250], all.alive[STEPS - 1]])
      .toEqual([1, 2, 3, 2, 2]);
    expect((await readCurve(db, 1, "task")).alive[STEPS - 1]).toBe(1);
  });

  it("have corners where the number changes", () => {
    const curve = { step: 10, several: false, alive: Float64Array.of(0, 0, 2, 2) };
    expect(pointsOf(curve, (time) => time + 5, 40)).toEqual([
      { x: 5, y: 0 }, { x: 25, y: 0 }, { x: 25, y: 2 }, { x: 45, y: 2 }]);
  });

  it("are aligned at the marks that both have, as long as they are the same", () => {
    const marks = (...list: [string, number][]) => list.map(([text, time]) => ({ text, time }));
    expect(sharedMarks(marks(["a", 1], ["b", 2], ["c", 3]), marks(["a", 5], ["b", 9], ["x", 10])))
      .toEqual({ before: [1, 2], now: [5, 9] });
    expect([0, 10, 15, 20, 30].map((time) => aligned(time, [10, 20], [100, 200])))
      .toEqual([90, 100, 150, 200, 210]);
    expect(aligned(7, [], [])).toBe(7);
    expect(aligned(5, [5, 5], [1, 2])).toBe(2);
  });

  it("say of several processes that it is the recording's end which is counted", () => {
    const line = { name: "a", css: "old" as const, points: [{ x: 0, y: 7 }, { x: 1, y: 2 }],
      marks: [], several: false };
    expect(lineText(line)).toBe("2 alive at the end, highest as drawn 7");
    expect(lineText({ ...line, several: true })).toMatch(/^2 alive when the recording ended,/);
  });

  it("begin at 0, of no unit", () => {
    expect(ticksOf(0, 2e9, 2).map(timeText)).toEqual(["0", "1 s", "2 s"]);
  });

  it("have round numbers at their axes, and no end of them for nonsense", () => {
    expect(ticksOf(0, 100, 4)).toEqual([0, 50, 100]);
    expect(ticksOf(0, Infinity, 4)).toEqual([0]);
    expect(ticksOf(3, 3, 4)).toEqual([3]);
  });
});

describe("how they ran", () => {
  const run = (command: string, meta: [string, string][] = []): Run => ({
    command, meta: new Map(meta), programs: ["/bin/app"], packs: [], marks: [],
  });

  it("shows which words of the command are other ones", () => {
    const words = wordsDiff("app -n 5 --leak x", "app -n 5 x -v");
    expect(words.filter((word) => word.side === "both").map((word) => word.text).join(" "))
      .toBe("app -n 5 x");
    expect(words.filter((word) => word.side !== "both"))
      .toEqual([{ text: "--leak", side: "old" }, { text: "-v", side: "new" }]);
  });

  it("takes the program from the command as rtctrack diff does", () => {
    expect(programOf("/usr/bin/app --file=/a/b c/d")).toBe("app");
    expect(programOf("")).toBe("");
  });

  it("names options that differ, and what is not given", () => {
    expect(runRows(run("a", [["grace_ns", "200000000"], ["engine", "shim"]]),
      run("a", [["engine", "shim"]])))
      .toEqual([{ title: "Grace time", before: "200 ms", now: "1 s" }]);
  });

  it("counts sessions as a soak says, else by marks", async () => {
    const db = await madeTrace(`INSERT INTO mark VALUES (1, 100, 1500, 'b'), (2, 100, 1200, 'a'),
      (3, 100, 'x', 'c');`);
    const read = await readRun(db, "app");
    expect(read.marks).toEqual([{ text: "a", time: 200 }, { text: "b", time: 500 }]);
    expect(sessionsOf(read)).toBe(2);
    expect(sessionsOf(run("a", [["soak_over", "12"]]))).toBe(12);
    expect(sessionsOf(run("a", [["soak_over", "many"]]))).toBe(0);
  });
});

describe("what is compared", () => {
  it("is the first two in their order, or what the URL says if there is such a trace", () => {
    expect(comparisonOf({}, 3)).toMatchObject({ old: 0, new: 1, perSession: true, byMarks: false });
    expect(comparisonOf({ old: "2", new: "7", align: "marks", per: "all" }, 3))
      .toMatchObject({ old: 2, new: 1, perSession: false, byMarks: true });
  });
});
