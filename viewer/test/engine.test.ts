// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import sqlite3InitModule from "@sqlite.org/sqlite-wasm";
import { beforeAll, describe, expect, it } from "vitest";
import { bytesTrouble, damaged, Engine, SCHEMA_VERSION } from "../src/db/engine";

const schema = readFileSync(new URL("../contract/schema.sql", import.meta.url), "utf8");
const init = sqlite3InitModule as unknown as (options: object) =>
  ReturnType<typeof sqlite3InitModule>;
let sqlite: Awaited<ReturnType<typeof init>>;

beforeAll(async () => {
  sqlite = await init({ print: () => undefined, printErr: () => undefined });
});

function image(sql: string): Uint8Array {
  const db = new sqlite.oo1.DB(":memory:");
  db.exec(sql);
  const bytes = sqlite.capi.sqlite3_js_db_export(db.pointer!);
  db.close();
  return bytes;
}

const VERSION = `INSERT INTO meta VALUES ('schema_version', '${SCHEMA_VERSION}');`;
const START = `INSERT INTO process (id, pid, ppid, image, origin, exe, command, start_ns, realtime_ns, end,
  census_fds, census_threads) VALUES (1, 1, 0, 0, 'start', '', '', 9007199254740993, 0, 'exit', 1,
    1);`;

function made(): Engine {
  const engine = new Engine(sqlite);
  engine.load(image(schema + VERSION));
  return engine;
}

describe("a trace in memory", () => {
  it("is of the schema that this page knows", () => {
    expect(schema).toContain(`schema version ${SCHEMA_VERSION}`);
  });
  it("counts times from its start, which may exceed what a number holds", () => {
    const engine = new Engine(sqlite);
    engine.load(image(schema + VERSION + START));
    expect(engine.startNs()).toBe("9007199254740993");
    expect(engine.query("SELECT start_ns - :t0 AS at FROM process")).toEqual([{ at: 0 }]);
    engine.exec("CREATE TEMP TABLE later AS SELECT start_ns - :t0 + 5 AS at FROM process");
    expect(engine.query("SELECT at FROM later")).toEqual([{ at: 5 }]);
    engine.close();
  });
  it("gives columns: numbers as a typed array, with NaN for NULL, all else as a list", () => {
    const engine = made();
    const { names, count, data } = engine.columns(
      "SELECT value AS n, iif(value = 2, NULL, value) AS hole, 'x' || value AS text, " +
      "iif(value < 3, value, 'late') AS mixed FROM (SELECT 1 AS value UNION SELECT 2 UNION SELECT 3)");
    expect([names, count]).toEqual([["n", "hole", "text", "mixed"], 3]);
    expect(data[0]).toEqual(Float64Array.of(1, 2, 3));
    expect(data[1]).toEqual(Float64Array.of(1, NaN, 3));
    expect(data[2]).toEqual(["x1", "x2", "x3"]);
    expect(data[3]).toEqual([1, 2, "late"]);
  });
  it("has more rows than a column begins with", () => {
    const engine = made();
    const sql = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 4999) SELECT i FROM n";
    const { count, data } = engine.columns(sql);
    expect([count, data[0]!.length, data[0]![4999]]).toEqual([5000, 5000, 4999]);
  });
  it("keeps text of the trace out of the SQL", () => {
    const engine = made();
    expect(engine.query("SELECT :text AS text", { text: "'; DROP TABLE meta; --", other: 1 }))
      .toEqual([{ text: "'; DROP TABLE meta; --" }]);
    expect(engine.query("SELECT count(*) AS n FROM meta")[0]!["n"]).toBeGreaterThan(0);
  });
  it("is left, with what was temporary in it, when another takes its place", () => {
    const engine = made();
    engine.exec("CREATE TEMP TABLE mine (a)");
    engine.load(image(schema + VERSION));
    expect(() => engine.query("SELECT * FROM mine")).toThrow(/no such table/);
    expect(engine.startNs()).toBe("0");
  });
  it("opens without the log of a recorder that was killed", () => {
    const bytes = image(schema + VERSION);
    bytes[18] = bytes[19] = 2;
    const engine = new Engine(sqlite);
    engine.load(bytes);
    expect(engine.query("SELECT count(*) AS n FROM process")).toEqual([{ n: 0 }]);
    expect(bytes[18]).toBe(2); // what came is not changed
    engine.close();
  });
});

describe("what is no trace", () => {
  const load = (bytes: Uint8Array) => () => new Engine(sqlite).load(bytes);

  it("is refused with a sentence that says what to do", () => {
    expect(load(new TextEncoder().encode("hello, this is a text"))).toThrow(/no trace/);
    expect(load(new Uint8Array(0))).toThrow(/no trace/);
    expect(bytesTrouble(new TextEncoder().encode("RTCTRACKxxxxxxxxx"))).toMatch(/spool/);
    expect(load(image("CREATE TABLE t (a)"))).toThrow(/another program/);
    expect(load(image(schema + "INSERT INTO meta VALUES ('schema_version', '99')")))
      .toThrow(/schema version 99.*rtctrack that recorded it/);
    expect(load(image(schema))).toThrow(/schema version undefined/);
  });
  it("is refused where it is cut short or overwritten", () => {
    const whole = image(schema + VERSION);
    expect(load(whole.slice(0, 4096))).toThrow(/damaged or cut short/);
    expect(load(whole.slice().fill(0x5a, 100, 4000))).toThrow(/damaged or cut short/);
    expect(damaged(new Error("disk I/O error"))).toMatch(/copy it again.*disk I\/O error/);
  });
  it("is refused where a table is a view, which is not asked: it may have no end", () => {
    const endless = "AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT * FROM n;";
    for (const name of ["mark", "meta", "process"])
      expect(load(image(`${schema}${VERSION}DROP TABLE ${name}; CREATE VIEW ${name} ${endless}`)))
        .toThrow(`its '${name}' is no table but a view`);
    expect(load(image(`${schema}${VERSION}DROP TABLE mark; CREATE VIEW MARK ${endless}`))).toThrow(/'MARK' is no table/);
  });
  it("has the views of the schema, whatever it calls by their names, and those that people add", () => {
    const engine = new Engine(sqlite);
    engine.load(image(`${schema}${VERSION}DROP VIEW stack_text; CREATE VIEW stack_text AS SELECT 1 AS other;
      CREATE VIEW mine AS SELECT 2 AS two`));
    expect(engine.query("SELECT count(function) AS n FROM stack_text")).toEqual([{ n: 0 }]);
    expect(engine.query("SELECT two FROM mine")).toEqual([{ two: 2 }]);
    engine.close();
  });
  it("leaves what is open as it is", () => {
    const engine = new Engine(sqlite);
    expect(() => engine.query("SELECT 1")).toThrow(/no trace is open/);
    engine.load(image(schema + VERSION + START));
    for (const bad of [image("CREATE TABLE t (a)"), image(schema + VERSION).slice(0, 4096)])
      expect(() => engine.load(bad)).toThrow();
    expect(engine.query("SELECT start_ns - :t0 AS at FROM process")).toEqual([{ at: 0 }]);
    engine.close();
  });
});
