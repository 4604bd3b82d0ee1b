// SPDX-License-Identifier: Apache-2.0
/* Stacks that share their beginnings, as a tree with sums. */
import type { Frame } from "./stacks";
import type { Sample } from "./sums";

export interface Node {
  /** of the chain of functions that leads here: the same after a reload, and in another run */
  key: string;
  frame: Frame | null;
  name: string;
  parent: Node | null;
  depth: number;
  value: number;
  /** of the value, what ends here */
  self: number;
  /** so many of it are members of findings */
  leaked: number;
  kinds: Map<string, number>;
  /** file:line -> value, of a function that is called from, or calls at, several */
  lines: Map<string, number>;
  children: Node[];
  /** of the root: so many stacks end before their births, since the tree is full */
  cut: number;
}

export const DEPTH_MAX = 100;
export const NODES_MAX = 60000;

/** 53 bits of a text (cyrb53). */
export function hash(text: string): string {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return (4294967296 * (2097151 & b) + (a >>> 0)).toString(36);
}

function nodeOf(frame: Frame | null, name: string, parent: Node | null): Node {
  return {
    key: parent ? hash(`${parent.key}\0${frame?.id ?? name}`) : "", frame, name, parent,
    depth: parent ? parent.depth + 1 : 0, value: 0, self: 0, leaked: 0, kinds: new Map(),
    lines: new Map(), children: [], cut: 0,
  };
}

function count(node: Node, sample: Sample, frame: Frame | null): void {
  node.value += sample.value;
  node.leaked += sample.leaked;
  node.kinds.set(sample.kind, (node.kinds.get(sample.kind) ?? 0) + sample.value);
  if (!frame?.file) return;
  const place = `${frame.file}\0${frame.line ?? ""}`;
  node.lines.set(place, (node.lines.get(place) ?? 0) + sample.value);
}

export interface Growing<One, Item> {
  chainOf(item: Item): readonly Frame[];
  make(frame: Frame | null, parent: One | null): One;
  /** the item passes through the node, or ends there */
  add(node: One, item: Item, frame: Frame | null): void;
  end(node: One, item: Item): void;
}

/**
 * The chains as given: the first frame is next to the root. Deeper than DEPTH_MAX is cut; so are,
 * once there are NODES_MAX, those that come then: give the largest items first.
 */
export function growTree<One extends { children: One[] }, Item>(
  items: readonly Item[], how: Growing<One, Item>,
): { root: One; cut: number } {
  const root = how.make(null, null);
  const below = new Map<One, Map<string, One>>();
  let nodes = 1;
  let cut = 0;
  for (const item of items) {
    const chain = how.chainOf(item);
    let node = root;
    how.add(root, item, null);
    for (let i = 0; i < chain.length; i++) {
      const frame = chain[i]!;
      let known = below.get(node);
      if (!known) below.set(node, (known = new Map<string, One>()));
      let child = known.get(frame.id);
      if (!child && (nodes >= NODES_MAX || i >= DEPTH_MAX)) {
        cut++;
        break;
      }
      if (!child) {
        child = how.make(frame, node);
        known.set(frame.id, child);
        node.children.push(child);
        nodes++;
      }
      node = child;
      how.add(node, item, frame);
    }
    how.end(node, item);
  }
  return { root, cut };
}

/** What was born at each stack. */
export function buildTree(
  samples: readonly Sample[], chainOf: (stack: number | null) => readonly Frame[],
): Node {
  const { root, cut } = growTree<Node, Sample>(samples, {
    chainOf: (sample) => chainOf(sample.stack),
    make: (frame, parent) => nodeOf(frame, frame?.name ?? "all", parent),
    add: count,
    end: (node, sample) => {
      node.self += sample.value;
    },
  });
  root.cut = cut;
  sortTree(root);
  return root;
}

/** The largest first, so that what matters stands on the left. */
export function sortTree<One extends { name: string; value: number; children: One[] }>(
  root: One,
): void {
  for (const node of everyNode(root))
    node.children.sort((a, b) => b.value - a.value || (a.name < b.name ? -1 : 1));
}

/** Parents before their children; without recursion. */
export function everyNode<One extends { children: One[] }>(root: One): One[] {
  const nodes = [root];
  for (let i = 0; i < nodes.length; i++) for (const child of nodes[i]!.children) nodes.push(child);
  return nodes;
}

export function findNode<One extends { key: string; children: One[] }>(
  root: One, key: string,
): One | null {
  return everyNode(root).find((node) => node.key === key) ?? null;
}

/** From the root to it. */
export function pathTo<One extends { parent: One | null }>(node: One): One[] {
  const path: One[] = [];
  for (let at: One | null = node; at; at = at.parent) path.unshift(at);
  return path;
}

/** The places of its frame, the heaviest first. */
export function placesOf(node: Node): { file: string; line: number | null; value: number }[] {
  return [...node.lines]
    .sort((a, b) => b[1] - a[1])
    .map(([place, value]) => {
      const [file = "", line = ""] = place.split("\0");
      return { file, line: line ? Number(line) : null, value };
    });
}

/** Whether a chain of functions leads through the node. */
export function leadsThrough(chain: readonly Frame[], node: Node): boolean {
  return pathTo(node).slice(1).every((one, index) => chain[index]?.id === one.frame?.id);
}

/** Those that a text is looked for in; "" finds nothing. Case does not matter. */
export function finds(text: string, query: string): boolean {
  return query !== "" && text.toLowerCase().includes(query.toLowerCase());
}

export function matches(node: Node, query: string): boolean {
  return node.frame !== null && (finds(node.name, query) || finds(node.frame.file ?? "", query));
}

/** How many boxes have it, and how much of the whole passes through them, each counted once. */
export function searchTree(root: Node, query: string): { boxes: number; value: number } {
  let boxes = 0;
  let value = 0;
  const inside = new Set<Node>();
  for (const node of everyNode(root)) {
    const found = matches(node, query);
    const isInside = node.parent !== null && inside.has(node.parent);
    if (found) boxes++;
    if (found && !isInside) value += node.value;
    if (found || isInside) inside.add(node);
  }
  return { boxes, value };
}
