// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import type { Columns } from "../src/db/engine";
import {
  barsByPath, barsOf, densityOf, densityOfBars, heights, joinBars, MOST_ROWS, pack, Segments, sumOf,
  visible,
} from "../src/timeline/bars";
import { marked } from "../src/timeline/area";
import { markOf, runOnOf } from "../src/timeline/flags";
import { commandOf } from "../src/timeline/input";
import type { Flag } from "../src/timeline/model";
import { nameOf } from "../src/timeline/names";

const END = 1000;

function columns(rows: Record<string, number | null>[]): Columns {
  const names = Object.keys(rows[0] ?? {});
  const data = names.map((name) => Float64Array.from(rows, (row) => row[name] ?? NaN));
  return { names, count: rows.length, data };
}

function life(id: number, birth: number, death: number | null, path = 1) {
  return { path, id, birth, death, close: null, closed: null };
}

describe("rows within a lane", () => {
  it("puts what lives at once below each other, and what comes later where there is room", () => {
    const packed = pack(Float64Array.of(0, 10, 50), Float64Array.of(40, 90, 60), END);
    expect([...packed.row]).toEqual([0, 1, 0]);
    expect(packed.rows).toBe(2);
  });

  it("keeps the row of what is alive at the end", () => {
    const packed = pack(Float64Array.of(0, 500), Float64Array.of(NaN, NaN), END);
    expect([...packed.row]).toEqual([0, 1]);
  });

  it("says that it is crowded where there are more at once than rows", () => {
    const births = new Float64Array(MOST_ROWS + 1);
    const packed = pack(births, births.map(() => NaN), END);
    expect(packed.crowded).toBe(true);
    expect(packed.rows).toBe(MOST_ROWS);
    expect(Math.max(...packed.row)).toBeLessThan(MOST_ROWS);
  });

  it("makes lanes of rows by their paths", () => {
    const found = barsByPath(columns([life(1, 0, 10, 7), life(2, 5, null, 8), life(3, 20, 30, 7)]), END);
    expect([...found.get(7)!.id]).toEqual([1, 3]);
    expect(found.get(8)!.death[0]).toBeNaN();
  });

  it("joins lanes in the order of births", () => {
    const a = barsOf(columns([life(1, 0, 10), life(2, 30, 40)]), END);
    const b = barsOf(columns([life(3, 5, 35)]), END);
    const joined = joinBars([a, b], END);
    expect([...joined.id]).toEqual([1, 3, 2]);
    expect([...joined.row]).toEqual([0, 1, 0]);
  });

  it("takes an answer without rows, and columns that are all NULL", () => {
    expect(barsOf({ names: ["id", "birth", "death", "close", "closed"], count: 0,
      data: [[], [], [], [], []] }, END).count).toBe(0);
  });
});

describe("what is drawn of a lane", () => {
  const bars = barsOf(columns([life(1, 0, 100), life(2, 200, 201), life(3, 202, 203),
    life(4, 900, null)]), END);

  it("leaves out what lies outside of the window", () => {
    const seen = visible(bars, { from: 150, to: 400 }, 100, END, new Segments());
    expect([...seen.index.subarray(0, seen.count)]).not.toContain(0);
    expect([...seen.index.subarray(0, seen.count)]).not.toContain(3);
  });

  it("merges what is shorter than a pixel and lies in the same one", () => {
    const seen = visible(bars, { from: 0, to: 1000 }, 100, END, new Segments());
    expect(seen.count).toBe(3);
    expect([...seen.merged.subarray(0, 3)]).toEqual([1, 2, 1]);
  });

  it("tells them apart again when it is zoomed", () => {
    const seen = visible(bars, { from: 195, to: 210 }, 300, END, new Segments());
    expect(seen.count).toBe(2);
  });

  it("draws what is alive until the end of the recording", () => {
    const seen = visible(bars, { from: 0, to: 1000 }, 500, END, new Segments());
    expect(seen.right[seen.count - 1]).toBeCloseTo(500);
  });

  it("never gives more than a bar for each pixel and row, however many there are", () => {
    const many = barsOf(columns(Array.from({ length: 5000 }, (_, i) => life(i, i, i + 0.5))), 5000);
    const seen = visible(many, { from: 0, to: 5000 }, 100, 5000, new Segments());
    expect(seen.count).toBeLessThanOrEqual(101);
    const drawn = seen.merged.subarray(0, seen.count).reduce((sum, one) => sum + one, 0);
    expect(drawn).toBe(5000);
  });
});

describe("how many are alive", () => {
  it("counts whoever touched a bucket", () => {
    const births = columns([{ bucket: 0, count: 3 }, { bucket: 2, count: 1 }]);
    const deaths = columns([{ bucket: 1, count: 2 }]);
    const density = densityOf(births, deaths, 0, 10, 4);
    expect([...density.alive]).toEqual([3, 3, 2, 2]);
    expect(density.most).toBe(3);
  });

  it("comes to the same from bars", () => {
    const bars = barsOf(columns([life(1, 0, 15), life(2, 3, 12), life(3, 8, null), life(4, 25, null)]),
      END);
    expect([...densityOfBars(bars, 0, 10, 4).alive]).toEqual([3, 3, 2, 2]);
  });

  it("shows the most of each pixel, so that nothing short is lost", () => {
    const density = { from: 0, step: 1, alive: Float64Array.of(1, 9, 1, 1), most: 9 };
    const into = new Float32Array(4);
    expect(heights(density, { from: 0, to: 4 }, 4, 2, into)).toBe(2);
    expect([...into.subarray(0, 2)]).toEqual([9, 1]);
  });

  it("is nothing outside of what is known", () => {
    const density = { from: 0, step: 1, alive: Float64Array.of(5), most: 5 };
    const into = new Float32Array(4);
    heights(density, { from: -2, to: 2 }, 4, 1, into);
    expect([...into]).toEqual([0, 0, 5, 0]);
  });

  it("adds several up", () => {
    const one = { from: 0, step: 1, alive: Float64Array.of(1, 2), most: 2 };
    expect(sumOf([one, one])).toMatchObject({ most: 4 });
  });
});

describe("what a finding names", () => {
  const model = { end: END, grace: 200 };
  const flag = (more: Partial<Flag>): Flag => ({
    id: 1, path: 1, birth: 100, death: NaN, alive: true, over: 300, act: NaN, state: "leaked", fingerprint: "",
    owners: [], member: true, ...more,
  });

  it("may live on for the grace time after its scope's close, and is marked from then on", () => {
    expect(runOnOf(flag({}), model)).toEqual({ over: 300, marked: 500, until: END });
  });

  it("runs on past nothing where no scope of it was closed", () => {
    expect(runOnOf(flag({ over: NaN, state: "growing" }), model)).toBeNull();
    expect(markOf(flag({ over: NaN }), model)).toEqual({ from: 100, to: 100 });
  });

  it("is marked to its death, where it ended late", () => {
    expect(runOnOf(flag({ death: 700, state: "late" }), model)).toMatchObject({ marked: 500, until: 700 });
    expect(runOnOf(flag({ death: 400 }), model)).toMatchObject({ marked: 400, until: 400 });
  });

  it("has no run-on where an act, or a wait, is what is wrong", () => {
    expect(runOnOf(flag({ state: "broken" }), model)).toBeNull();
    expect(runOnOf(flag({ state: "possible" }), model)).toBeNull();
    expect(runOnOf(flag({ act: 350 }), model)).toBeNull();
    expect(markOf(flag({ act: 350 }), model)).toEqual({ from: 350, to: 350 });
  });

  it("is counted in the same buckets as the rest of a lane, each lifetime once, once it is marked", () => {
    const all = { from: 0, step: 100, alive: new Float64Array(10).fill(500), most: 500 };
    const twice = [flag({}), flag({ fingerprint: "other" }), flag({ id: 2, state: "broken" })];
    expect([...marked(twice, all, model).alive]).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 1]);
  });
});

describe("a lifetime's name", () => {
  const row = { kind: "fd", name: null, local: null, remote: null, tid: null, subject: "7" };

  it("has a descriptor's number first, and its addresses where there is room", () => {
    expect(nameOf({ ...row, local: "127.0.0.1:5000", remote: "[::1]:9" }))
      .toMatchObject({ short: "fd 7", bare: false, long: "fd 7 127.0.0.1:5000 → [::1]:9" });
  });

  it("is its own, else the thread, else where it lies", () => {
    expect(nameOf({ ...row, kind: "thread", name: "worker", tid: 12 }))
      .toMatchObject({ short: "worker", long: "worker thread 12" });
    expect(nameOf({ ...row, kind: "thread", tid: 12 }).long).toBe("thread 12");
    expect(nameOf({ ...row, kind: "object", subject: "0xffffffffffffffff" }))
      .toEqual({ short: "0xffffffffffffffff", long: "0xffffffffffffffff", bare: true });
  });
});

describe("keys", () => {
  it.each(["w", "s", "a", "d", "+", "-", "0", "n", "N", "Escape"])("%s works on a button, too", (key) => {
    expect(commandOf(key, "control")).toBeDefined();
    expect(commandOf(key, "page")).toBe(commandOf(key, "lanes"));
  });

  it.each(["Enter", " ", "ArrowDown", "ArrowLeft", "PageUp", "Home"])(
    "'%s' is a button's own", (key) => {
      expect(commandOf(key, "control")).toBeUndefined();
      expect(commandOf(key, "page")).toBeDefined();
    });
});
