// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { Stacks } from "../src/flame/stacks";
import {
  type Filter, prepareSums, readChoices, readSamples, readStacks, readTold,
} from "../src/flame/sums";
import { madeTrace } from "./made";

const COLUMNS = `(id, process_id, kind, class, subject, generation, birth_ns, birth_tid,
  birth_stack, birth_call, death_ns, inherited, out_bytes, in_bytes)`;

const ROWS = `
INSERT INTO location VALUES (1, '/lib/libc.so.6', 'b', 16), (2, '/bin/app', 'b', 32),
  (3, '', '', 48);
INSERT INTO frame VALUES (1, 0, 'clone3', NULL, NULL), (2, 0, 'inner', '/src/a.c', 5),
  (2, 1, 'outer', '/src/a.c', 9);
INSERT INTO stack_frame VALUES (7, 0, 2), (7, 1, 1), (8, 0, 3), (8, 1, 99);
INSERT INTO resource ${COLUMNS} VALUES
  (1, 1, 'fd', 'udp', 3, 1, 2000, 1, 7, 'socket', NULL, 0, 100, 20),
  (2, 1, 'fd', 'udp', 4, 1, 3000, 1, 7, 'socket', 3500, 0, 7, NULL),
  (3, 1, 'task', 'check', 1, 1, 2500, 1, 8, '', NULL, 0, NULL, NULL),
  (4, 1, 'fd', 'file', 3, 1, 1000, 1, NULL, '', NULL, 0, NULL, NULL),
  (5, 1, 'fd', 'file', 0, 1, 1000, 1, NULL, '', NULL, 1, NULL, NULL);
INSERT INTO lifetime_statistics VALUES
  (1, 1, 'fd', 'udp', 7, 7, 'socket', 'close', 'closed', 40, 400, 1, 90, 2100, 9000, 40, 1, 1, 1000,
   1);
INSERT INTO finding (id, rank, rule, state, kind, class, count, fingerprint, message, process_id)
VALUES (1, 1, 'fd-leak', 'leaked', 'fd', 'udp', 1, 'f', 'm', 1);
INSERT INTO evidence VALUES (1, 0, 1, NULL, 7, 'created at'), (1, 1, 3, NULL, 8, 'it belongs to'),
  (1, 2, 2, NULL, 7, 'created at');`;

const ALL: Filter = {
  measure: "born", kind: null, class: null, process: null, from: null, to: null,
};

async function sums(rows: string, filter: Partial<Filter> = {}) {
  const db = await madeTrace(rows);
  await prepareSums(db);
  const samples = await readSamples(db, { ...ALL, ...filter });
  return samples.map((one) => [one.stack, one.kind, one.value, one.leaked]);
}

describe("sums at each stack", () => {
  it("count all that was born, with those that are kept as sums only", async () => {
    expect(await sums(ROWS)).toEqual([[7, "fd", 42, 1], [null, "fd", 1, 0], [8, "task", 1, 0]]);
  });

  it("count what is alive at the end", async () => {
    expect(await sums(ROWS, { measure: "alive", kind: "fd" }))
      .toEqual([[null, "fd", 1, 0], [7, "fd", 1, 1]]);
  });

  it("count the bytes out and in, also of those that are folded", async () => {
    expect(await sums(ROWS, { measure: "bytes" })).toEqual([[7, "fd", 1128, 1]]);
  });

  it("take as leaked what is alive and of the finding's kind, not all its evidence", async () => {
    expect(await sums(ROWS, { measure: "leaked" })).toEqual([[7, "fd", 1, 1]]);
  });

  it("take as leaked only what a finding that fails a gate is about", async () => {
    const mild = `${ROWS} UPDATE finding SET state = 'at-exit';`;
    expect(await sums(mild, { measure: "leaked" })).toEqual([]);
    expect(await sums(`${ROWS} UPDATE finding SET state = 'new word';`, { measure: "leaked" }))
      .toHaveLength(1);
  });

  it("are restricted to what was born between two moments", async () => {
    expect(await sums(ROWS, { from: 1400, to: 2100 }))
      .toEqual([[7, "fd", 1, 0], [8, "task", 1, 0]]);
    expect(await sums(ROWS, { from: 1100, to: 1100 })).toEqual([[7, "fd", 40, 0]]);
    expect(await sums(ROWS, { class: "check", process: 1 })).toEqual([[8, "task", 1, 0]]);
    expect(await sums(ROWS, { process: 2 })).toEqual([]);
  });

  it("take no harm from values of other types and of any size", async () => {
    const rows = `INSERT INTO resource ${COLUMNS} VALUES
      (1, 1, 'fd', 'udp', 3, 1, 2000, 1, 7, 's', NULL, 0, 9223372036854775807, 9223372036854775807),
      (2, 1, x'00ff', '', 3, 1, 'soon', 1, 7, 's', NULL, 0, -5, 'many'),
      (3, 1, 'fd', 'udp', 3, 1, -9223372036854775808, 1, -4, 's', 9e999, 0, 9e999, x'01');`;
    expect((await sums(rows)).map((one) => one[2])).toEqual([1, 1, 1]);
    const bytes = await sums(rows, { measure: "bytes" });
    expect(bytes).toHaveLength(1);
    expect(bytes[0]![2]).toBeGreaterThan(1e18);
    expect(await sums(rows, { from: 0, to: 5000 })).toHaveLength(1);
  });

  it("name the findings whose members were born at a stack", async () => {
    const db = await madeTrace(ROWS);
    await prepareSums(db);
    expect(await readTold(db)).toEqual([{ stack: 7, fingerprint: "f", rule: "fd-leak" }]);
  });

  it("offer the kinds, classes and processes that there are", async () => {
    const db = await madeTrace(ROWS);
    await prepareSums(db);
    const { kinds, processes } = await readChoices(db);
    expect(kinds).toContainEqual({ kind: "fd", class: "udp", born: 42 });
    expect(processes).toEqual([{ id: 1, pid: 100, command: "app" }]);
  });
});

describe("a class that can be chosen", () => {
  it("finds what has it, also where its name is huge", async () => {
    const db = await madeTrace(`${ROWS}
      UPDATE resource SET class = printf('%.*c', 5000, 'x') WHERE id = 3;`);
    await prepareSums(db);
    const { kinds } = await readChoices(db);
    const chosen = kinds.find((one) => one.kind === "task")!;
    expect(chosen.class).toHaveLength(200);
    expect(await readSamples(db, { ...ALL, kind: "task", class: chosen.class })).toHaveLength(1);
  });
});

describe("the frames of a stack", () => {
  async function stacks() {
    const db = await madeTrace(ROWS);
    await prepareSums(db);
    return new Stacks(await readStacks(db));
  }

  it("go from the thread's start to the birth, inlined ones innermost last", async () => {
    expect((await stacks()).chain(7, false).map((one) => one.name))
      .toEqual(["clone3", "outer", "inner"]);
    expect((await stacks()).chain(7, true).map((one) => one.name)).toEqual(["outer", "inner"]);
  });

  it("are said to be unknown where rows are missing, and never none", async () => {
    const made = await stacks();
    expect(made.chain(8, false).map((one) => one.name)).toEqual(["0x30"]);
    expect(made.chain(4711, true).map((one) => one.name)).toEqual(["(frames not known)"]);
    expect(made.chain(null, true)).toHaveLength(1);
  });

  it("are said to be too many where not all were read, not to be unknown", async () => {
    const db = await madeTrace(ROWS);
    await prepareSums(db);
    const many = new Stacks({ ...(await readStacks(db)), full: true });
    expect(many.chain(4711, true)[0]!.name).toMatch(/^\(too many stacks/);
  });

  it("are cut where a name is huge", async () => {
    const db = await madeTrace(`${ROWS}
      UPDATE frame SET function = printf('%.*c', 100000, 'x') WHERE function = 'inner';`);
    await prepareSums(db);
    const chain = new Stacks(await readStacks(db)).chain(7, true);
    expect(chain[1]!.name.length).toBeLessThanOrEqual(300);
  });
});
