// SPDX-License-Identifier: Apache-2.0
/*
 * TEMP tables of the timeline, made once for each image of a trace. `tl_lane` has one row per lifetime: its
 * path (which classes it is nested in, as one number), how long it is, as a level, and its place in time;
 * what overlaps a window is then one range of it per level, however many lifetimes there are. `tl_life` has
 * them by their id.
 */
import type { Columns, Params } from "../db/engine";
import { visibleEnd } from "../db/lifetime";

/** The part of Database that is needed, so that tests can ask the engine itself. */
export interface Asker {
  query<T>(sql: string, params?: Params): Promise<T[]>;
  columns(sql: string, params?: Params): Promise<Columns>;
  columnsLatest(slot: string, sql: string, params?: Params): Promise<Columns | null>;
  exec(sql: string): Promise<void>;
}

/** Level k holds what is shorter than the whole divided by 4^k; the last one all that is shorter still. */
export const LEVELS = 10;
/** Nested deeper, lanes are not told apart any more. */
const DEEPEST = 24;
const CHUNK = 250_000;

const CLASSES = `
DROP VIEW IF EXISTS temp.tl_life;
DROP TABLE IF EXISTS temp.tl_lane;
DROP TABLE IF EXISTS temp.tl_owner;
DROP TABLE IF EXISTS temp.tl_has;
DROP TABLE IF EXISTS temp.tl_link;
DROP TABLE IF EXISTS temp.tl_class;
CREATE TEMP TABLE tl_class (no INTEGER PRIMARY KEY, kind TEXT, class TEXT);
INSERT INTO tl_class (kind, class)
  SELECT DISTINCT coalesce(CAST(kind AS TEXT), '?'), coalesce(CAST(class AS TEXT), '?')
  FROM resource;
CREATE INDEX temp.tl_class_by_name ON tl_class (kind, class, no);
CREATE TEMP TABLE tl_link (id INTEGER PRIMARY KEY, parent INTEGER, process INTEGER, code INTEGER,
                           birth INTEGER, death INTEGER)`;

/** Whatever a cell holds, a time within the recording comes of it. */
function moment(sql: string, end: number): string {
  return `min(max(CAST(${sql} - :t0 AS INTEGER), 0), ${end})`;
}

/** A row that is its own owner belongs to nobody. */
const link = (first: number, end: number) => `
INSERT INTO tl_link
SELECT id, nullif(coalesce(owner_id, hint_id), id), coalesce(process_id, 0),
       2 * (SELECT no FROM tl_class c WHERE c.kind = coalesce(CAST(r.kind AS TEXT), '?')
            AND c.class = coalesce(CAST(r.class AS TEXT), '?'))
         + (owner_id IS NULL AND hint_id IS NOT NULL),
       coalesce(${moment("birth_ns", end)}, 0),
       max(${moment(visibleEnd("r"), end)}, coalesce(${moment("birth_ns", end)}, 0))
FROM resource r WHERE id BETWEEN ${first} AND ${first + CHUNK - 1}`;

/** A number for a class below a path: two that are the same by chance share a lane, no more. */
const below = (path: string, code: string) => `(${path} * 1000003 + ${code}) % 1099511627776`;
const top = (process: string, code: string) =>
  below(`((${process} % 1000003 + 1000003) % 1000003 + 1)`, code);

/** Only what others belong to is walked. What waits for itself, round about, is never reached: it is nobody's. */
const OWNERS = `
CREATE INDEX temp.tl_link_by_parent ON tl_link (parent);
CREATE TEMP TABLE tl_has AS
  SELECT l.id, l.parent, l.code, l.process
  FROM (SELECT DISTINCT parent FROM tl_link WHERE parent IS NOT NULL) p
  JOIN tl_link l ON l.id = p.parent;
CREATE INDEX temp.tl_has_by_parent ON tl_has (parent);
CREATE TEMP TABLE tl_owner (id INTEGER PRIMARY KEY, path INTEGER, depth INTEGER);
INSERT INTO tl_owner
WITH RECURSIVE walk (id, path, depth) AS (
  SELECT h.id, ${top("h.process", "h.code")}, 0 FROM tl_has h
  WHERE h.parent IS NULL OR NOT EXISTS (SELECT 1 FROM tl_link l WHERE l.id = h.parent)
  UNION ALL
  SELECT h.id, CASE WHEN w.depth < ${DEEPEST} THEN ${below("w.path", "h.code")} ELSE w.path END,
         min(w.depth + 1, ${DEEPEST})
  FROM walk w CROSS JOIN tl_has h ON h.parent = w.id)
SELECT * FROM walk;
DROP TABLE tl_has;
CREATE TEMP VIEW tl_life AS
SELECT l.id, l.parent, o.path AS above, l.birth, l.death,
       CASE WHEN o.id IS NULL THEN ${top("l.process", "l.code")}
            WHEN o.depth < ${DEEPEST} THEN ${below("o.path", "l.code")} ELSE o.path END AS path
FROM tl_link l LEFT JOIN tl_owner o ON o.id = l.parent`;

function level(end: number): string {
  const rows = Array.from({ length: LEVELS - 1 }, (_, k) =>
    `WHEN death - birth > ${Math.floor(end / 4 ** (k + 1))} THEN ${k}`);
  return `CASE WHEN death IS NULL THEN 0 ${rows.join(" ")} ELSE ${LEVELS - 1} END`;
}

const lanes = (end: number) => `
CREATE TEMP TABLE tl_lane (path INTEGER, level INTEGER, birth INTEGER, id INTEGER, death INTEGER,
                           PRIMARY KEY (path, level, birth, id)) WITHOUT ROWID;
INSERT INTO tl_lane
SELECT path, ${level(end)} AS level, birth, id, death FROM tl_life ORDER BY 1, 2, 3, 4`;

interface Bounds {
  first: number | null;
}

/** `said` hears how far it is, from 0 to 1. Other questions are answered between the steps. */
export async function prepare(
  db: Asker, end: number, said: (part: number) => void = () => undefined,
): Promise<void> {
  await db.exec(CLASSES);
  const [bounds] = await db.query<Bounds>("SELECT min(id) AS first FROM resource");
  const ids = await chunks(db, bounds!);
  for (const [index, first] of ids.entries()) {
    await db.exec(link(first, end));
    said(0.1 + (0.4 * (index + 1)) / ids.length);
  }
  await db.exec(OWNERS);
  said(0.7);
  await db.exec(lanes(end));
  said(1);
}

/** First ids of pieces; ids that lie far apart leave pieces out, not empty ones in. */
async function chunks(db: Asker, bounds: Bounds): Promise<number[]> {
  const found: number[] = [];
  let next = bounds.first;
  while (next !== null) {
    found.push(next);
    const [row] = await db.query<{ id: number | null }>(
      "SELECT min(id) AS id FROM resource WHERE id >= :from", { from: next + CHUNK });
    next = row!.id;
  }
  return found;
}

/** Which ranges of the index hold what overlaps a window: (path, level, earliest birth). */
function ranges(paths: number[], from: number, end: number): string {
  const rows = paths.flatMap((path) =>
    Array.from({ length: LEVELS }, (_, k) =>
      `(${path}, ${k}, ${k === 0 ? 0 : Math.max(0, Math.floor(from - end / 4 ** k) - 1)})`));
  return `WITH range (path, level, first) AS (VALUES ${rows.join(", ")})`;
}

const OVERLAPPING = `
FROM range CROSS JOIN temp.tl_lane l
  ON l.path = range.path AND l.level = range.level AND l.birth BETWEEN range.first AND :to
`;
const NOT_OVER = "(l.death IS NULL OR l.death >= :from)";

/** A close in which the program ended did not hang: the rest is what comes after a close. */
const CLOSES = `r.death_ns IS NULL AS alive,
  CASE WHEN r.kind = 'scope' THEN CAST(r.close_ns - :t0 AS REAL) END AS close,
  CASE WHEN r.kind = 'scope' THEN CAST(coalesce(r.closed_ns,
    CASE WHEN instr(',' || r.traits || ',', ',left,') > 0 THEN r.close_ns END) - :t0 AS REAL)
    END AS closed`;

/** Bars that overlap the window; at most `most`, the earliest. */
export const barsSql = (paths: number[], from: number, end: number, most: number) => `
${ranges(paths, from, end)}
SELECT l.id, l.birth, l.death, ${CLOSES}
FROM (SELECT l.id, l.birth, l.death ${OVERLAPPING}
      WHERE ${NOT_OVER} ORDER BY l.birth, l.id LIMIT ${most}) l
LEFT JOIN resource r ON r.id = l.id ORDER BY l.birth, l.id`;

export const birthsSql = (paths: number[], from: number, end: number) => `
${ranges(paths, from, end)}
SELECT (max(l.birth, :from) - :from) / :step AS bucket, count(*) AS count
${OVERLAPPING} WHERE ${NOT_OVER} GROUP BY 1`;

export const deathsSql = (paths: number[], from: number, end: number) => `
${ranges(paths, from, end)}
SELECT (l.death - :from) / :step AS bucket, count(*) AS count
${OVERLAPPING} WHERE l.death BETWEEN :from AND :to GROUP BY 1`;

/** All lifetimes of the paths that are small enough to be kept. */
export const smallSql = (paths: number[]) => `
SELECT l.path, l.id, l.birth, l.death, ${CLOSES}
FROM temp.tl_lane l LEFT JOIN resource r ON r.id = l.id
WHERE l.path IN (${paths.join(", ")}) ORDER BY l.birth, l.id`;

/** All that belongs to one lifetime, through however many others. */
export const BELOW = `
WITH RECURSIVE tree (id, depth) AS (
  SELECT :id, 0
  UNION
  SELECT r.id, tree.depth + 1 FROM tree JOIN temp.tl_link r ON r.parent = tree.id
  WHERE tree.depth < ${DEEPEST} LIMIT 5001)
SELECT l.path, l.id, l.birth, l.death, ${CLOSES}
FROM tree JOIN temp.tl_life l ON l.id = tree.id LEFT JOIN resource r ON r.id = l.id
WHERE tree.depth > 0 ORDER BY l.birth, l.id`;

/** One by one: a page of a path's lifetimes, those with findings first. */
export const EACH = `
SELECT l.id, l.birth, l.death, ${CLOSES}, r.name,
       CASE WHEN r.kind = 'fd' THEN 'fd ' || r.subject ELSE printf('0x%x', r.subject) END AS subject
FROM temp.tl_lane l LEFT JOIN resource r ON r.id = l.id
WHERE l.path = :path
ORDER BY l.id IN (SELECT value FROM json_each(:first)) DESC, l.birth, l.id LIMIT :most`;
