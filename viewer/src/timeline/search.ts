// SPDX-License-Identifier: Apache-2.0
/* What somebody looks for: by class, name, address, number, function of the birth stack, tag. */
import type { Columns, Params } from "../db/engine";
import { barsByPath } from "./bars";
import type { Bars } from "./model";
import { type Asker, LEVELS } from "./tables";

/** More are cut; the number tells. */
const MOST_FOUND = 5000;

export interface Found {
  text: string;
  count: number;
  /** there are more than these */
  more: boolean;
  byPath: Map<number, Bars>;
  /** in the order of births */
  id: Float64Array;
  path: Float64Array;
  birth: Float64Array;
  death: Float64Array;
}

const FUNCTIONS = `
  r.birth_stack IN (SELECT sf.stack_id FROM frame f
    JOIN stack_frame sf ON sf.location_id = f.location_id
    WHERE f.function LIKE :like ESCAPE '\\')`;

const TAGS =
  "r.id IN (SELECT resource_id FROM reference WHERE tag LIKE :like ESCAPE '\\')";

const TEXTS = ["r.class", "r.name", "r.local_address", "r.remote_address", "r.birth_call"]
  .map((name) => `${name} LIKE :like ESCAPE '\\'`);

/** "fd 12", "12", "0x7f00": a number of a descriptor, a thread, or an address. */
function numberOf(text: string): { kind: string; value: number } | null {
  const match = /^(?:(fd|tid|thread)[\s:#]*)?(0x[0-9a-f]{1,13}|\d{1,15})$/i.exec(text);
  if (!match) return null;
  const kind = match[1]?.toLowerCase() ?? "";
  return { kind: kind === "tid" ? "thread" : kind, value: Number(match[2]) };
}

function searchQuery(text: string): { sql: string; params: Params } {
  const like = `%${text.replace(/[\\%_]/g, (one) => `\\${one}`)}%`;
  const number = numberOf(text);
  const tests = number?.kind ? [] : [...TEXTS, FUNCTIONS, TAGS];
  if (number?.kind === "fd") tests.push("(r.kind = 'fd' AND r.subject = :number)");
  else if (number?.kind === "thread") tests.push("(r.kind = 'thread' AND r.tid = :number)");
  else if (number) tests.push("r.subject = :number", "r.tid = :number");
  return {
    sql: `SELECT l.id, l.path, l.birth, l.death, r.death_ns IS NULL AS alive, NULL AS close, NULL AS closed
      FROM resource r JOIN temp.tl_life l ON l.id = r.id
      WHERE ${tests.join(" OR ")} ORDER BY l.birth, l.id LIMIT ${MOST_FOUND + 1}`,
    params: { like, number: number?.value ?? 0 },
  };
}

function column(columns: Columns, name: string, count: number): Float64Array {
  const found = columns.data[columns.names.indexOf(name)];
  return found instanceof Float64Array ? found.subarray(0, count) : new Float64Array(count);
}

/** null: something newer is looked for by now. */
export async function search(db: Asker, text: string, end: number): Promise<Found | null> {
  const { sql, params } = searchQuery(text);
  const columns = await db.columnsLatest("tl search", sql, params);
  if (!columns) return null;
  const count = Math.min(columns.count, MOST_FOUND);
  return {
    text, count, more: columns.count > MOST_FOUND, byPath: barsByPath(columns, end),
    id: column(columns, "id", count), path: column(columns, "path", count),
    birth: column(columns, "birth", count), death: column(columns, "death", count),
  };
}

/** The match after (1) or before (-1) a moment; round about. -1: there is none. */
export function nextMatch(found: Found, after: { birth: number; id: number }, by: 1 | -1): number {
  if (found.count === 0) return -1;
  const later = (i: number) =>
    found.birth[i]! > after.birth || (found.birth[i] === after.birth && found.id[i]! > after.id);
  let first = 0;
  while (first < found.count && !later(first)) first++;
  if (by > 0) return first % found.count;
  let before = first - 1;
  if (before >= 0 && found.id[before] === after.id) before--;
  return before < 0 ? found.count - 1 : before;
}

const each = (path: string, compare: string, order: string) =>
  Array.from({ length: LEVELS }, (_, k) => `SELECT * FROM (SELECT id, path, birth, death
    FROM temp.tl_lane WHERE path = ${path} AND level = ${k} AND ${compare}
    ORDER BY birth ${order}, id ${order} LIMIT 1)`).join(" UNION ALL ");

/** The neighbour of a lifetime in a lane of which not all are known. */
export const NEIGHBOUR: Record<1 | -1, string> = {
  1: `SELECT * FROM (${each(":path", "(birth > :birth OR (birth = :birth AND id > :id))", "ASC")})
    ORDER BY birth, id LIMIT 1`,
  [-1]: `SELECT * FROM (${each(":path", "(birth < :birth OR (birth = :birth AND id < :id))", "DESC")})
    ORDER BY birth DESC, id DESC LIMIT 1`,
};

export const LIFE = `SELECT l.id, l.path, l.birth, l.death, r.death_ns IS NULL AS alive
  FROM temp.tl_life l JOIN resource r ON r.id = l.id WHERE l.id = :id`;

export interface LifeRow {
  id: number;
  path: number;
  birth: number;
  death: number | null;
  /** 1: it never died; not asked of neighbours */
  alive?: number;
}
