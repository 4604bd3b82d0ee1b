// SPDX-License-Identifier: Apache-2.0
/*
 * Which findings are shown. What the command was asked (--kind, --rule, ...) holds until the user of
 * the page says otherwise; "any" in the URL takes such a wish back. Each does what the same option
 * of `report` does.
 */
import type { App } from "../app";
import type { Row } from "../db/engine";
import { plural } from "../ui/format";
import { asText, countOf, numberOf, textOf } from "./cells";
import { type Culprit, type Finding, isMinor } from "./findings";
import { matches, matchesPath } from "./glob";

/** The wishes, by their keys in the URL; all but the first two are options of the command. */
const WISHES = ["q", "state", "kind", "rule", "scope", "mine", "since", "top"] as const;
export type Wish = (typeof WISHES)[number];
export type Wishes = Record<Wish, string>;

const ANY = "any";

export function wishesOf(
  params: Record<string, string>, filter: Record<string, string | null>,
): Wishes {
  const wishes = {} as Wishes;
  for (const wish of WISHES) {
    const chosen = params[wish] ?? asText(filter[wish]);
    wishes[wish] = chosen === ANY ? "" : chosen;
  }
  return wishes;
}

/** What the URL has to say so that the wish holds: nothing, where it holds anyway. */
export function paramOf(
  wish: Wish, value: string, filter: Record<string, string | null>,
): string {
  const asked = asText(filter[wish]);
  if (value === asked) return "";
  return value === "" && asked ? ANY : value;
}

/** What the SQL below says of findings, where a wish needs it. */
export interface Known {
  /** classes of the scopes that it belongs to, by the finding's id */
  scopes: Map<number, string[]>;
  /** members, how many of them began since then, and the youngest's time */
  since: Map<number, { total: number; since: number; youngest: boolean }>;
  /** whom --mine blames */
  mine: Map<number, Culprit>;
}

/** What it is about, all that this belongs to, and where the program says nothing, the hints. */
export const SCOPES_SQL = `
WITH RECURSIVE up(finding, id) AS (
  SELECT e.finding_id, coalesce(e.resource_id, a.resource_id) FROM evidence e
  LEFT JOIN act a ON a.id = e.act_id
  UNION SELECT up.finding, coalesce(r.owner_id, r.hint_id) FROM up JOIN resource r ON r.id = up.id
  WHERE coalesce(r.owner_id, r.hint_id) IS NOT NULL)
SELECT DISTINCT up.finding AS finding, r.class AS class FROM up JOIN resource r ON r.id = up.id
WHERE r.kind = 'scope' LIMIT 100000`;

/**
 * Acts of it, or where it is about none, those that it tells the birth of. :since from the start.
 */
export const SINCE_SQL = `
SELECT f.id AS finding,
  (SELECT max(coalesce(a.time_ns, 0), coalesce(r.birth_ns, 0)) >= :since + :t0 FROM evidence e
   LEFT JOIN act a ON a.id = e.act_id
   LEFT JOIN resource r ON r.id = coalesce(e.resource_id, a.resource_id)
   WHERE e.finding_id = f.id ORDER BY max(coalesce(a.time_ns, 0), coalesce(r.birth_ns, 0)) DESC
   LIMIT 1) AS youngest,
  (SELECT count(*) FROM (SELECT DISTINCT e.act_id, CASE WHEN e.act_id IS NULL THEN e.resource_id END
   FROM evidence e WHERE e.finding_id = f.id
   AND CASE WHEN (SELECT count(act_id) FROM evidence x WHERE x.finding_id = f.id) > 0
       THEN e.act_id IS NOT NULL ELSE e.role = 'created at' END)) AS total,
  (SELECT count(*) FROM (SELECT DISTINCT e.act_id, CASE WHEN e.act_id IS NULL THEN e.resource_id END
   FROM evidence e LEFT JOIN act a ON a.id = e.act_id LEFT JOIN resource r ON r.id = e.resource_id
   WHERE e.finding_id = f.id AND coalesce(a.time_ns, r.birth_ns) >= :since + :t0
   AND CASE WHEN (SELECT count(act_id) FROM evidence x WHERE x.finding_id = f.id) > 0
       THEN e.act_id IS NOT NULL ELSE e.role = 'created at' END)) AS since
FROM finding f ORDER BY f.rank, f.id LIMIT 5000`;

/** The first mark of that text. */
export const MARK_SQL =
  "SELECT time_ns - :t0 AS at FROM mark WHERE text = :text ORDER BY id LIMIT 1";

/** The frames of telling stacks; plumbing comes last, but where locks were taken. */
export const FRAMES_SQL = `
SELECT f.id AS finding, n.function, n.file, n.line, l.path AS module,
  printf('0x%x', l.address) AS address,
  f.rule NOT IN ('teardown-deadlock', 'lock-order')
    AND EXISTS (SELECT 1 FROM plumbing p WHERE p.file = n.file) AS plumbing
FROM finding f JOIN stack_frame s ON s.stack_id = f.stack_id JOIN location l ON l.id = s.location_id
LEFT JOIN frame n ON n.location_id = l.id
ORDER BY f.rank, f.id, plumbing, s.position, n.position LIMIT 200000`;

/** "1.5" or "1.5s": so many seconds of the run, in nanoseconds; null: it is the text of a mark. */
export function sinceNs(text: string): number | null {
  const found = /^\s*\+?(\d+(?:\.\d*)?|\.\d+)(?:e\d+)?s?$/i.exec(text);
  const seconds = found ? parseFloat(text) : NaN;
  return seconds >= 0 && seconds < 1e9 ? Math.trunc(seconds * 1e9) : null;
}

export function scopesOf(rows: Row[]): Known["scopes"] {
  const scopes: Known["scopes"] = new Map();
  for (const row of rows) {
    const id = numberOf(row, "finding");
    scopes.set(id, [...(scopes.get(id) ?? []), textOf(row, "class")]);
  }
  return scopes;
}

export function membersOf(rows: Row[]): Known["since"] {
  return new Map(rows.map((row) => [
    numberOf(row, "finding"),
    {
      total: countOf(row, "total"), since: countOf(row, "since"),
      youngest: numberOf(row, "youngest") === 1,
    },
  ]));
}

/** For each finding the first frame that matches. */
export function blamedOf(pattern: string, frames: Row[]): Known["mine"] {
  const blamed: Known["mine"] = new Map();
  for (const row of frames) {
    const id = numberOf(row, "finding");
    const module = textOf(row, "module");
    const file = textOf(row, "file");
    if (blamed.has(id) || !(matchesPath(pattern, module) || matchesPath(pattern, file))) continue;
    const base = module.slice(module.lastIndexOf("/") + 1);
    const line = numberOf(row, "line");
    blamed.set(id, {
      name: textOf(row, "function") || `${base}+${textOf(row, "address")}`,
      file: file || null,
      line: line > 0 ? line : null,
      module: base,
    });
  }
  return blamed;
}

function wantsSince(finding: Finding, known: Known): boolean {
  const members = known.since.get(finding.id);
  if (!members) return false;
  return members.total ? members.since > 0 : members.youngest;
}

function holds(text: string, finding: Finding): boolean {
  const { culprit } = finding;
  const where = culprit ? `${culprit.name} ${culprit.file ?? ""} ${culprit.module}` : "";
  const all = [finding.message, finding.rule, finding.state, finding.className, finding.fingerprint,
    where].join(" ").toLowerCase();
  return text.toLowerCase().split(/\s+/).every((word) => all.includes(word));
}

function wants(finding: Finding, wishes: Wishes, known: Known): boolean {
  if (wishes.kind && finding.kind !== wishes.kind) return false;
  if (wishes.rule && finding.rule !== wishes.rule && !finding.causes.includes(wishes.rule))
    return false;
  if (wishes.state && finding.state !== wishes.state) return false;
  if (wishes.scope && !known.scopes.get(finding.id)?.some((one) => matches(wishes.scope, one)))
    return false;
  if (wishes.since && !wantsSince(finding, known)) return false;
  return !wishes.q || holds(wishes.q, finding);
}

/** What is older is not counted; the sentence is about all of them, and says so. */
function told(finding: Finding, wishes: Wishes, known: Known): Finding {
  const culprit = wishes.mine ? known.mine.get(finding.id) ?? finding.culprit : finding.culprit;
  const members = wishes.since ? known.since.get(finding.id) : undefined;
  if (!members || members.since === members.total) return { ...finding, culprit };
  const count = members.since + Math.max(0, finding.count - members.total);
  const message = `(${count} since then) ${finding.message}`;
  return { ...finding, culprit, count, message };
}

export interface Chosen {
  findings: Finding[];
  /** left out by a wish, and by --top */
  leftOut: number;
  beyondTop: number;
}

export function choose(findings: readonly Finding[], wishes: Wishes, known: Known): Chosen {
  const all = findings.filter((one) => wants(one, wishes, known));
  // What is minor is left out first.
  const wanted = [...all.filter((one) => !isMinor(one)), ...all.filter(isMinor)];
  const top = /^\d+$/.test(wishes.top) && Number(wishes.top) > 0 ? Number(wishes.top) : Infinity;
  return {
    findings: wanted.slice(0, top).map((one) => told(one, wishes, known)),
    leftOut: findings.length - wanted.length,
    beyondTop: Math.max(0, wanted.length - top),
  };
}

/** How the report names what chooses: its options; what only the page has, by its name. */
function wishSays(wish: Wish, wishes: Wishes): string {
  if (wish === "q") return `the search "${wishes.q}"`;
  return wish === "state" ? `the state ${wishes.state}` : `--${wish} ${wishes[wish]}`;
}

/** "2 findings left out by --kind thread"; null: all are shown. */
export function leftOutSays(chosen: Chosen, wishes: Wishes): string | null {
  const parts: string[] = [];
  const asked = WISHES.filter((wish) => wish !== "top" && wishes[wish]);
  if (chosen.leftOut)
    parts.push(`${plural(chosen.leftOut, "finding")} left out by ` +
      asked.map((wish) => wishSays(wish, wishes)).join(" and "));
  if (chosen.beyondTop)
    parts.push(`${plural(chosen.beyondTop, "more finding")} left out by --top ${wishes.top}`);
  return parts.length ? parts.join("; ") : null;
}

/** What takes every wish back, also those of the command. */
export function noWishes(filter: Record<string, string | null>): Record<string, string> {
  return Object.fromEntries(WISHES.map((wish) => [wish, paramOf(wish, "", filter)]));
}

export function showAll(app: App): void {
  app.states.patch(noWishes(app.session.filter));
}
