// SPDX-License-Identifier: Apache-2.0
/*
 * What was born at each stack, by SQL: one pass over the lifetimes into a small table, from which
 * every choice of measure and filter is answered.
 */
import { IS_COUNTED, mildStates, OVER } from "../contract";
import type { Columns, Params } from "../db/engine";

/** What is asked of a trace's database. */
export interface Asked {
  query<T>(sql: string, params?: Params): Promise<T[]>;
  columns(sql: string, params?: Params): Promise<Columns>;
  exec(sql: string): Promise<void>;
}

/** What a width in the picture counts. */
export type Measure = "alive" | "born" | "bytes" | "leaked";

/** The sums at one stack; null: no stack is known. */
export interface Sample {
  stack: number | null;
  kind: string;
  value: number;
  leaked: number;
}

export interface Filter {
  measure: Measure;
  kind: string | null;
  class: string | null;
  process: number | null;
  /** born between, in nanoseconds since the start */
  from: number | null;
  to: number | null;
}

/** Bounds of what a hostile trace can make the page read. */
const STACKS_MAX = 8000;
const FRAMES_MAX = 128;
const ROWS_MAX = 250000;

/** A class as it is chosen by, however long its name is. */
const CLASS = "substr(CAST(class AS TEXT), 1, 200)";

const bytesOf = "max(total(out_bytes), 0) + max(total(in_bytes), 0)";

const MILD = mildStates.map((state) => `'${state}'`).join(", ");

/*
 * Leaked is what a finding of a grave state is about. Its members are those of its own kind and
 * class: its evidence names others too.
 */
const members = `
DROP TABLE IF EXISTS temp.flame_member;
CREATE TEMP TABLE flame_member (id INTEGER PRIMARY KEY);
INSERT OR IGNORE INTO flame_member
SELECT r.id FROM finding f JOIN evidence e ON e.finding_id = f.id
JOIN resource r ON r.id = e.resource_id
WHERE r.kind = f.kind AND r.class = f.class AND ${OVER} IS NULL AND f.state NOT IN (${MILD});`;

/** Rows of resource, and of what was folded, as sums: where restricts the two. */
function sumsOf(resources: string, folded: string): string {
  return `
SELECT CAST(birth_stack AS INTEGER) AS stack, process_id AS process, kind, class,
       count(*) - count(${OVER}) AS alive, count(*) AS born, ${bytesOf} AS bytes,
       count(CASE WHEN ${OVER} IS NULL THEN (SELECT 1 FROM flame_member m WHERE m.id = r.id) END)
         AS leaked
FROM resource r WHERE ${IS_COUNTED} AND ${resources} GROUP BY birth_stack, process_id, kind, class
UNION ALL
SELECT CAST(birth_stack AS INTEGER), process_id, kind, class, 0, total(max(count, 0)), ${bytesOf}, 0
FROM lifetime_statistics WHERE ${folded} GROUP BY birth_stack, process_id, kind, class`;
}

/** Once for a trace; its TEMP tables vanish when a live one is replaced. */
export async function prepareSums(db: Asked): Promise<void> {
  await db.exec(`${members}
DROP TABLE IF EXISTS temp.flame_sums;
CREATE TEMP TABLE flame_sums AS ${sumsOf("1", "1")};
DROP TABLE IF EXISTS temp.flame_stack;
CREATE TEMP TABLE flame_stack (id INTEGER PRIMARY KEY);
INSERT INTO flame_stack SELECT stack FROM flame_sums WHERE stack IS NOT NULL GROUP BY stack
ORDER BY max(leaked) DESC, total(alive) DESC, total(born) DESC LIMIT ${STACKS_MAX};`);
}

const RANGED = sumsOf(
  "birth_ns - :t0 BETWEEN :from AND :to", "first_birth_ns - :t0 BETWEEN :from AND :to");

/** The largest first. */
export async function readSamples(db: Asked, filter: Filter): Promise<Sample[]> {
  const ranged = filter.from !== null || filter.to !== null;
  const rows = await db.query<Sample>(`
SELECT stack, CAST(coalesce(kind, '?') AS TEXT) AS kind, total(${filter.measure}) AS value,
       total(leaked) AS leaked
FROM ${ranged ? `(${RANGED})` : "flame_sums"}
WHERE (:kind IS NULL OR kind = :kind) AND (:class IS NULL OR ${CLASS} = :class)
  AND (:process IS NULL OR process = :process)
GROUP BY 1, 2 HAVING total(${filter.measure}) > 0 ORDER BY value DESC LIMIT ${2 * STACKS_MAX}`, {
    kind: filter.kind, class: filter.class, process: filter.process,
    from: filter.from ?? -Number.MAX_SAFE_INTEGER, to: filter.to ?? Number.MAX_SAFE_INTEGER,
  });
  return rows.filter((row) => Number.isFinite(row.value));
}

/** What is said of things that were born at a stack. */
export interface Told {
  stack: number;
  fingerprint: string;
  rule: string;
}

/** Which findings have members that were born where. */
export async function readTold(db: Asked): Promise<Told[]> {
  return db.query<Told>(`
SELECT DISTINCT CAST(r.birth_stack AS INTEGER) AS stack, CAST(f.fingerprint AS TEXT) AS fingerprint,
       CAST(f.rule AS TEXT) AS rule
FROM finding f JOIN evidence e ON e.finding_id = f.id JOIN flame_member m ON m.id = e.resource_id
JOIN resource r ON r.id = m.id
WHERE r.birth_stack IS NOT NULL AND r.kind = f.kind AND r.class = f.class
  AND f.fingerprint IS NOT NULL AND f.rule IS NOT NULL ORDER BY f.rank, f.id LIMIT 20000`);
}

export interface Choices {
  /** kinds with their classes, and how many were born */
  kinds: { kind: string; class: string; born: number }[];
  processes: { id: number; pid: number; command: string }[];
}

/** What can be filtered by. */
export async function readChoices(db: Asked): Promise<Choices> {
  const kinds = await db.query<Choices["kinds"][number]>(`
SELECT CAST(kind AS TEXT) AS kind, ${CLASS} AS class, total(born) AS born
FROM flame_sums WHERE kind IS NOT NULL AND class IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 3 DESC
LIMIT 500`);
  const processes = await db.query<Choices["processes"][number]>(`
SELECT id, pid, substr(CAST(coalesce(command, '') AS TEXT), 1, 200) AS command
FROM process WHERE id IN (SELECT process FROM flame_sums) ORDER BY start_ns, id LIMIT 500`);
  return { kinds, processes };
}

/** Of the stacks, the places; innermost first. */
export interface FrameRow {
  location: number;
  path: string;
  address: string;
  function: string | null;
  file: string | null;
  line: number | null;
}

const STACK_FRAMES = `
SELECT s.stack_id AS stack, s.location_id AS location
FROM stack_frame s WHERE s.stack_id IN (SELECT id FROM flame_stack) AND s.position < ${FRAMES_MAX}
ORDER BY s.stack_id, s.position LIMIT ${ROWS_MAX}`;

const LOCATIONS = `
SELECT l.id AS location, substr(CAST(coalesce(l.path, '') AS TEXT), 1, 1000) AS path,
       printf('0x%x', l.address) AS address, substr(CAST(f.function AS TEXT), 1, 500) AS function,
       substr(CAST(f.file AS TEXT), 1, 1000) AS file, CAST(f.line AS INTEGER) AS line
FROM location l LEFT JOIN frame f ON f.location_id = l.id AND f.position < 32
WHERE l.id IN (SELECT location_id FROM stack_frame
               WHERE stack_id IN (SELECT id FROM flame_stack))
ORDER BY l.id, f.position LIMIT ${ROWS_MAX}`;

export interface StackRows {
  /** places of each stack, innermost first */
  stacks: Map<number, number[]>;
  locations: FrameRow[];
  /** there are more, which were not read */
  full: boolean;
  plumbing: string[];
  packed: string[];
  programs: string[];
}

async function texts(db: Asked, sql: string): Promise<string[]> {
  const rows = await db.query<{ text: string }>(sql);
  return rows.map((row) => row.text);
}

/** All that is known of the stacks that something was born at. */
export async function readStacks(db: Asked): Promise<StackRows> {
  const { count, data } = await db.columns(STACK_FRAMES);
  const stacks = new Map<number, number[]>();
  for (let i = 0; i < count; i++) {
    const stack = Number(data[0]![i]);
    const places = stacks.get(stack);
    if (places) places.push(Number(data[1]![i]));
    else stacks.set(stack, [Number(data[1]![i])]);
  }
  const locations = await db.query<FrameRow>(LOCATIONS);
  const some = (column: string, table: string) => texts(db, `
SELECT DISTINCT substr(CAST(${column} AS TEXT), 1, 1000) AS text FROM ${table}
WHERE ${column} IS NOT NULL LIMIT 5000`);
  return {
    stacks, locations, full: count >= ROWS_MAX || stacks.size >= STACKS_MAX,
    plumbing: await some("file", "plumbing"),
    packed: await some("library", "packed"), programs: await some("exe", "process"),
  };
}
