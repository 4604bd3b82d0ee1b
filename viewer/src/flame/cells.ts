// SPDX-License-Identifier: Apache-2.0
/* What is drawn: the part of a tree that is zoomed to, without what is too narrow to be seen. */
import { pathTo } from "./tree";

/** The least that a tree's node has. */
export interface Sized<Self> {
  key: string;
  value: number;
  parent: Self | null;
  children: Self[];
}

/** A box. */
export interface Cell<Node> {
  key: string;
  /** null: some that are too narrow, as one */
  node: Node | null;
  /** so many are in it */
  others: number;
  value: number;
  /** above what is zoomed to: full width, and no part of the sum */
  around: boolean;
  children: Cell<Node>[];
}

/** Narrower parts of the zoomed are drawn as one; and no more boxes than these. */
const SHARE = 1 / 700;
const CELLS_MAX = 2500;

/** The root's cell. The zoomed one's ancestors are as wide as itself. */
export function cellsOf<Node extends Sized<Node>>(zoomed: Node): Cell<Node> {
  const budget = { left: 0 };
  let least = zoomed.value * SHARE;
  let cell: Cell<Node>;
  do {
    budget.left = CELLS_MAX;
    cell = cut(zoomed, least, budget);
    least *= 2;
  } while (budget.left < 0 && least < zoomed.value);
  for (const node of pathTo(zoomed).reverse().slice(1))
    cell = {
      key: node.key, node, others: 0, value: cell.value, around: true, children: [cell],
    };
  return cell;
}

function cut<Node extends Sized<Node>>(
  top: Node, least: number, budget: { left: number },
): Cell<Node> {
  const make = (node: Node): Cell<Node> => ({
    key: node.key, node, others: 0, value: node.value, around: false, children: [],
  });
  const root = make(top);
  const open = [root];
  for (let cell = open.pop(); cell && budget.left >= 0; cell = open.pop()) {
    let rest = 0;
    let others = 0;
    for (const child of cell.node!.children) {
      if (child.value < least) {
        rest += child.value;
        others++;
        continue;
      }
      const made = make(child);
      cell.children.push(made);
      open.push(made);
      budget.left--;
    }
    if (others > 0)
      cell.children.push({
        key: `${cell.key}+`, node: null, others, value: rest, around: false, children: [],
      });
  }
  return root;
}

/** A box as it stands in the picture, for whoever walks from one to the next. */
export interface Place {
  key: string;
  depth: number;
  x0: number;
  x1: number;
}

export type Step = "in" | "out" | "left" | "right" | "first";

/** Which box is next to it; null: none. In: the widest of those that stand on it. */
export function walk(places: readonly Place[], from: Place, step: Step): Place | null {
  if (step === "first") return places.find((one) => one.depth === 0) ?? null;
  const row = step === "in" ? from.depth + 1 : step === "out" ? from.depth - 1 : from.depth;
  const there = places.filter((one) => one.depth === row && one !== from);
  const middle = (from.x0 + from.x1) / 2;
  if (step === "out") return there.find((one) => one.x0 <= middle && middle <= one.x1) ?? null;
  if (step === "in")
    return there
      .filter((one) => one.x0 >= from.x0 - 1e-9 && one.x1 <= from.x1 + 1e-9)
      .reduce<Place | null>((best, one) =>
        (best === null || one.x1 - one.x0 > best.x1 - best.x0 ? one : best), null);
  const beside = there
    .filter((one) => (step === "right" ? one.x0 > from.x0 : one.x0 < from.x0))
    .sort((a, b) => a.x0 - b.x0);
  return (step === "right" ? beside[0] : beside[beside.length - 1]) ?? null;
}
