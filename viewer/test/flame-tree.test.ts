// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { cellsOf, type Place, walk } from "../src/flame/cells";
import { chosenOf, kindOf, measures, percent } from "../src/flame/chosen";
import { shownOf } from "../src/flame/shown";
import { fold, type Frame } from "../src/flame/stacks";
import { filterRows, functionTable, mostLeaking, sortRows } from "../src/flame/table";
import {
  isSameFile, Tiers, TIER_BASE, TIER_PLUMBING, TIER_PROJECT, TIER_RUNTIME,
} from "../src/flame/tiers";
import {
  buildTree, DEPTH_MAX, everyNode, findNode, leadsThrough, NODES_MAX, placesOf, searchTree,
} from "../src/flame/tree";
import { matches } from "../src/overview/glob";

function frame(name: string, line = 1, tier: Frame["tier"] = TIER_PROJECT): Frame {
  return { id: `app\0${name}`, name, module: "/bin/app", file: `/src/${name}.c`, line, tier };
}

const chains: Record<number, Frame[]> = {
  1: [frame("main"), frame("open"), frame("bind")],
  2: [frame("main"), frame("open", 7), frame("listen")],
  3: [frame("main"), frame("main"), frame("bind", 9)],
};
const chainOf = (stack: number | null) => chains[stack ?? 0] ?? [frame("none")];
const samples = [
  { stack: 1, kind: "fd", value: 10, leaked: 4 },
  { stack: 2, kind: "fd", value: 5, leaked: 0 },
  { stack: 3, kind: "task", value: 2, leaked: 0 },
];

describe("the tree of stacks", () => {
  it("sums what shares its callers, the largest first", () => {
    const root = buildTree(samples, chainOf);
    const main = root.children[0]!;
    expect(root).toMatchObject({ value: 17, leaked: 4, key: "" });
    expect(main.children.map((one) => [one.name, one.value])).toEqual([["open", 15], ["main", 2]]);
    expect(main.children[0]!.children.map((one) => [one.name, one.self, one.leaked]))
      .toEqual([["bind", 10, 4], ["listen", 5, 0]]);
  });

  it("keeps the lines of one function apart, the heaviest first", () => {
    const open = buildTree(samples, chainOf).children[0]!.children[0]!;
    expect(placesOf(open)).toEqual([
      { file: "/src/open.c", line: 1, value: 10 }, { file: "/src/open.c", line: 7, value: 5 }]);
  });

  it("gives a box the same key in another order of rows, so that a link still leads there", () => {
    const one = buildTree(samples, chainOf);
    const other = buildTree([...samples].reverse(), chainOf);
    for (const node of everyNode(one)) expect(findNode(other, node.key)?.name).toBe(node.name);
    expect(new Set(everyNode(one).map((node) => node.key)).size).toBe(everyNode(one).length);
  });

  it("cuts a stack without end, and loses nothing of the sum", () => {
    const deep = Array.from({ length: 5000 }, (_, index) => frame(`f${index}`));
    const root = buildTree([{ stack: 1, kind: "fd", value: 3, leaked: 0 }], () => deep);
    expect(everyNode(root)).toHaveLength(DEPTH_MAX + 1);
    expect(root).toMatchObject({ value: 3, cut: 1 });
  });

  it("knows which stacks lead through a box", () => {
    const root = buildTree(samples, chainOf);
    const open = root.children[0]!.children[0]!;
    expect([1, 2, 3].map((stack) => leadsThrough(chainOf(stack), open)))
      .toEqual([true, true, false]);
    expect(leadsThrough([], root)).toBe(true);
    expect(leadsThrough([], open)).toBe(false);
  });

  it("counts what a search finds once, however often it is in one stack", () => {
    const root = buildTree(samples, chainOf);
    expect(searchTree(root, "MAIN")).toEqual({ boxes: 2, value: 17 });
    expect(searchTree(root, "bind.c")).toEqual({ boxes: 2, value: 12 });
    expect(searchTree(root, "(")).toEqual({ boxes: 0, value: 0 });
    expect(searchTree(root, "")).toEqual({ boxes: 0, value: 0 });
  });
});

describe("the boxes that are drawn", () => {
  const wide = Array.from({ length: 3000 }, (_, index) =>
    ({ stack: index, kind: "fd", value: index === 0 ? 3000 : 1, leaked: 0 }));

  it("draws what is too narrow as one, and keeps the sum", () => {
    const cell = cellsOf(buildTree(wide, (stack) => [frame(`f${stack}`)]));
    expect(cell.children.map((one) => [one.node?.name ?? null, one.others, one.value]))
      .toEqual([["f0", 0, 3000], [null, 2999, 2999]]);
  });

  it("shows them when what they stand on is zoomed to, below its callers at full width", () => {
    const root = buildTree(wide, (stack) =>
      stack === 0 ? [frame("big")] : [frame("many"), frame(`f${stack! % 500}`)]);
    const many = root.children.find((one) => one.name === "many")!;
    const cell = cellsOf(many);
    expect(cell).toMatchObject({ key: "", around: true, value: 2999 });
    expect(cell.children[0]).toMatchObject({ around: false, value: 2999 });
    expect(cell.children[0]!.children).toHaveLength(500);
  });

  it("is bounded for a tree of any width, and so is the tree", () => {
    const root = buildTree(Array.from({ length: 5000 }, (_, index) =>
      ({ stack: index, kind: "fd", value: 1, leaked: 0 })), (stack) =>
      Array.from({ length: 50 }, (_, depth) =>
        frame(`f${depth === 0 ? stack! % 600 : stack}`, depth)));
    expect(root.value).toBe(5000);
    expect(everyNode(root)).toHaveLength(NODES_MAX);
    expect(everyNode(cellsOf(root)).length).toBeLessThan(5000);
  });

  it("marks leaked ones by a sign and says the numbers", () => {
    const chosen = chosenOf({ q: "listen" });
    const root = buildTree(samples, chainOf);
    const shown = everyNode(shownOf(cellsOf(root), chosen, root.value));
    expect(shown.find((one) => one.label === "● bind")!.spoken)
      .toBe("bind, 10 alive at the end, 59 % of all, 4 leaked ones, /src/bind.c:1");
    expect(shown.filter((one) => one.look === "found").map((one) => one.label)).toEqual(["listen"]);
  });
});

describe("walking from box to box", () => {
  const places: Place[] = [
    { key: "all", depth: 0, x0: 0, x1: 1 }, { key: "a", depth: 1, x0: 0, x1: 0.6 },
    { key: "b", depth: 1, x0: 0.6, x1: 1 }, { key: "a1", depth: 2, x0: 0, x1: 0.2 },
    { key: "a2", depth: 2, x0: 0.2, x1: 0.6 }, { key: "b1", depth: 2, x0: 0.6, x1: 0.7 },
  ];
  const from = (key: string) => places.find((one) => one.key === key)!;

  it("goes in to the widest, out to what it stands on, and aside to the nearest", () => {
    expect(walk(places, from("a"), "in")?.key).toBe("a2");
    expect(walk(places, from("b1"), "out")?.key).toBe("b");
    expect(walk(places, from("a2"), "right")?.key).toBe("b1");
    expect(walk(places, from("a2"), "left")?.key).toBe("a1");
    expect(walk(places, from("b1"), "first")?.key).toBe("all");
  });

  it("stays where there is nothing next to it", () => {
    expect(walk(places, from("all"), "out")).toBeNull();
    expect(walk(places, from("b1"), "right")).toBeNull();
    expect(walk(places, from("b1"), "in")).toBeNull();
  });
});

describe("the table of functions", () => {
  const rows = functionTable(samples, chainOf);

  it("counts a function once a stack, and itself where something was born in it", () => {
    const by = new Map(rows.map((row) => [row.name, row]));
    expect(by.get("main")).toMatchObject({ self: 0, total: 17, leaked: 4 });
    expect(by.get("bind")).toMatchObject({ self: 12, total: 12, leaked: 4 });
  });

  it("names the function that made what leaked, not those that leaks pass through", () => {
    expect(mostLeaking(rows)?.name).toBe("bind");
    expect(mostLeaking(rows.map((row) => ({ ...row, leakedSelf: 0 })))).toBeNull();
  });

  it("is sorted by any column, both ways", () => {
    expect(sortRows(rows, "self", false).map((row) => row.name))
      .toEqual(["bind", "listen", "main", "open"]);
    expect(sortRows(rows, "name", true)[0]!.name).toBe("open");
    expect(sortRows(rows, "total", false)[0]!.name).toBe("main");
  });

  it("keeps what a search finds", () => {
    expect(filterRows(rows, "LIST").map((row) => row.name)).toEqual(["listen"]);
  });
});

describe("a measure", () => {
  it("has a heading of its own, which says what is counted", () => {
    expect(new Set(measures.map((one) => one.heading)).size).toBe(measures.length);
    expect(chosenOf({}).measure.heading).toBe("Where what is alive at the end was born");
  });
});

describe("whose code a frame is", () => {
  const tiers = new Tiers(["/src/run/object.c"], ["libnice.so.10", "app"], ["/bin/app"]);

  it("follows the tables of the findings' culprits", () => {
    expect(tiers.of("/lib/x86_64-linux-gnu/libc.so.6", "start_thread", null)).toBe(TIER_BASE);
    expect(tiers.of("[vdso]", null, null)).toBe(TIER_BASE);
    expect(tiers.of("/usr/lib/libstdc++.so.6", "x", null)).toBe(TIER_RUNTIME);
    expect(tiers.of("/bin/app", "std::vector<int>::push_back", null)).toBe(TIER_RUNTIME);
    expect(tiers.of("/bin/app", "runtime.newproc", null)).toBe(TIER_RUNTIME);
    expect(tiers.of("/bin/app", "main", "/src/main.c")).toBe(TIER_PROJECT);
  });

  it("believes what the trace says of plumbing and packs, but not of the program itself", () => {
    expect(tiers.of("/bin/app", "release", "../run/object.c")).toBe(TIER_PLUMBING);
    expect(tiers.of("/usr/lib/libnice.so.10", "nice_agent_new", null)).toBe(TIER_RUNTIME);
    expect(tiers.of("/bin/app", "track_own", "/usr/include/track/track.h")).toBe(TIER_RUNTIME);
  });

  it("is told in no time whatever the trace has for patterns", () => {
    const hostile = new Tiers([], [`${"*a".repeat(40)}b`], []);
    expect(hostile.of(`/lib/${"a".repeat(900)}`, null, null)).toBe(TIER_PROJECT);
  });

  it("reads patterns as fnmatch does", () => {
    expect(matches("[[]vdso]", "[vdso]")).toBe(true);
    expect(matches("a?c*", "abc/d\ne")).toBe(true);
    expect(matches("a.c", "abc")).toBe(false);
    expect(matches("[!a]b", "ab")).toBe(false);
    expect(isSameFile("../net/a.c", "/src/net/a.c")).toBe(true);
    expect(isSameFile("t/a.c", "/src/net/a.c")).toBe(false);
  });

  it("keeps the program's frames, and where there are none the innermost that tells most", () => {
    const start = frame("start", 1, TIER_BASE);
    const glib = frame("g_run", 1, TIER_RUNTIME);
    expect(fold([start, frame("main"), glib, frame("bind")]).map((one) => one.name))
      .toEqual(["main", "bind"]);
    expect(fold([start, glib, start]).map((one) => one.name)).toEqual(["g_run"]);
    expect(fold([start]).map((one) => one.name)).toEqual(["start"]);
  });
});

describe("what the URL says", () => {
  it("is read into choices, and nonsense into those that are there", () => {
    expect(chosenOf({ m: "bytes", kind: "fd/a/b", from: "1.5", process: "3", sort: "-name" }))
      .toMatchObject({
        measure: { name: "bytes" }, reversed: true, sort: "name", folded: true,
        filter: { kind: "fd", class: "a/b", from: 1.5e9, to: null, process: 3 },
      });
    expect(chosenOf({ m: "x", from: "y", process: "-1", sort: "constructor" })).toMatchObject({
      measure: { name: "alive" }, sort: "self", filter: { from: null, process: null },
    });
    expect(chosenOf({}, { kind: "task" }).filter.kind).toBe("task");
    expect(kindOf("*")).toEqual({ kind: null, class: null });
  });

  it("says small shares as small, not as none", () => {
    expect(percent(1, 100000)).toBe("< 0.1 %");
    expect(percent(1, 3)).toBe("33 %");
    expect(percent(0, 0)).toBe("0 %");
  });
});
