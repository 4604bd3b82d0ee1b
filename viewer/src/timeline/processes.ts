// SPDX-License-Identifier: Apache-2.0
/* In which order processes stand, and which of them are folded into one lane. */
import type { ProcessRow } from "./model";

/** So many alike are one lane. */
const ALIKE_LEAST = 4;

/** A number of a process is used again: the parent is the last one before it that had that number. */
function parentsOf(processes: readonly ProcessRow[]): Map<ProcessRow, ProcessRow | null> {
  const last = new Map<number, ProcessRow>();
  const parents = new Map<ProcessRow, ProcessRow | null>();
  for (const one of processes) {
    parents.set(one, last.get(one.ppid) ?? null);
    last.set(one.pid, one);
  }
  return parents;
}

/**
 * Children after their parents, of siblings the earlier first; in lists of which one with several stands for
 * siblings of one program that have no children, and of which there is nothing to say.
 */
export function familiesOf(
  processes: readonly ProcessRow[], plain: (process: ProcessRow) => boolean,
): ProcessRow[][] {
  const children = new Map<ProcessRow | null, ProcessRow[]>();
  for (const [child, parent] of parentsOf(processes)) {
    const list = children.get(parent);
    if (list) list.push(child);
    else children.set(parent, [child]);
  }
  const lists: ProcessRow[][] = [];
  const rest: ProcessRow[][] = [];
  const add = (parent: ProcessRow | null) =>
    rest.push(...alike(children.get(parent) ?? [], (one) => !children.has(one) && plain(one)).reverse());
  add(null);
  for (let list = rest.pop(); list; list = rest.pop()) {
    lists.push(list);
    if (list.length === 1) add(list[0]!);
  }
  return lists;
}

/** Where the first of them stood. */
function alike(siblings: ProcessRow[], folds: (one: ProcessRow) => boolean): ProcessRow[][] {
  const byName = new Map<string, ProcessRow[]>();
  for (const one of siblings) {
    if (!folds(one)) continue;
    const list = byName.get(one.name);
    if (list) list.push(one);
    else byName.set(one.name, [one]);
  }
  return siblings.flatMap((one) => {
    const list = byName.get(one.name);
    if (!list || list.length < ALIKE_LEAST || !folds(one)) return [[one]];
    return list[0] === one ? [list] : [];
  });
}
