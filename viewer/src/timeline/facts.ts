// SPDX-License-Identifier: Apache-2.0
/* All that the trace knows of one lifetime, for the panel. */
import { type Frame, readStacks } from "../finding/frames";
import type { Asker } from "./tables";

export type Cells = Record<string, number | string | null>;

export interface Facts {
  life: Cells;
  owners: Cells[];
  owned: Cells[];
  references: Cells[];
  findings: Cells[];
  acts: Cells[];
  birth: readonly Frame[];
  death: readonly Frame[];
  close: readonly Frame[];
}

const time = (name: string) => `CAST(r.${name} - :t0 AS REAL) AS ${name}`;

const LIFE = `
SELECT r.id, r.kind, r.class, r.generation,
       CASE WHEN r.kind = 'fd' THEN CAST(r.subject AS TEXT) ELSE printf('0x%x', r.subject) END AS subject,
       r.refs, r.birth_call, r.birth_tid, r.birth_stack,
       r.death_call, r.death_tid, r.death_stack, r.ending, r.inherited, r.name, r.local_address,
       r.remote_address, r.out_count, r.in_count, r.out_bytes, r.in_bytes, r.tid, r.traits,
       r.fires, r.cancelled, r.close_tid, r.close_stack, r.earlier, r.owner_id, r.hint_id,
       ${["birth_ns", "death_ns", "close_ns", "closed_ns", "last_use_ns"].map(time).join(", ")},
       p.pid, CAST(p.end_ns - :t0 AS REAL) AS process_end
FROM resource r LEFT JOIN process p ON p.id = r.process_id WHERE r.id = :id`;

const OWNERS = `
WITH RECURSIVE up (id, depth, hint) AS (
  SELECT :id, 0, 0
  UNION ALL
  SELECT coalesce(r.owner_id, r.hint_id), up.depth + 1, r.owner_id IS NULL
  FROM up JOIN resource r ON r.id = up.id
  WHERE coalesce(r.owner_id, r.hint_id) IS NOT NULL AND up.depth < 16)
SELECT DISTINCT r.id, r.kind, r.class, r.name, up.hint, ${time("birth_ns")}, ${time("death_ns")},
       ${time("close_ns")}
FROM up JOIN resource r ON r.id = up.id WHERE up.depth > 0 AND r.id <> :id ORDER BY up.depth`;

const REFERENCES = `
SELECT x.tag, x.retained, x.released, x.waker, x.holder_id, coalesce(h.class, x.holder_kind) AS holder
FROM reference x LEFT JOIN resource h ON h.id = x.holder_id
WHERE x.resource_id = :id ORDER BY x.retained - x.released DESC, x.id LIMIT 20`;

const FINDINGS = `
SELECT DISTINCT f.rank, f.rule, f.state, f.fingerprint, f.message,
       (SELECT e2.role FROM evidence e2 WHERE e2.finding_id = f.id AND e2.resource_id = :id
        ORDER BY e2.position LIMIT 1) AS role
FROM evidence e JOIN finding f ON f.id = e.finding_id WHERE e.resource_id = :id
ORDER BY f.rank LIMIT 20`;

const ACTS = `
SELECT r.what, r.call, r.tid, ${time("time_ns")} FROM act r WHERE r.resource_id = :id
ORDER BY r.time_ns LIMIT 20`;

const OWNED = `
SELECT r.kind, r.class, count(*) AS count
FROM (SELECT id FROM temp.tl_link WHERE parent = :id LIMIT 20000) l
JOIN resource r ON r.id = l.id GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 12`;

/** null: there is no such lifetime. */
export async function readFacts(db: Asker, id: number): Promise<Facts | null> {
  const [life] = await db.query<Cells>(LIFE, { id });
  if (!life) return null;
  const ids = ["birth_stack", "death_stack", "close_stack"].map((name) =>
    (typeof life[name] === "number" ? life[name] : null));
  const [owners, references, findings, acts, owned, stacks] = await Promise.all([
    db.query<Cells>(OWNERS, { id }), db.query<Cells>(REFERENCES, { id }),
    db.query<Cells>(FINDINGS, { id }), db.query<Cells>(ACTS, { id }),
    db.query<Cells>(OWNED, { id }), readStacks(db, ids),
  ]);
  const [birth, death, close] = ids.map((one) => (one === null ? [] : stacks.get(one) ?? []));
  return {
    life, owners, owned, references, findings, acts, birth: birth!, death: death!, close: close!,
  };
}

const MEMBERS = `
SELECT DISTINCT e.resource_id AS id, r.kind IS f.kind AND r.class IS f.class AS member,
       l.path, l.birth, l.death, f.message, f.rule, f.state
FROM finding f LEFT JOIN evidence e ON e.finding_id = f.id AND e.resource_id IS NOT NULL
LEFT JOIN resource r ON r.id = e.resource_id LEFT JOIN temp.tl_life l ON l.id = e.resource_id
WHERE f.fingerprint = :fingerprint ORDER BY 2 DESC, e.position LIMIT 20000`;

export interface Looked {
  rule: string;
  message: string;
  ids: Set<number>;
  /** the members first */
  lives: { id: number; path: number; birth: number; death: number }[];
  from: number;
  to: number;
}

/** All that a finding is about, and when. null: there is no such finding. */
export async function readFinding(
  db: Asker, fingerprint: string, end: number,
): Promise<Looked | null> {
  const rows = await db.query<Cells>(MEMBERS, { fingerprint });
  if (rows.length === 0) return null;
  const looked: Looked = {
    rule: String(rows[0]!["rule"]), message: String(rows[0]!["message"]), ids: new Set(),
    lives: [], from: Infinity, to: -Infinity,
  };
  for (const row of rows) {
    if (typeof row["id"] !== "number" || typeof row["birth"] !== "number") continue;
    looked.ids.add(row["id"]);
    looked.lives.push({
      id: row["id"], path: Number(row["path"]), birth: row["birth"],
      death: typeof row["death"] === "number" ? row["death"] : NaN,
    });
    looked.from = Math.min(looked.from, row["birth"]);
    looked.to = Math.max(looked.to, typeof row["death"] === "number" ? row["death"] : end);
  }
  return looked;
}
