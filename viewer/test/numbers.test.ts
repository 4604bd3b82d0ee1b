// SPDX-License-Identifier: Apache-2.0
/* One trace, and what each view counts in it: people compare them. */
import { describe, expect, it } from "vitest";
import { readCurve, STEPS } from "../src/compare/curve";
import { readKinds } from "../src/compare/kinds";
import { prepareSums, readSamples, type Measure } from "../src/flame/sums";
import { exactCourse, exactSql, FOLDED_SQL, foldedOf } from "../src/overview/series";
import { type MadeDatabase, madeTrace } from "./made";

// Inherited descriptors, some that end, some that stay, a scope that is closed and one that is not.
const ROWS = `
INSERT INTO resource (id, process_id, kind, class, subject, generation, birth_ns, birth_tid,
  birth_call, inherited, death_ns, close_ns, closed_ns) VALUES
  (1, 1, 'fd', 'file', 0, 1, 1000, 1, '', 1, NULL, NULL, NULL),
  (2, 1, 'fd', 'pipe', 1, 1, 1000, 1, '', 1, 1400, NULL, NULL),
  (3, 1, 'fd', 'udp', 3, 1, 1100, 1, 'socket', 0, 1300, NULL, NULL),
  (4, 1, 'fd', 'udp', 4, 1, 1200, 1, 'socket', 0, NULL, NULL, NULL),
  (5, 1, 'fd', 'file', 5, 1, 1210, 1, 'open', 0, NULL, NULL, NULL),
  (6, 1, 'scope', 'Agent', 9, 1, 1050, 1, '', 0, NULL, 1350, 1400),
  (7, 1, 'scope', 'Agent', 8, 1, 1060, 1, '', 0, NULL, 1350, NULL),
  (8, 1, 'task', 'gather', 7, 1, 1070, 1, '', 0, 1080, NULL, NULL);
INSERT INTO lifetime_statistics VALUES (1, 1, 'task', 'job', NULL, NULL, 'x', 'y', 'done', 10, 2000,
  1, 900, 1100, 2100, 0, 0, 0, 0, 0);`;
const END = 1100;

interface Numbers {
  born: number;
  alive: number;
}

const sorted = (numbers: Map<string, Numbers>) =>
  [...numbers].sort(([one], [other]) => (one < other ? -1 : 1));

async function ofOverview(db: MadeDatabase) {
  const folded = foldedOf(await db.query(FOLDED_SQL), END);
  const { series } = exactCourse(await db.columns(exactSql(false)), folded, END);
  return sorted(new Map(series.map((one) =>
    [one.kind, { born: one.begun, alive: one.begun - one.ended }])));
}

async function ofFlame(db: MadeDatabase) {
  const numbers = new Map<string, Numbers>();
  for (const measure of ["born", "alive"] satisfies Measure[]) {
    const filter = { kind: null, class: null, process: null, from: null, to: null };
    for (const one of await readSamples(db, { measure, ...filter })) {
      const known = numbers.get(one.kind) ?? { born: 0, alive: 0 };
      numbers.set(one.kind, { ...known, [measure]: known[measure] + one.value });
    }
  }
  return sorted(numbers);
}

async function ofCompare(db: MadeDatabase) {
  const numbers = new Map<string, Numbers>();
  for (const { kind, born, alive } of (await readKinds(db)).values()) {
    const known = numbers.get(kind) ?? { born: 0, alive: 0 };
    numbers.set(kind, { born: known.born + born, alive: known.alive + alive });
  }
  return sorted(numbers);
}

describe("numbers of one trace", () => {
  it("are the same in the overview, the flame graph and the comparison", async () => {
    const db = await madeTrace(ROWS);
    await prepareSums(db);
    const overview = await ofOverview(db);
    expect(overview).toEqual([["fd", { born: 3, alive: 2 }], ["scope", { born: 2, alive: 1 }],
      ["task", { born: 11, alive: 0 }]]);
    expect(await ofFlame(db)).toEqual(overview);
    expect(await ofCompare(db)).toEqual(overview);
  });

  it("are those at the end of the curves, too", async () => {
    const db = await madeTrace(ROWS);
    const curve = await readCurve(db, 3, null);
    expect(curve.alive[STEPS - 1]).toBe(3);
    expect((await readCurve(db, 3, "fd")).alive[STEPS - 1]).toBe(2);
  });

  it("fall in the curve where one of several processes ends, as in the overview", async () => {
    const db = await madeTrace(`${ROWS}
      INSERT INTO process (id, pid, ppid, image, origin, exe, command, start_ns, realtime_ns, end,
        census_fds, census_threads) VALUES (2, 101, 100, 0, 'fork', '/bin/app', 'app', 1000, 0,
        'exit', 1, 1);
      UPDATE process SET end_ns = 1500;`);
    expect((await readCurve(db, 3, null)).alive[STEPS - 1]).toBe(0);
    expect((await readCurve(db, 3, null)).alive[140]).toBe(3);
  });
});
