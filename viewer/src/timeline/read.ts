// SPDX-License-Identifier: Apache-2.0
/* The trace's facts that the whole timeline needs, by SQL: lanes, findings' members, waits, marks. */
import { visibleEnd } from "../db/lifetime";
import { baseName } from "../ui/format";
import type { Flag, Folded, Mark, Model, PathRow, ProcessRow, Wait } from "./model";
import { type Asker } from "./tables";

/** More lanes are nobody's to read; those with findings come first. */
const MOST_PATHS = 5000;

/** As long as the run was, as the report says it. Ends of processes are the recorder's own; times of things may be anything in a damaged trace. */
const END = `
SELECT max(coalesce((SELECT max(end_ns) FROM process), 0),
           coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'ended_ns'
                     AND EXISTS (SELECT 1 FROM process WHERE end = 'running')), 0)) - :t0 AS ended,
       (SELECT count(*) FROM process WHERE end_ns IS NULL) AS running,
       (SELECT count(*) FROM resource) AS lifetimes`;

interface EndRow {
  ended: number;
  running: number;
  lifetimes: number;
}

/** A year: what is later is no time but damage. */
const LONGEST = 366 * 86400e9;

/** When the recording ended, and how much there is. */
export async function readEnd(
  db: Asker, told: number,
): Promise<{ end: number; lifetimes: number }> {
  const [row] = await db.query<EndRow>(END);
  const known = row!.ended > 0 && (row!.running === 0 || told > LONGEST);
  const end = known ? row!.ended : told;
  return { end: Math.min(LONGEST, Math.max(1000, Math.floor(end))), lifetimes: row!.lifetimes };
}

const PATHS = `
WITH flagged AS (SELECT DISTINCT l.path FROM evidence e JOIN temp.tl_life l ON l.id = e.resource_id),
     summed AS (SELECT path, count(*) AS count, min(birth) AS first, max(death) AS last,
                       min(id) AS id
                FROM temp.tl_lane GROUP BY path)
SELECT s.path, nullif(l.above, s.path) AS parent, coalesce(r.process_id, 0) AS process,
       coalesce(CAST(r.kind AS TEXT), '?') AS kind, coalesce(CAST(r.class AS TEXT), '?') AS cls,
       r.owner_id IS NULL AND l.above IS NOT NULL AS hint, s.count, s.first,
       coalesce(s.last, :end) AS last
FROM summed s JOIN temp.tl_life l ON l.id = s.id JOIN resource r ON r.id = s.id
ORDER BY s.path IN (SELECT path FROM flagged) DESC, l.above IS NULL DESC, s.count DESC
LIMIT ${MOST_PATHS + 1}`;

/** One lane for each class, counted from some lifetimes: until the paths are known. */
const SAMPLE = `
WITH RECURSIVE pick (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM pick WHERE i + 1 < :count)
SELECT r.id, r.process_id AS process, r.kind, r.class AS cls,
       min(max(CAST(r.birth_ns - :t0 AS INTEGER), 0), :end) AS birth,
       min(max(CAST(${visibleEnd("r")} - :t0 AS INTEGER), 0), :end) AS death
FROM pick CROSS JOIN resource r
  ON r.id = (SELECT min(id) FROM resource) + CAST(pick.i * :step AS INTEGER)
ORDER BY birth`;

const PROCESSES = `
SELECT p.id, p.pid, p.ppid, p.exe, p.start_ns - :t0 AS start, p.end_ns - :t0 AS end,
       (SELECT count(*) FROM resource r WHERE r.process_id = p.id) AS count
FROM process p ORDER BY p.start_ns, p.id LIMIT 2000`;

/** Only where one process is not all there is: a count of a million rows takes its time. */
const ONE_PROCESS = PROCESSES.replace(
  "(SELECT count(*) FROM resource r WHERE r.process_id = p.id)", ":lifetimes");

/** Each lifetime once for each finding. Where they are too many, each finding loses its last ones, none loses all. */
const FLAGS = `
WITH told AS (
  SELECT e.finding_id, e.resource_id, min(e.position) AS position, max(a.time_ns) AS act
  FROM evidence e LEFT JOIN act a ON a.id = e.act_id
  WHERE e.resource_id IS NOT NULL GROUP BY 1, 2),
kept AS (
  SELECT *, row_number() OVER (PARTITION BY finding_id ORDER BY position) AS nth FROM told
  ORDER BY nth LIMIT 40000)
SELECT k.resource_id AS id, l.path, l.birth, l.death, r.death_ns IS NULL AS alive, f.state,
       f.fingerprint, r.kind IS f.kind AND r.class IS f.class AS member,
       CAST(k.act - :t0 AS REAL) AS act
FROM kept k JOIN finding f ON f.id = k.finding_id
JOIN temp.tl_life l ON l.id = k.resource_id JOIN resource r ON r.id = k.resource_id
ORDER BY f.rank, k.finding_id, k.position`;

/** All owners of each that a finding names; of scopes that were closed, when. */
const OWNERS = `
WITH RECURSIVE up (id, at, depth) AS (
  SELECT DISTINCT e.resource_id, e.resource_id, 0 FROM evidence e
  WHERE e.resource_id IS NOT NULL
  UNION ALL
  SELECT up.id, l.parent, up.depth + 1 FROM up JOIN temp.tl_life l ON l.id = up.at
  WHERE l.parent IS NOT NULL AND up.depth < 32)
SELECT up.id, up.at,
       CASE WHEN r.kind = 'scope'
            THEN CAST(coalesce(r.closed_ns, r.close_ns, r.death_ns) - :t0 AS REAL) END AS over
FROM up JOIN resource r ON r.id = up.at ORDER BY up.id, up.depth LIMIT 200000`;

const WAITS = `
SELECT s.id, s.process_id AS process, s.tid, s.thread_id AS thread,
       coalesce(r.name, CASE WHEN s.tid = (SELECT pid FROM process p WHERE p.id = s.process_id)
                             THEN 'main' END) AS name,
       coalesce(s.call, s.wait, 'a call') AS what, s.wait, s.told_text AS told,
       CAST(coalesce(s.since_ns, s.told_ns, s.time_ns) - :t0 AS REAL) AS since,
       CAST(s.time_ns - :t0 AS REAL) AS until,
       (SELECT f.fingerprint FROM evidence e JOIN finding f ON f.id = e.finding_id
        WHERE e.stack_id = s.stack_id AND e.act_id IS NULL AND f.rule = 'teardown-deadlock'
        LIMIT 1) AS fingerprint,
       (SELECT f.state FROM evidence e JOIN finding f ON f.id = e.finding_id
        WHERE e.stack_id = s.stack_id AND e.act_id IS NULL AND f.rule = 'teardown-deadlock'
        LIMIT 1) AS state
FROM standing s LEFT JOIN resource r ON r.id = s.thread_id
WHERE s.wait IS NOT NULL OR s.told_kind IS NOT NULL ORDER BY fingerprint IS NULL, s.id LIMIT 500`;

const FOLDED = `
SELECT process_id AS process, kind, class AS cls, sum(count) AS count,
       CAST(total(total_ns) AS REAL) AS total, min(first_birth_ns) - :t0 AS first,
       max(last_death_ns) - :t0 AS last
FROM lifetime_statistics GROUP BY 1, 2, 3 ORDER BY count DESC LIMIT 500`;

const MARKS =
  "SELECT time_ns - :t0 AS time, text FROM mark ORDER BY time_ns, id LIMIT 20000";

type Loose = Record<string, number | string | null>;

/** Damaged cells become what can be drawn. */
function number(value: unknown, otherwise = NaN): number {
  return typeof value === "number" ? value : otherwise;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : value === null ? "" : String(value);
}

function within(value: unknown, end: number, otherwise = NaN): number {
  return Math.min(end, Math.max(0, number(value, otherwise)));
}

async function readProcesses(db: Asker, end: number, lifetimes: number): Promise<ProcessRow[]> {
  const [one] = await db.query<{ count: number }>("SELECT count(*) AS count FROM process");
  const sql = one!.count <= 1 ? ONE_PROCESS : counted();
  const rows = await db.query<Loose>(sql, { lifetimes });
  return rows.map((row) => ({
    id: number(row["id"], 0), pid: number(row["pid"], 0),
    ppid: number(row["ppid"], 0), name: baseName(text(row["exe"])),
    start: within(row["start"], end, 0), end: within(row["end"], end, end),
    count: number(row["count"], 0),
  }));
}

/** One walk over all lifetimes instead of one for each process. */
function counted(): string {
  return `WITH n AS (SELECT process_id AS id, count(*) AS count FROM resource GROUP BY 1)
    ${PROCESSES.replace("(SELECT count(*) FROM resource r WHERE r.process_id = p.id)",
      "coalesce((SELECT n.count FROM n WHERE n.id = p.id), 0)")}`;
}

interface Owners {
  ids: number[];
  /** the nearest scope that was closed */
  over: number;
}

async function readOwners(db: Asker, end: number): Promise<Map<number, Owners>> {
  const found = new Map<number, Owners>();
  for (const row of await db.query<Loose>(OWNERS)) {
    const id = number(row["id"]);
    const owners = found.get(id) ?? { ids: [], over: NaN };
    found.set(id, owners);
    if (row["at"] !== row["id"]) owners.ids.push(number(row["at"]));
    if (Number.isNaN(owners.over)) owners.over = within(row["over"], end);
  }
  return found;
}

async function readFlags(db: Asker, end: number): Promise<Flag[]> {
  const rows = await db.query<Loose>(FLAGS);
  const owners = rows.length > 0 ? await readOwners(db, end) : new Map<number, Owners>();
  const some = new Set(rows.filter((row) => row["member"]).map((row) => row["fingerprint"]));
  const seen = new Set<string>();
  return rows.flatMap((row) => {
    const member = row["member"] === 1 || !some.has(row["fingerprint"]!);
    const key = `${row["fingerprint"]} ${row["id"]} ${row["act"] ?? ""}`;
    if (seen.has(key)) return [];
    seen.add(key);
    return [{
      id: number(row["id"]), path: number(row["path"]), birth: number(row["birth"], 0),
      death: number(row["death"]), alive: row["alive"] === 1, over: owners.get(number(row["id"]))?.over ?? NaN,
      owners: owners.get(number(row["id"]))?.ids ?? [],
      act: within(row["act"], end), state: text(row["state"]),
      fingerprint: text(row["fingerprint"]), member,
    }];
  });
}

async function readWaits(db: Asker, end: number): Promise<Wait[]> {
  return (await db.query<Loose>(WAITS)).map((row) => ({
    id: number(row["id"], 0), process: number(row["process"], 0), tid: number(row["tid"], 0),
    thread: typeof row["thread"] === "number" ? row["thread"] : null,
    name: text(row["name"]) || `thread ${text(row["tid"])}`,
    what: row["told"] ? text(row["told"]) : text(row["what"]),
    since: within(row["since"], end, 0), until: within(row["until"], end, end),
    fingerprint: row["fingerprint"] === null ? null : text(row["fingerprint"]),
    state: row["state"] === null ? null : text(row["state"]),
  }));
}

async function readFolded(db: Asker, end: number): Promise<Folded[]> {
  return (await db.query<Loose>(FOLDED)).map((row) => ({
    process: number(row["process"], 0), kind: text(row["kind"]), cls: text(row["cls"]),
    count: number(row["count"], 0), total: number(row["total"], 0),
    first: within(row["first"], end, 0), last: within(row["last"], end, end),
  }));
}

async function readMarks(db: Asker, end: number): Promise<Mark[]> {
  return (await db.query<Loose>(MARKS)).map((row) => ({
    time: within(row["time"], end, 0), text: text(row["text"]),
  }));
}

async function readPaths(db: Asker, end: number): Promise<PathRow[]> {
  return (await db.query<Loose>(PATHS, { end })).map((row) => ({
    path: number(row["path"]), parent: typeof row["parent"] === "number" ? row["parent"] : null,
    process: number(row["process"], 0), kind: text(row["kind"]), cls: text(row["cls"]),
    hint: row["hint"] === 1, count: number(row["count"], 0), first: number(row["first"], 0),
    last: number(row["last"], end),
  }));
}

/** After `prepare`. */
export async function readModel(
  db: Asker, end: number, grace: number, lifetimes: number,
): Promise<Model> {
  const paths = await readPaths(db, end);
  return {
    end, grace, lifetimes, weight: 1,
    paths: paths.slice(0, MOST_PATHS), pathsLeft: Math.max(0, paths.length - MOST_PATHS),
    processes: await readProcesses(db, end, lifetimes), flags: await readFlags(db, end),
    waits: await readWaits(db, end), folded: await readFolded(db, end),
    marks: await readMarks(db, end),
  };
}

const SAMPLED = 8000;

export interface Sample {
  model: Model;
  /** of each path of the model, its lifetimes among the sample */
  lives: Map<number, { birth: Float64Array; death: Float64Array }>;
}

/** A first picture from a few lifetimes, before anything is prepared. */
export async function readSample(
  db: Asker, end: number, grace: number, lifetimes: number,
): Promise<Sample> {
  const rows = await db.query<Loose>(SAMPLE, {
    count: Math.min(SAMPLED, lifetimes), step: Math.max(1, lifetimes / SAMPLED), end,
  });
  const weight = lifetimes / Math.max(1, rows.length);
  const groups = new Map<string, Loose[]>();
  for (const row of rows) {
    const key = JSON.stringify([row["process"], row["kind"], row["cls"]]);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  const lives: Sample["lives"] = new Map();
  const paths = [...groups.values()].map((group, index): PathRow => {
    const birth = Float64Array.from(group, (row) => number(row["birth"], 0));
    const death = Float64Array.from(group, (row) => number(row["death"]));
    lives.set(-1 - index, { birth, death });
    return {
      path: -1 - index, parent: null, process: number(group[0]!["process"], 0),
      kind: text(group[0]!["kind"]), cls: text(group[0]!["cls"]), hint: false,
      count: Math.round(group.length * weight), first: birth[0]!, last: end,
    };
  });
  const model: Model = {
    end, grace, lifetimes, weight, paths: paths.slice(0, 200), pathsLeft: 0, flags: [], waits: [],
    folded: [], processes: await readProcesses(db, end, lifetimes), marks: await readMarks(db, end),
  };
  return { model, lives };
}
