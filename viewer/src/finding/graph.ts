// SPDX-License-Identifier: Apache-2.0
/*
 * Why something is alive: from it to what it belongs to, to who holds it, and to what was closed.
 * Rows to nodes and edges; where they lie is another's business.
 */
import { plural } from "../ui/format";
import type { Row } from "../db/engine";
import { LETTERS_MOST } from "./layout";
import type { Finding } from "./list";
import type { Reference } from "./references";
import {
  RESOURCE_COLUMNS, addressesOf, nounOf, resourceOf, standOf, whichOf, type Resource,
} from "./resource";
import { num, type Asked } from "./values";

/** More are counted, not drawn. */
export const NODES_MOST = 40;

/* Breadth first; a name is met once, so that circles end. */
const CHAIN = `
WITH RECURSIVE chain(id) AS (
  SELECT :head
  UNION SELECT r.owner_id FROM chain JOIN resource r ON r.id = chain.id
    WHERE r.owner_id IS NOT NULL
  UNION SELECT r.hint_id FROM chain JOIN resource r ON r.id = chain.id
    WHERE r.owner_id IS NULL AND r.hint_id IS NOT NULL
  UNION SELECT f.holder_id FROM chain JOIN reference f ON f.resource_id = chain.id
    WHERE f.holder_id IS NOT NULL AND f.retained > f.released
  LIMIT 300)
SELECT ${RESOURCE_COLUMNS} FROM chain JOIN resource r ON r.id = chain.id`;

/** What stays because the head does. */
const DEPENDANTS_MOST = 6;

const DEPENDANTS = `
SELECT r.owner_id IS :head AS owned, count(*) OVER () AS total, ${RESOURCE_COLUMNS}
FROM resource r WHERE r.death_ns IS NULL AND r.id <> :head AND (r.owner_id = :head OR r.id IN (
  SELECT f.resource_id FROM reference f WHERE f.holder_id = :head AND f.retained > f.released))
ORDER BY r.id LIMIT ${DEPENDANTS_MOST}`;

export interface Dependants {
  total: number;
  owned: Resource[];
}

export async function readDependants(asked: Asked, head: number): Promise<Dependants> {
  const rows = await asked.query<Row>(DEPENDANTS, { head });
  return {
    total: num(rows[0]?.["total"]) ?? 0, owned: rows.flatMap((row) => resourceOf(row) ?? []),
  };
}

export type Mark = "leak" | "closed" | "holder" | "gone" | "more" | "stuck" | "wait" | "";

export interface GraphNode {
  id: string;
  kind: string;
  lines: string[];
  mark: Mark;
  resource: Resource | null;
  /** stacks that tell of it, each with what they are */
  stacks: { says: string; stackId: number }[];
}

export interface GraphEdge {
  from: string;
  to: string;
  label: string;
  dashed: boolean;
  /** it keeps what it points from */
  bad: boolean;
}

export interface Graph {
  nodes: GraphNode[];
  edges: GraphEdge[];
}

export async function readChain(asked: Asked, head: number): Promise<Resource[]> {
  const rows = await asked.query<Row>(CHAIN, { head });
  const seen = new Set<number>();
  return rows.flatMap((row) => {
    const id = num(row["r_id"]);
    if (id === null || seen.has(id)) return [];
    seen.add(id);
    return resourceOf(row) ?? [];
  });
}

const keyOf = (id: number) => `r${id}`;

function markOf(resource: Resource, head: number): Mark {
  if (resource.id === head) return "leak";
  if (resource.closedNs !== null || resource.closeNs !== null) return "closed";
  return resource.deathNs !== null ? "gone" : "";
}

function resourceNode(resource: Resource, mark: Mark, endNs: number): GraphNode {
  const stacks = resource.birthStack === null ? []
    : [{ says: "created at", stackId: resource.birthStack }];
  if (resource.closeStack !== null)
    stacks.push({ says: "closed at", stackId: resource.closeStack });
  if (resource.deathStack !== null) stacks.push({ says: "ended at", stackId: resource.deathStack });
  const name = resource.kind === "fd" ? whichOf(resource) : resource.name;
  const stand = standOf(resource, endNs);
  const told = resource.kind === "fd" ? [addressesOf(resource), stand]
    : resource.kind === "thread" ? [whichOf(resource), stand]
      : resource.kind === "scope" ? [resource.subject, stand] : [`${resource.subject}, ${stand}`];
  return {
    id: keyOf(resource.id), kind: resource.kind, mark, resource, stacks,
    lines: [`${nounOf(resource)} ${name}`.trim(), ...told].filter(Boolean),
  };
}

/** References of one holder, for one thing, by one tag. */
interface Hold {
  reference: Reference;
  retained: number;
  released: number;
  stacks: number[];
}

function holdsOf(references: readonly Reference[]): Hold[] {
  const holds = new Map<string, Hold>();
  for (const one of references) {
    if (one.balance <= 0) continue;
    const key = JSON.stringify([one.resourceId, one.holderId ?? one.holder, one.tag, one.waker]);
    const hold = holds.get(key) ?? { reference: one, retained: 0, released: 0, stacks: [] };
    holds.set(key, hold);
    hold.retained += one.retained;
    hold.released += one.released;
    if (one.stackId !== null) hold.stacks.push(one.stackId);
  }
  return [...holds.values()];
}

function holderNode(hold: Hold): GraphNode {
  const { reference } = hold;
  const left = hold.retained - hold.released;
  const name = reference.tag !== null ? `"${reference.tag}"`
    : reference.holder || "nobody in particular";
  const of = reference.tag !== null && reference.holder ? [`of ${reference.holder}`] : [];
  return {
    id: `h${reference.id}`, kind: "reference", mark: "holder", resource: null,
    lines: [name, ...of, reference.waker ? "can wake it"
      : `${plural(left, "reference")} never released`],
    stacks: hold.stacks.slice(0, 8).map((stackId) => ({ says: "taken at", stackId })),
  };
}

function holdLabel(hold: Hold, known: boolean): string {
  const verb = hold.reference.waker ? "can be woken" : "held";
  const tag = known && hold.reference.tag !== null ? ` by "${hold.reference.tag}"` : "";
  return `${verb}${tag}, ${hold.released} of ${hold.retained} released`;
}

/** A scope that is closed, and lies among what outlived it, is where people look first. */
export function chainGraph(
  head: number, resources: readonly Resource[], references: readonly Reference[], endNs: number,
): Graph {
  const known = new Map(resources.map((one) => [one.id, one]));
  const nodes = resources.map((one) => resourceNode(one, markOf(one, head), endNs));
  const edges: GraphEdge[] = [];
  for (const one of resources) {
    const owner = one.ownerId ?? one.hintId;
    if (owner === null || !known.has(owner)) continue;
    const hinted = one.ownerId === null;
    edges.push({
      from: keyOf(one.id), to: keyOf(owner), dashed: hinted, bad: false,
      label: hinted ? "made inside a call of (hint)" : "belongs to",
    });
  }
  for (const hold of holdsOf(references)) {
    const { holderId, resourceId } = hold.reference;
    if (!known.has(resourceId)) continue;
    const isKnown = holderId !== null && known.has(holderId);
    if (!isKnown) nodes.push(holderNode(hold));
    edges.push({
      from: keyOf(resourceId), to: isKnown ? keyOf(holderId) : `h${hold.reference.id}`,
      label: holdLabel(hold, isKnown), dashed: false, bad: true,
    });
  }
  return bounded({ nodes, edges }, NODES_MOST - DEPENDANTS_MOST - 1);
}

/** They point to the head, which keeps them. */
export function addDependants(
  graph: Graph, head: number, dependants: Dependants, endNs: number,
): Graph {
  const there = new Set(graph.nodes.map((one) => one.id));
  const added = dependants.owned.filter((one) => !there.has(keyOf(one.id)));
  if (added.length === 0) return graph;
  const nodes = added.map((one) => resourceNode(one, "", endNs));
  const edges = added.map((one): GraphEdge => ({
    from: keyOf(one.id), to: keyOf(head), dashed: false, bad: false,
    label: one.ownerId === head ? "belongs to" : "held by",
  }));
  const more = dependants.total - dependants.owned.length;
  if (more > 0) {
    nodes.push({ id: "others", kind: "more", mark: "more", resource: null, stacks: [],
      lines: [`+${more} more`] });
    edges.push({ from: "others", to: keyOf(head), label: "", dashed: true, bad: false });
  }
  return { nodes: [...graph.nodes, ...nodes], edges: [...graph.edges, ...edges] };
}

/** The nearest ones; what is left out is counted by a node of its own. */
export function bounded(graph: Graph, most = NODES_MOST): Graph {
  if (graph.nodes.length <= most) return graph;
  const order = nearest(graph);
  const kept = new Set(order.slice(0, most - 1));
  const more = graph.nodes.length - kept.size;
  const nodes = graph.nodes.filter((one) => kept.has(one.id));
  nodes.push({
    id: "more", kind: "more", mark: "more", resource: null, stacks: [],
    lines: [`+${plural(more, "more", "more")}`],
  });
  const edges: GraphEdge[] = [];
  const cut = new Set<string>();
  for (const edge of graph.edges) {
    if (kept.has(edge.from) && kept.has(edge.to)) edges.push(edge);
    else if (kept.has(edge.from)) cut.add(edge.from);
  }
  for (const from of [...cut].slice(0, 8))
    edges.push({ from, to: "more", label: "", dashed: true, bad: false });
  return { nodes, edges };
}

/** Ids by their distance from the first node. */
function nearest(graph: Graph): string[] {
  const next = new Map<string, string[]>();
  for (const edge of graph.edges) next.set(edge.from, [...(next.get(edge.from) ?? []), edge.to]);
  const order = new Set<string>();
  for (const start of graph.nodes) {
    const queue = order.has(start.id) ? [] : [start.id];
    for (const id of queue) {
      if (order.has(id)) continue;
      order.add(id);
      queue.push(...(next.get(id) ?? []));
    }
  }
  const there = new Set(graph.nodes.map((one) => one.id));
  return [...order].filter((id) => there.has(id));
}

/** As it is read: from the first node on, so that a circle begins where the story does. */
export function inOrder(graph: Graph): Graph {
  const places = new Map(nearest(graph).map((id, place) => [id, place]));
  const nodes = [...graph.nodes].sort((a, b) => places.get(a.id)! - places.get(b.id)!);
  return { ...graph, nodes };
}

/** The head stands for all members, which were born alike. */
export function tellMembers(graph: Graph, finding: Finding): Graph {
  if (finding.count <= 1) return graph;
  const alike = `1 of ${finding.count} alike`;
  const nodes = graph.nodes.map((node) => {
    const last = `${node.lines.at(-1)}; ${alike}`;
    const lines = last.length <= LETTERS_MOST ? [...node.lines.slice(0, -1), last]
      : [...node.lines, alike];
    return node.mark === "leak" ? { ...node, lines } : node;
  });
  return { ...graph, nodes };
}

/** Where references and locks were taken, and where threads stand: the reader looks there first. */
export function tellPlaces(graph: Graph, placeOf: (stackId: number) => string): Graph {
  const told: readonly Mark[] = ["holder", "stuck", "wait"];
  const nodes = graph.nodes.map((node) => {
    const places = [...new Set(node.stacks.map((one) => placeOf(one.stackId)).filter(Boolean))];
    const [place, ...others] = places;
    if (!told.includes(node.mark) || place === undefined) return node;
    const verb = node.mark === "stuck" ? "at" : "taken at";
    const more = others.length > 1 ? ` +${others.length - 1}` : "";
    const next = others.length > 0 ? [`and ${others[0]}${more}`] : [];
    return { ...node, lines: [...node.lines, `${verb} ${place}`, ...next] };
  });
  return { ...graph, nodes };
}

/** For who cannot see it, or has no picture: each node once, below what leads to it. */
export interface Branch {
  node: GraphNode;
  label: string;
  /** it stands elsewhere already: a circle, or two ways to one thing */
  again: boolean;
  branches: Branch[];
}

export function treeOf(graph: Graph): Branch[] {
  const nodes = new Map(graph.nodes.map((one) => [one.id, one]));
  const seen = new Set<string>();
  const grow = (id: string, label: string, depth: number): Branch => {
    const again = seen.has(id);
    seen.add(id);
    const edges = again || depth > NODES_MOST ? [] : graph.edges.filter((one) => one.from === id);
    return {
      node: nodes.get(id)!, label, again,
      branches: edges.filter((one) => nodes.has(one.to))
        .map((one) => grow(one.to, one.label, depth + 1)),
    };
  };
  const branches: Branch[] = [];
  for (const node of graph.nodes) if (!seen.has(node.id)) branches.push(grow(node.id, "", 0));
  return branches;
}
