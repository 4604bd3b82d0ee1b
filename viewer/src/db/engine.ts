// SPDX-License-Identifier: Apache-2.0
/*
 * A trace in SQLite's memory, and the two ways to read it. Runs in the worker, and in Node for tests.
 */
import type {
  Database as SqliteDatabase, PreparedStatement, Sqlite3Static, SqlValue,
} from "@sqlite.org/sqlite-wasm";
import schemaSql from "../../contract/schema.sql?raw";

/** What a cell is: integers as numbers (exact up to 2^53), blobs as bytes. */
export type Value = number | string | Uint8Array | null;
export type Row = Record<string, Value>;
/** By name, without its colon: { id: 3 } for :id. Those that the SQL does not name are left out. */
export type Params = Record<string, number | string | null>;

/** Column by column: numbers as a typed array (NaN is NULL), all else as a list. */
export interface Columns {
  names: string[];
  count: number;
  data: (Float64Array | Value[])[];
}

/** The schema that the page knows: libtrack/store/schema.sql. */
export const SCHEMA_VERSION = "8";

const MAGIC = "SQLite format 3\0";
/** Where the header says whether the file is read and written with a rollback journal (1) or a log (2). */
const JOURNAL_MODES = [18, 19];

/** Up to this size, what is open stays open until what comes in its place has shown to be a trace. */
const BOTH_MAX = 256 * 2 ** 20;

const TABLES = new Set(Array.from(schemaSql.matchAll(/^CREATE TABLE (\w+)/gm), (found) => found[1]!));

/** The schema's own views, which are found before those that a file has by these names. */
const VIEWS = Array.from(schemaSql.matchAll(/^CREATE (VIEW \w+ AS[^;]*;)/gm),
  (found) => `CREATE TEMP ${found[1]!}`).join("\n");

/** What is wrong with these bytes as a database; null: nothing that shows at once. */
export function bytesTrouble(bytes: Uint8Array): string | null {
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, MAGIC.length));
  if (head.startsWith("RTCTRACK") || head.startsWith("rtctrack"))
    return "this is a spool: open the trace that 'rtctrack run' wrote, or use 'rtctrack view'";
  if (head !== MAGIC)
    return "this is no trace: open a .db that 'rtctrack run' wrote (it prints its name at the end)";
  return null;
}

/** A growing column: of numbers as long as there is nothing else in it. */
class Column {
  private numbers = new Float64Array(1024);
  private values: Value[] | null = null;
  private count = 0;

  push(value: Value): void {
    if (this.values) this.values.push(value);
    else if (typeof value === "number" || value === null) this.number(value ?? NaN);
    else this.widen(value);
    this.count++;
  }

  private number(value: number): void {
    if (this.count === this.numbers.length) {
      const more = new Float64Array(this.count * 2);
      more.set(this.numbers);
      this.numbers = more;
    }
    this.numbers[this.count] = value;
  }

  private widen(value: Value): void {
    this.values = Array.from(this.numbers.subarray(0, this.count), (one) =>
      Number.isNaN(one) ? null : one,
    );
    this.values.push(value);
  }

  finish(): Float64Array | Value[] {
    return this.values ?? this.numbers.slice(0, this.count);
  }
}

export class Engine {
  private db: SqliteDatabase | null = null;
  private t0 = "0";

  constructor(private readonly sqlite: Sqlite3Static) {}

  /** Takes the image's place; TEMP tables of the one before are gone. Throws a sentence. */
  load(bytes: Uint8Array): void {
    const trouble = bytesTrouble(bytes);
    if (trouble) throw new Error(trouble);
    if (bytes.length > BOTH_MAX) this.close();
    const before = this.db;
    try {
      this.db = this.opening(bytes);
      this.t0 = this.check();
    } catch (error) {
      if (this.db !== before) this.db?.close();
      this.db = before;
      throw error;
    }
    before?.close();
  }

  private opening(bytes: Uint8Array): SqliteDatabase {
    const { capi, oo1 } = this.sqlite;
    const pointer = this.copy(bytes);
    const db = new oo1.DB(":memory:");
    const flags = capi.SQLITE_DESERIALIZE_FREEONCLOSE | capi.SQLITE_DESERIALIZE_RESIZEABLE;
    const code = capi.sqlite3_deserialize(
      db.pointer!, "main", pointer, bytes.length, bytes.length, flags);
    if (code === 0) return db;
    db.close();
    throw new Error(`this trace cannot be opened (SQLite's error ${code})`);
  }

  /** A recorder that was killed leaves the mode of its log behind, which nothing in memory can have. */
  private copy(bytes: Uint8Array): number {
    const { wasm } = this.sqlite;
    let pointer: number;
    try {
      pointer = Number(wasm.allocFromTypedArray(bytes));
    } catch (error) {
      throw new Error("this trace is too large for the memory of this page: read it with 'rtctrack report'",
        { cause: error });
    }
    for (const at of JOURNAL_MODES) wasm.heap8u()[pointer + at] = 1;
    return pointer;
  }

  /** Returns the start. */
  private check(): string {
    let version: Value | undefined;
    let odd: Row | undefined;
    try {
      this.exec("PRAGMA trusted_schema = 0; PRAGMA temp_store = 2; PRAGMA cache_size = -16384");
      odd = this.noTable();
    } catch (error) {
      throw new Error(damaged(error), { cause: error });
    }
    if (odd)
      throw new Error(`this is no trace that rtctrack wrote: its '${String(odd["name"])}' is no table but a ` +
        String(odd["type"]));
    try {
      this.exec(VIEWS);
      version = this.query("SELECT value FROM meta WHERE key = 'schema_version'")[0]?.["value"];
    } catch (error) {
      throw new Error(damaged(error), { cause: error });
    }
    if (version !== SCHEMA_VERSION)
      throw new Error(
        `this trace is of schema version ${String(version)}, and this page reads ${SCHEMA_VERSION}:` +
          " view it with the rtctrack that recorded it");
    const start = this.query("SELECT CAST(min(start_ns) AS TEXT) AS t0 FROM process")[0]?.["t0"];
    return typeof start === "string" ? start : "0";
  }

  /**
   * What is a table in the schema and something else here, as SQLite takes it: a view may run for ever, and is
   * not asked.
   */
  private noTable(): Row | undefined {
    return this.query(
      "SELECT name, type FROM pragma_table_list WHERE schema = 'main' AND type <> 'table' ORDER BY name",
    ).find((row) => TABLES.has(String(row["name"]).toLowerCase()));
  }

  /** The first process' start, from which times are counted, as text: it may exceed 2^53. */
  startNs(): string {
    return this.t0;
  }

  close(): void {
    this.db?.close();
    this.db = null;
  }

  private opened(): SqliteDatabase {
    if (!this.db) throw new Error("no trace is open");
    return this.db;
  }

  /** Each row to visit; :t0 of the SQL is the trace's start. */
  private walk(sql: string, params: Params, begin: (names: string[]) => void,
    visit: (cells: Value[]) => void): void {
    const statement = this.opened().prepare(sql);
    try {
      const known: Record<string, SqlValue> = { ...params };
      known["t0"] ??= BigInt(this.t0);
      for (const [name, value] of Object.entries(known))
        bind(statement, `:${name}`, value);
      begin(statement.getColumnNames());
      while (statement.step()) visit(statement.get([]).map(cell));
    } finally {
      statement.finalize();
    }
  }

  query(sql: string, params: Params = {}): Row[] {
    const rows: Row[] = [];
    let names: string[] = [];
    this.walk(sql, params, (found) => (names = found), (cells) => {
      const row: Row = {};
      cells.forEach((value, index) => (row[names[index]!] = value));
      rows.push(row);
    });
    return rows;
  }

  columns(sql: string, params: Params = {}): Columns {
    let names: string[] = [];
    let count = 0;
    const columns: Column[] = [];
    this.walk(sql, params,
      (found) => {
        names = found;
        names.forEach(() => columns.push(new Column()));
      },
      (cells) => {
        cells.forEach((value, index) => columns[index]!.push(value));
        count++;
      });
    return { names, count, data: columns.map((column) => column.finish()) };
  }

  /** Statements without an answer: TEMP tables, their rows, indexes. */
  exec(sql: string): void {
    this.opened().exec(sql.replaceAll(":t0", this.t0));
  }
}

function bind(statement: PreparedStatement, name: string, value: SqlValue): void {
  const index = statement.getParamIndex(name);
  if (index) statement.bind(index, value);
}

/** BigInt only comes of what exceeds 2^53. */
function cell(value: unknown): Value {
  if (typeof value === "bigint") return Number(value);
  return value === undefined ? null : (value as Value);
}

/** SQLite's words for a file that is cut short or overwritten, for people. */
export function damaged(error: unknown): string {
  const said = error instanceof Error ? error.message : String(error);
  if (/no such table/.test(said)) return "this is a database of another program, not a trace";
  return `this trace is damaged or cut short: copy it again (SQLite says: ${said})`;
}
