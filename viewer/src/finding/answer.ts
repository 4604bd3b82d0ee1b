// SPDX-License-Identifier: Apache-2.0
/* What keeps it, and which line forgot, as far as is known: told before all else. */
import { isAboutLocks } from "./circle";
import type { Finding } from "./list";
import type { Reference } from "./references";
import { nounOf, type Resource } from "./resource";
import { num, said, text, type Asked } from "./values";

/** Somebody who holds something of the chain, and did not give it back. */
export interface Keeper {
  who: string;
  retained: number;
  released: number;
  /** where it was taken, each once */
  taken: number[];
  /** where others of this name gave theirs back */
  elsewhere: { stackId: number; count: number } | null;
}

/** What was closed, and left it alive. */
export interface Closer {
  who: string;
  stackId: number;
}

export interface Answer {
  keepers: Keeper[];
  closer: Closer | null;
}

export const NO_ANSWER: Answer = { keepers: [], closer: null };

/* Of the same tag on things of the same class: there the program does what it forgot here. */
const ELSEWHERE = `
SELECT x.tag, r.class, x.released_stack AS stack, total(x.released) AS count
FROM reference x JOIN resource r ON r.id = x.resource_id
WHERE x.released_stack IS NOT NULL AND x.released >= 1
  AND x.tag IN (SELECT value FROM json_each(:tags))
  AND r.class IN (SELECT value FROM json_each(:classes))
GROUP BY 1, 2, 3 ORDER BY 4 DESC LIMIT 200`;

const keyOf = (className: string, tag: string | null) => JSON.stringify([className, tag]);

type Elsewhere = Map<string, { stackId: number; count: number }>;

async function readElsewhere(
  asked: Asked, references: readonly Reference[], classes: readonly string[],
): Promise<Elsewhere> {
  const tags = references.flatMap((one) => one.tag ?? []);
  if (tags.length === 0) return new Map();
  const rows = await asked.query(ELSEWHERE, {
    tags: JSON.stringify([...new Set(tags)]), classes: JSON.stringify([...new Set(classes)]),
  });
  const found: Elsewhere = new Map();
  for (const row of rows) {
    const key = keyOf(said(row["class"]), text(row["tag"]));
    const stackId = num(row["stack"]);
    if (stackId !== null && !found.has(key))
      found.set(key, { stackId, count: num(row["count"]) ?? 0 });
  }
  return found;
}

function keepersOf(
  references: readonly Reference[], chain: readonly Resource[], elsewhere: Elsewhere,
): Keeper[] {
  const classes = new Map(chain.map((one) => [one.id, one.className]));
  const keepers = new Map<string, Keeper>();
  for (const one of references) {
    const what = keyOf(classes.get(one.resourceId) ?? "", one.tag);
    const key = JSON.stringify([what, one.holder]);
    const tag = one.tag === null ? "" : `"${one.tag}"`;
    const who = tag && one.holder ? `${tag} of ${one.holder}`
      : tag || one.holder || "nobody in particular";
    const keeper = keepers.get(key) ??
      { who, retained: 0, released: 0, taken: [], elsewhere: elsewhere.get(what) ?? null };
    keepers.set(key, keeper);
    keeper.retained += one.retained;
    keeper.released += one.released;
    if (one.stackId !== null && !keeper.taken.includes(one.stackId))
      keeper.taken.push(one.stackId);
  }
  return [...keepers.values()];
}

/** Of what is alive; a lock's story is in its circle, and a wrong act in its stacks. */
export async function readAnswer(
  asked: Asked, finding: Finding, head: Resource | null, chain: readonly Resource[],
  references: readonly Reference[],
): Promise<Answer> {
  if (!head || head.deathNs !== null || isAboutLocks(finding) || finding.state === "broken")
    return NO_ANSWER;
  const held = references.filter((one) => one.balance > 0 && !one.waker);
  const elsewhere = await readElsewhere(asked, held, chain.map((one) => one.className));
  const closed = chain.find((one) => one.id !== head.id && one.closeStack !== null);
  return {
    keepers: keepersOf(held, chain, elsewhere),
    closer: closed ? { who: nounOf(closed), stackId: closed.closeStack! } : null,
  };
}
