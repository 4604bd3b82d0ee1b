// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { chosen, glyphs, momentSays, seriesSays } from "../src/overview/charts";
import { CLOSES_SQL, FOUND_SQL, lanesOf, MARKS_SQL, nearest } from "../src/overview/events";
import { inheritedSay } from "../src/overview/panels";
import {
  anchorOf, around, curveOf, niceTop, ticksOf, timeOf, xOf,
} from "../src/overview/picture";
import {
  aliveAt, type Course, exactCourse, exactSql, FOLDED_SQL, foldedOf, INHERITED_SQL,
  inheritedOf, type Series, steppedCourse, STEPS, stepsSql, stepOf, thinned,
} from "../src/overview/series";
import { type MadeDatabase, madeTrace } from "./made";

const RESOURCE = `INSERT INTO resource (id, process_id, kind, class, subject, generation, birth_ns, birth_tid,
  birth_call, inherited, death_ns, close_ns, closed_ns) VALUES `;

// From 1000 on: a descriptor from 100 to 300, one that stays from 200 on, an inherited one; a closed scope.
const ROWS = `${RESOURCE}
  (1, 1, 'fd', 'udp', 3, 1, 1100, 1, 'socket', 0, 1300, NULL, NULL),
  (2, 1, 'fd', 'udp', 4, 1, 1200, 1, 'socket', 0, NULL, NULL, NULL),
  (3, 1, 'fd', 'file', 0, 1, 1000, 1, '', 1, NULL, NULL, NULL),
  (4, 1, 'scope', 'Agent', 9, 1, 1050, 1, '', 0, NULL, 1350, 1400);
INSERT INTO lifetime_statistics VALUES (1, 1, 'task', 'job', NULL, NULL, 'x', 'y', 'done', 10, 2000,
  1, 900, 1100,
  2100, 0, 0, 0, 0, 0);
INSERT INTO mark VALUES (1, 100, 1500, 'session 1'), (2, 100, 1501, 'session 2');
INSERT INTO finding (id, rank, rule, state, kind, class, count, fingerprint, message,
  process_id) VALUES
  (1, 1, 'fd-leak', 'leaked', 'fd', 'udp', 1, 'aa', 'it leaks', 1),
    (2, 2, 'x', 'at-exit', 'fd', 'udp', 1, 'bb', 'm', 1);
INSERT INTO evidence (finding_id, position, resource_id, role) VALUES (1, 0, 2, 'created at'),
  (2, 0, 1, 'created at');`;
const END = 1100;

async function folded(db: MadeDatabase): Promise<ReturnType<typeof foldedOf>> {
  return foldedOf(await db.query(FOLDED_SQL), END);
}

async function exact(db: MadeDatabase, joined = false): Promise<Course> {
  return exactCourse(await db.columns(exactSql(joined)), await folded(db), END);
}

async function stepped(db: MadeDatabase, joined = false): Promise<Course> {
  const step = stepOf(END);
  return steppedCourse(await db.query(stepsSql(joined), { step }), await folded(db), END, step);
}

const of = (course: Course, kind: string): Series =>
  course.series.find((one) => one.kind === kind)!;

describe("what was alive over time", () => {
  it("is counted birth by birth and death by death, without what was inherited", async () => {
    const fd = of(await exact(await madeTrace(ROWS)), "fd");
    expect([0, 99, 100, 199, 200, 299, 300, 1100].map((time) => aliveAt(fd, time)))
      .toEqual([0, 0, 1, 1, 2, 2, 1, 1]);
    expect([fd.begun, fd.ended, fd.peak]).toEqual([2, 1, 2]);
  });
  it("is the same by steps of time, at the end of each", async () => {
    const db = await madeTrace(ROWS);
    const [one, other] = [await exact(db), await stepped(db)];
    expect(other.series.map((series) => [series.kind, series.begun, series.ended]))
      .toEqual(one.series.map((series) => [series.kind, series.begun, series.ended]));
    for (const series of one.series)
      for (let i = 1; i <= STEPS; i++) {
        const end = Math.min(END, i * other.stepNs);
        expect(aliveAt(of(other, series.kind), end), `${series.kind} at ${end}`)
          .toBe(aliveAt(series, end === END ? END : end - 1));
      }
  });
  it("ends for a scope with its close, and for a process with its end", async () => {
    const db = await madeTrace(`${ROWS} UPDATE process SET end_ns = 1600;`);
    expect(aliveAt(of(await exact(db), "scope"), 400)).toBe(0);
    expect(aliveAt(of(await exact(db), "fd"), 700)).toBe(1);
    for (const course of [await exact(db, true), await stepped(db, true)]) {
      expect(aliveAt(of(course, "fd"), 700)).toBe(0);
      expect(of(course, "fd").ended).toBe(1); // its end closed nothing
      expect(seriesSays(of(course, "fd"), 0, false))
        .toBe("1 left by ended processes, most at once 2");
    }
  });
  it("tells what ended processes left from what is alive at the end", async () => {
    const db = await madeTrace(`${ROWS} UPDATE process SET end_ns = 1600;
      INSERT INTO process SELECT 2, 101, 100, parent_id, 0, 'fork', exe, command, 1100, 0, NULL, 'running', NULL,
        1, 1, NULL, NULL, NULL, NULL, NULL FROM process;
      UPDATE resource SET process_id = 2 WHERE id = 1; UPDATE resource SET death_ns = NULL;`);
    const fd = of(await exact(db, true), "fd");
    expect(seriesSays(fd, 0, false))
      .toBe("1 left by ended processes, 1 alive at the end, most at once 2");
  });
  it("says how many were inherited, which are not counted", async () => {
    const db = await madeTrace(ROWS);
    expect(inheritedSay(inheritedOf(await db.query(INHERITED_SQL))))
      .toBe("not counted: inherited from the parent: 1 descriptor");
    expect(inheritedSay(new Map())).toBeNull();
  });
  it("counts what is kept as sums, and has its average apart", async () => {
    const task = of(await exact(await madeTrace(ROWS)), "task");
    expect([task.begun, task.ended, task.peak]).toEqual([10, 10, 0]);
    expect(task.folded).toEqual({ count: 10, firstNs: 100, lastNs: 1100, average: 2 });
  });
  it("stays drawable whatever the times are", async () => {
    const db = await madeTrace(`${RESOURCE}
      (1, 1, 'fd', 'x', 1, 1, 9223372036854775807, 1, '', 0, -9223372036854775808, NULL, NULL),
      (2, 1, x'00', 'x', 1, 1, -9223372036854775808, 1, '', 0, 'never', NULL, NULL),
      (3, 1, '__proto__', 'x', 1, 1, 'soon', 1, '', 0, x'01', NULL, NULL);
      INSERT INTO lifetime_statistics VALUES (1, 1, 'fd', 'j', NULL, NULL, '', '', '',
        9223372036854775807,
        9223372036854775807, 0, 0, -9223372036854775808, 9223372036854775807, 0, 0, 0, 0, 0),
          (2, 1, 'fd', 'j', NULL,
        NULL, '', '', '', 9223372036854775807, 1e999, 0, 0, 5, 4, 0, 0, 0, 0, 0);`);
    for (const course of [await exact(db), await stepped(db)])
      for (const series of course.series) {
        const curve = curveOf(series, END, { left: 40, top: 0, width: 300, height: 50 });
        expect(curve.line + curve.area + curve.folded).not.toMatch(/NaN|Infinity/);
        expect(series.alive.every((one) => one >= 0)).toBe(true);
      }
  });
});

describe("a moment", () => {
  it("is shown in the timeline with what is around it, within the run", () => {
    expect(around(500, 1000)).toEqual({ from: 450, to: 550 });
    expect(around(0, 1000)).toEqual({ from: 0, to: 50 });
    expect(around(1000, 1000)).toEqual({ from: 950, to: 1000 });
    expect(around(0, 1).to).toBeGreaterThan(0);
  });
  it("has a label that no edge cuts", () => {
    expect([0, 200, 395].map((x) => anchorOf(x, 400))).toEqual(["start", "middle", "end"]);
  });
});

describe("the picture", () => {
  const box = { left: 10, top: 0, width: 100, height: 50 };
  const series = (times: number[], alive: number[]): Series =>
    ({ kind: "fd", times, alive, begun: 0, ended: 0, left: 0, peak: Math.max(0, ...alive), folded: null });

  it("draws steps that run on to the end", () => {
    const { line, area, top } = curveOf(series([0, 50], [0, 2]), 100, box);
    expect([line, top]).toEqual(["M10 50H60V0H110", 2]);
    expect(area).toBe("M10 50H60V0H110V50H10Z");
  });
  it("keeps the extremes of what it leaves out", () => {
    const times = Array.from({ length: 10000 }, (_, i) => i);
    const alive = times.map((time) => (time === 5000 ? 99 : time === 7000 ? -1 : time % 3));
    const few = thinned(series(times, alive), 10000, 300);
    expect(few.times.length).toBeLessThanOrEqual(300);
    expect([Math.max(...few.alive), Math.min(...few.alive)]).toEqual([99, -1]);
    expect(few.times).toEqual([...few.times].sort((a, b) => a - b));
    expect(few.times.at(-1)).toBe(9999);
  });
  it("has round numbers at its axes", () => {
    expect([0, 1, 4, 14, 31, 150, 999].map(niceTop)).toEqual([1, 1, 4, 15, 40, 150, 1000]);
    expect(ticksOf(570e6, 4)).toEqual([0, 200e6, 400e6]);
    expect(ticksOf(0, 4)).toEqual([0]);
  });
  it("finds the time below a point, and the point of a time", () => {
    expect(xOf(50, 100, box)).toBe(60);
    expect([timeOf(60, 100, box), timeOf(0, 100, box), timeOf(999, 100, box)]).toEqual([50, 0,
      100]);
    expect(xOf(5, 0, box)).toBe(10);
  });
});

describe("events beside the curves", () => {
  it("are what was found where it began, closes and marks, by steps of time", async () => {
    const db = await madeTrace(ROWS);
    const ask = (sql: string) => db.query(sql, { step: 100 });
    const lanes = lanesOf(await ask(FOUND_SQL) as never[], await ask(CLOSES_SQL) as never[],
      await ask(MARKS_SQL) as never[], END);
    expect(lanes.map((lane) => [lane.name, lane.events])).toEqual([
      ["found", [{ at: 200, count: 1, says: "it leaks", fingerprint: "aa" }]],
      ["close", [{ at: 350, count: 1, says: "Agent", fingerprint: "" }]],
      ["mark", [{ at: 500, count: 2, says: "session 1", fingerprint: "" }]],
    ]);
    expect(nearest(lanes[2]!, 490, 20)?.says).toBe("session 1");
    expect(nearest(lanes[2]!, 400, 20)).toBeNull();
    const course = await exact(db);
    const says = momentSays({ course, lanes, shown: ["fd", "scope", "nothing"], live: false }, 500, 10);
    expect(says).toBe("at 500 ns: 1 descriptors, 0 scopes alive; ▼ 2 marks, the first: session 1");
    expect(chosen(course, ["nothing"])).toEqual([]);
    expect(seriesSays(of(course, "fd"), 0, false)).toBe("1 alive at the end, most at once 2");
    expect(seriesSays(of(course, "fd"), 0, true)).toBe("1 alive now, most at once 2");
  });
  it("of one place are drawn once", () => {
    const event = { at: 50, count: 1, says: "", fingerprint: "" };
    const lane = { name: "mark", words: ["mark", "marks"], symbol: "▼",
      events: [event, event, { ...event, at: 90 }] };
    expect(glyphs(lane as never, 100,
      { left: 0, top: 0, width: 100, height: 20 }).match(/M/g)).toHaveLength(2);
  });
});
