// SPDX-License-Identifier: Apache-2.0
/* Who holds what, and whether it was given back. */
import type { Row } from "../db/engine";
import { nounOf } from "./resource";
import { idList, num, said, text, type Asked } from "./values";

export const REFERENCES_MOST = 500;

const REFERENCES = `
SELECT f.id, f.resource_id, f.holder_id, f.holder_kind, f.tag, f.waker, f.stack_id, f.retained,
       f.released, f.first_ns - :t0 AS first, f.last_ns - :t0 AS last, f.released_stack,
       h.kind AS h_kind, h.class AS h_class, h.name AS h_name, h.death_ns IS NULL AS h_alive,
       h.closed_ns IS NOT NULL AND h.kind = 'scope' AS h_closed
FROM reference f LEFT JOIN resource h ON h.id = f.holder_id
WHERE f.resource_id IN (SELECT value FROM json_each(:ids))
ORDER BY f.retained <= f.released, f.resource_id, f.first_ns LIMIT ${REFERENCES_MOST}`;

export interface Reference {
  id: number;
  resourceId: number;
  holderId: number | null;
  /** who; "" nobody in particular */
  holder: string;
  tag: string | null;
  waker: boolean;
  stackId: number | null;
  retained: number;
  released: number;
  balance: number;
  firstNs: number | null;
  releasedStack: number | null;
}

function holderOf(row: Row): string {
  const kind = text(row["h_kind"]);
  if (kind === null) return text(row["holder_kind"]) === null ? "" : "somebody unknown";
  const noun = nounOf({ kind, className: said(row["h_class"]) });
  const name = text(row["h_name"]) ? ` '${said(row["h_name"])}'` : "";
  const gone = num(row["h_alive"]) !== 1 ? ", which is gone"
    : num(row["h_closed"]) === 1 ? ", which is closed" : "";
  return `${noun}${name}${gone}`;
}

function referenceOf(row: Row): Reference {
  const retained = num(row["retained"]) ?? 0;
  const released = num(row["released"]) ?? 0;
  return {
    id: num(row["id"]) ?? 0, resourceId: num(row["resource_id"]) ?? 0,
    holderId: num(row["holder_id"]), holder: holderOf(row), tag: text(row["tag"]),
    waker: num(row["waker"]) === 1, stackId: num(row["stack_id"]), retained, released,
    balance: retained - released, firstNs: num(row["first"]),
    releasedStack: num(row["released_stack"]),
  };
}

export async function readReferences(
  asked: Asked, ids: Iterable<number | null>,
): Promise<Reference[]> {
  const list = idList(ids);
  return list === "[]" ? [] : (await asked.query(REFERENCES, { ids: list })).map(referenceOf);
}

const SORTS = ["balance", "what", "holder", "tag", "retained", "released", "taken"] as const;
export type Sort = (typeof SORTS)[number];

function compare(one: string | number | null, other: string | number | null): number {
  if (typeof one === "number" && typeof other === "number") return one - other;
  return String(one ?? "").localeCompare(String(other ?? ""), "en");
}

/** A minus before the column turns it round; balances begin with the largest. */
export function sortReferences(
  rows: readonly Reference[], sort: string, whatOf: (id: number) => string,
): Reference[] {
  const down = sort.startsWith("-");
  const by = sort.replace(/^-/, "") as Sort;
  const keys: Record<Sort, (row: Reference) => string | number | null> = {
    balance: (row) => -row.balance, what: (row) => whatOf(row.resourceId),
    holder: (row) => row.holder, tag: (row) => row.tag, retained: (row) => row.retained,
    released: (row) => row.released, taken: (row) => row.firstNs ?? 0,
  };
  const key = Object.hasOwn(keys, by) ? keys[by] : keys.balance;
  const sorted = [...rows].sort((a, b) => compare(key(a), key(b)));
  return down ? sorted.reverse() : sorted;
}
