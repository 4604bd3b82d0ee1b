// SPDX-License-Identifier: Apache-2.0
/* Traces made for a test: libtrack/store/schema.sql, and the rows that the test is about. */
import { readFileSync } from "node:fs";
import sqlite3InitModule from "@sqlite.org/sqlite-wasm";
import { Engine, type Params } from "../src/db/engine";

const schema = readFileSync(new URL("../contract/schema.sql", import.meta.url), "utf8");
const quiet = { print: () => undefined, printErr: () => undefined };
const init = sqlite3InitModule as unknown as (options: object) =>
  ReturnType<typeof sqlite3InitModule>;
const engine = init(quiet); // a process can have but one

const BASE = `
INSERT INTO meta VALUES ('schema_version', '8'), ('finished', '1');
INSERT INTO process (id, pid, ppid, image, origin, exe, command, start_ns, realtime_ns, end,
                     census_fds, census_threads)
VALUES (1, 100, 1, 0, 'start', '/bin/app', 'app', 1000, 0, 'exit', 1, 1);`;

/** What the views ask of a Trace, answered in this thread. */
export class MadeDatabase {
  constructor(readonly engine: Engine) {}

  query<T>(sql: string, params: Params = {}): Promise<T[]> {
    return Promise.resolve(this.engine.query(sql, params) as T[]);
  }

  queryLatest<T>(_slot: string, sql: string, params: Params = {}): Promise<T[] | null> {
    return this.query<T>(sql, params);
  }

  columns(sql: string, params: Params = {}): Promise<ReturnType<Engine["columns"]>> {
    return Promise.resolve(this.engine.columns(sql, params));
  }

  columnsLatest(
    _slot: string, sql: string, params: Params = {},
  ): Promise<ReturnType<Engine["columns"]> | null> {
    return this.columns(sql, params);
  }

  exec(sql: string): Promise<void> {
    this.engine.exec(sql);
    return Promise.resolve();
  }
}

/** A trace with one process (id 1, from 1000 ns on) and these rows. */
export async function madeTrace(rows: string): Promise<MadeDatabase> {
  const sqlite = await engine;
  const db = new sqlite.oo1.DB(":memory:");
  db.exec(schema + BASE + rows);
  const bytes = sqlite.capi.sqlite3_js_db_export(db.pointer!);
  db.close();
  const made = new Engine(sqlite);
  made.load(bytes);
  return new MadeDatabase(made);
}
