// SPDX-License-Identifier: Apache-2.0
/* Where more was born than before, or less: stacks of two runs, matched by what they say. */
import type { Frame } from "../flame/stacks";
import type { Sample } from "../flame/sums";
import { growTree, hash, sortTree } from "../flame/tree";

/** A stack and a kind, in one or both. */
export interface PlaceRow {
  kind: string;
  chain: readonly Frame[];
  before: number;
  now: number;
  leakedBefore: number;
  leakedNow: number;
  /** the same functions, at other lines: the source was changed */
  moved: boolean;
}

export interface Given {
  samples: readonly Sample[];
  chainOf(stack: number | null): readonly Frame[];
  scale: number;
}

interface Sum {
  kind: string;
  chain: readonly Frame[];
  value: number;
  leaked: number;
}

function sumsBy(given: Given, keyOf: (frame: Frame) => string): Map<string, Sum> {
  const sums = new Map<string, Sum>();
  for (const sample of given.samples) {
    const chain = given.chainOf(sample.stack);
    const key = `${sample.kind}\0${chain.map(keyOf).join("\n")}`;
    const known = sums.get(key);
    if (known) {
      known.value += sample.value * given.scale;
      known.leaked += sample.leaked;
    } else
      sums.set(key, {
        kind: sample.kind, chain, value: sample.value * given.scale, leaked: sample.leaked,
      });
  }
  return sums;
}

const exactly = (frame: Frame) => `${frame.id}\0${frame.line ?? ""}`;
const roughly = (frame: Frame) => frame.id;

function rowOf(before: Sum | undefined, now: Sum | undefined, moved: boolean): PlaceRow {
  const { kind, chain } = (now ?? before)!;
  return {
    kind, chain, before: before?.value ?? 0, now: now?.value ?? 0,
    leakedBefore: before?.leaked ?? 0, leakedNow: now?.leaked ?? 0, moved,
  };
}

/** By function and kind alone; of stacks of one function chain several may be one. */
function unite(sums: readonly Sum[]): Map<string, Sum> {
  const united = new Map<string, Sum>();
  for (const sum of sums) {
    const key = `${sum.kind}\0${sum.chain.map(roughly).join("\n")}`;
    const known = united.get(key);
    if (known) {
      known.value += sum.value;
      known.leaked += sum.leaked;
    } else united.set(key, { ...sum });
  }
  return united;
}

/**
 * First by function, module and line; what is in one only then by function and module, since lines
 * move where the source was changed. What differs most comes first.
 */
export function placeRows(before: Given, now: Given): PlaceRow[] {
  const old = sumsBy(before, exactly);
  const fresh = sumsBy(now, exactly);
  const rows: PlaceRow[] = [];
  for (const [key, sum] of fresh) {
    const there = old.get(key);
    if (!there) continue;
    rows.push(rowOf(there, sum, false));
    old.delete(key);
    fresh.delete(key);
  }
  const oldRest = unite([...old.values()]);
  const freshRest = unite([...fresh.values()]);
  for (const [key, sum] of freshRest)
    rows.push(rowOf(oldRest.get(key), sum, oldRest.has(key)));
  for (const [key, sum] of oldRest)
    if (!freshRest.has(key)) rows.push(rowOf(sum, undefined, false));
  return rows.sort((a, b) => Math.abs(b.now - b.before) - Math.abs(a.now - a.before) ||
    b.now + b.before - a.now - a.before);
}

/** A box of the picture of differences. */
export interface DiffNode {
  key: string;
  name: string;
  frame: Frame | null;
  parent: DiffNode | null;
  children: DiffNode[];
  /** the larger of the two, stack by stack: what is gone has a width too */
  value: number;
  before: number;
  now: number;
}

function nodeOf(frame: Frame | null, parent: DiffNode | null): DiffNode {
  return {
    key: parent ? hash(`${parent.key}\0${frame!.id}`) : "", name: frame?.name ?? "all", frame,
    parent, children: [], value: 0, before: 0, now: 0,
  };
}

export function diffTree(rows: readonly PlaceRow[]): DiffNode {
  const { root } = growTree<DiffNode, PlaceRow>(rows, {
    chainOf: (row) => row.chain,
    make: nodeOf,
    add: (node, row) => {
      node.value += Math.max(row.before, row.now);
      node.before += row.before;
      node.now += row.now;
    },
    end: () => undefined,
  });
  sortTree(root);
  return root;
}
