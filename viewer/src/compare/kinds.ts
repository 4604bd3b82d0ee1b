// SPDX-License-Identifier: Apache-2.0
/* How many of each kind and class, and how long they lived. */
import { IS_COUNTED, OVER } from "../contract";
import type { Asked } from "../flame/sums";

export interface Counts {
  born: number;
  alive: number;
  /** of those that ended, nanoseconds; null: none did */
  longest: number | null;
  median: number | null;
}

export interface KindRow {
  kind: string;
  class: string;
  before: Counts;
  now: Counts;
}

interface SumRow {
  kind: string;
  class: string;
  born: number;
  alive: number;
}

interface LengthRow {
  kind: string;
  class: string;
  bucket: number;
  count: number;
  longest: number;
}

// A sixteenth of an octave: what is read off such buckets is right to about 4 %.
const PER_OCTAVE = 16;

const NAMES = "CAST(kind AS TEXT) AS kind, substr(CAST(class AS TEXT), 1, 500) AS class";

const SUMS = `
SELECT ${NAMES}, total(born) AS born, total(alive) AS alive FROM flame_sums
WHERE kind IS NOT NULL AND class IS NOT NULL GROUP BY 1, 2 LIMIT 5000`;

const LENGTHS = `
SELECT ${NAMES}, CAST(log2(max(${OVER} - birth_ns, 1)) * ${PER_OCTAVE} AS INTEGER) AS bucket,
       count(*) AS count, max(${OVER} - birth_ns) AS longest
FROM resource r
WHERE ${IS_COUNTED} AND typeof(${OVER}) = 'integer' AND typeof(birth_ns) = 'integer'
  AND kind IS NOT NULL AND class IS NOT NULL GROUP BY 1, 2, 3
UNION ALL
SELECT ${NAMES}, CAST(log2(max(total_ns / count, 1)) * ${PER_OCTAVE} AS INTEGER), total(count),
       max(max_ns)
FROM lifetime_statistics WHERE count > 0 AND kind IS NOT NULL AND class IS NOT NULL GROUP BY 1, 2, 3
LIMIT 100000`;

export type KindCounts = Map<string, KindRow["before"] & { kind: string; class: string }>;

/** The middle of sums in buckets; null: there are none. */
export function medianOf(buckets: readonly { bucket: number; count: number }[]): number | null {
  const sorted = [...buckets].sort((a, b) => a.bucket - b.bucket);
  const half = sorted.reduce((sum, one) => sum + one.count, 0) / 2;
  let sum = 0;
  for (const one of sorted) {
    sum += one.count;
    if (sum >= half && half > 0) return 2 ** ((one.bucket + 0.5) / PER_OCTAVE);
  }
  return null;
}

/** The sums must be prepared. */
export async function readKinds(db: Asked): Promise<KindCounts> {
  const counts: KindCounts = new Map();
  for (const row of await db.query<SumRow>(SUMS))
    counts.set(`${row.kind}\0${row.class}`, { ...row, longest: null, median: null });
  const buckets = new Map<string, LengthRow[]>();
  for (const row of await db.query<LengthRow>(LENGTHS)) {
    const key = `${row.kind}\0${row.class}`;
    buckets.set(key, [...(buckets.get(key) ?? []), row]);
  }
  for (const [key, rows] of buckets) {
    const known = counts.get(key);
    if (!known) continue;
    known.longest = rows.reduce((most, row) => Math.max(most, row.longest), 0);
    const median = medianOf(rows);
    known.median = median === null ? null : Math.min(median, known.longest);
  }
  return counts;
}

const NOTHING: Counts = { born: 0, alive: 0, longest: null, median: null };

/** Divided by sessions where they are not equally many; what differs most first. */
export function kindRows(
  before: KindCounts, now: KindCounts, beforeScale: number, nowScale: number,
): KindRow[] {
  const scaled = (counts: Counts | undefined, scale: number): Counts =>
    counts ? { ...counts, born: counts.born * scale, alive: counts.alive * scale } : NOTHING;
  const rows = [...new Set([...before.keys(), ...now.keys()])].map((key) => {
    const { kind, class: name } = (now.get(key) ?? before.get(key))!;
    return {
      kind, class: name, before: scaled(before.get(key), beforeScale),
      now: scaled(now.get(key), nowScale),
    };
  });
  const weight = (row: KindRow) => Math.abs(row.now.alive - row.before.alive);
  const other = (row: KindRow) => Math.abs(row.now.born - row.before.born);
  return rows.sort((a, b) => weight(b) - weight(a) || other(b) - other(a) ||
    b.now.born - a.now.born || (`${a.kind}/${a.class}` < `${b.kind}/${b.class}` ? -1 : 1));
}
