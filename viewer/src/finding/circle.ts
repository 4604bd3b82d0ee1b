// SPDX-License-Identifier: Apache-2.0
/* Who waits for whom: threads and locks of a deadlock, and locks that are taken in both orders. */
import type { Row } from "../db/engine";
import { duration } from "../ui/format";
import type { Evidence } from "./evidence";
import { bounded, inOrder, type Graph, type GraphEdge, type GraphNode } from "./graph";
import type { Finding } from "./list";
import { waitText } from "../contract";
import { idList, num, said, text, type Asked } from "./values";

const STANDINGS = `
SELECT s.id, s.tid, s.thread_id, s.wait, s.timed, printf('0x%x', s.subject) AS subject,
       s.subject AS number, s.target_id, s.time_ns - s.since_ns AS waited, s.stack_id,
       s.told_kind, s.told_text, s.told_stack, s.ended, r.name, s.tid = p.pid AS is_main,
       (SELECT count(*) FROM waker w WHERE w.process_id = s.process_id AND w.subject = s.subject)
         AS wakers
FROM standing s LEFT JOIN resource r ON r.id = s.thread_id
LEFT JOIN process p ON p.id = s.process_id
WHERE s.process_id = :process ORDER BY s.id LIMIT 1000`;

const HELD = `
SELECT h.standing_id, printf('0x%x', h.lock) AS lock, h.mode, h.stack_id,
       s.time_ns - h.since_ns AS held
FROM held h JOIN standing s ON s.id = h.standing_id
WHERE s.process_id = :process ORDER BY h.standing_id, h.position LIMIT 2000`;

const INSIDE = `
SELECT i.standing_id, i.closing, r.kind, r.class FROM inside i
JOIN standing s ON s.id = i.standing_id LEFT JOIN resource r ON r.id = i.resource_id
WHERE s.process_id = :process ORDER BY i.standing_id, i.position LIMIT 1000`;

const ORDERS = `
SELECT printf('0x%x', o.first) AS first, printf('0x%x', o.second) AS second, o.tid, o.many,
       o.first_stack, o.second_stack
FROM lock_order o WHERE o.process_id = :process
  AND (o.first_stack IN (SELECT value FROM json_each(:stacks))
    OR o.second_stack IN (SELECT value FROM json_each(:stacks))) LIMIT 200`;

interface Held {
  standingId: number;
  lock: string;
  mode: string;
  stackId: number | null;
  heldNs: number | null;
}

export interface Standing {
  id: number;
  tid: number | null;
  threadId: number | null;
  name: string;
  wait: string;
  subject: string;
  number: number | null;
  targetId: number | null;
  waitedNs: number | null;
  stackId: number | null;
  told: string;
  timed: boolean;
  ended: boolean;
  held: Held[];
  inside: string[];
}

function standingOf(row: Row): Standing {
  const name = text(row["name"]) || (num(row["is_main"]) === 1 ? "main" : "");
  return {
    id: num(row["id"]) ?? 0, tid: num(row["tid"]), threadId: num(row["thread_id"]), name,
    wait: said(row["wait"]), subject: said(row["subject"]), number: num(row["number"]),
    targetId: num(row["target_id"]), waitedNs: num(row["waited"]), stackId: num(row["stack_id"]),
    told: said(row["told_text"]) || said(row["told_kind"]), timed: num(row["timed"]) === 1,
    ended: num(row["ended"]) === 1, held: [], inside: [],
  };
}

function insideOf(row: Row): string {
  const kind = said(row["kind"]);
  const name = said(row["class"]) || kind || "?";
  if (num(row["closing"]) === 1) return `inside of the close of ${name}`;
  return `inside of the ${name}${kind && kind !== name ? ` ${kind}` : ""}`;
}

export interface Orders {
  first: string;
  second: string;
  tid: number | null;
  many: boolean;
  firstStack: number | null;
  secondStack: number | null;
}

export interface Waits {
  standings: Standing[];
  orders: Orders[];
}

export function isAboutLocks(finding: Finding): boolean {
  return finding.rule === "teardown-deadlock" || finding.rule === "lock-order";
}

async function readStandings(asked: Asked, process: number): Promise<Standing[]> {
  const standings = (await asked.query(STANDINGS, { process })).map(standingOf);
  const byId = new Map(standings.map((one) => [one.id, one]));
  for (const row of await asked.query(HELD, { process }))
    byId.get(num(row["standing_id"]) ?? -1)?.held.push({
      standingId: num(row["standing_id"]) ?? 0, lock: said(row["lock"]), mode: said(row["mode"]),
      stackId: num(row["stack_id"]), heldNs: num(row["held"]),
    });
  for (const row of await asked.query(INSIDE, { process }))
    byId.get(num(row["standing_id"]) ?? -1)?.inside.push(insideOf(row));
  return standings;
}

export async function readWaits(
  asked: Asked, finding: Finding, evidence: readonly Evidence[],
): Promise<Waits> {
  const process = finding.processId ?? -1;
  const stacks = idList(evidence.map((one) => one.stackId));
  const orders = finding.rule !== "lock-order" ? []
    : (await asked.query(ORDERS, { process, stacks })).map((row): Orders => ({
      first: said(row["first"]), second: said(row["second"]), tid: num(row["tid"]),
      many: num(row["many"]) === 1, firstStack: num(row["first_stack"]),
      secondStack: num(row["second_stack"]),
    }));
  const standings = finding.rule === "lock-order" ? [] : await readStandings(asked, process);
  return { standings, orders };
}

/** Those of the story, in its order, and those that hold what they wait for. */
export function involved(
  standings: readonly Standing[], evidence: readonly Evidence[],
): Standing[] {
  const found = new Set(evidence.flatMap((one) => standings.filter((other) =>
    other.stackId !== null && other.stackId === one.stackId &&
    other.threadId === (one.resource?.kind === "thread" ? one.resource.id : null))));
  for (const one of found) {
    const holders = standings.filter((other) => other.held.some(
      (held) => isLock(one.wait) && held.lock === one.subject));
    const joined = standings.filter((other) =>
      one.wait === "join" && one.targetId !== null && other.threadId === one.targetId);
    for (const next of [...holders, ...joined]) found.add(next);
  }
  return [...found];
}

function isLock(wait: string): boolean {
  return wait === "mutex" || wait === "read-lock" || wait === "write-lock";
}

function threadName(standing: Standing): string {
  return `thread ${standing.tid ?? "?"}${standing.name ? ` '${standing.name}'` : ""}`;
}

function threadNode(standing: Standing): GraphNode {
  const forEver = standing.timed ? "waits, but not for ever" : "";
  return {
    id: `t${standing.id}`, kind: "thread", mark: standing.wait ? "stuck" : "",
    resource: null, lines: [threadName(standing), ...standing.inside.slice(0, 2), forEver,
      standing.ended ? "has ended" : "", standing.wait ? "" : "in no wait that is followed"]
      .filter(Boolean),
    stacks: standing.stackId === null ? [] : [{ says: "stands at", stackId: standing.stackId }],
  };
}

/** "the mutex 0x10", "something to come on descriptor 12". */
function whatFor(standing: Standing): string {
  if (standing.told && !isLock(standing.wait)) return standing.told;
  const words = waitText(standing.wait).replace(/,$/, "");
  if (standing.wait === "descriptor") return `${words} descriptor ${standing.number ?? "?"}`;
  if (standing.wait === "join") return `${words} a thread`;
  if (standing.wait === "child" || standing.wait === "signal") return words;
  return `${words.replace(/, to (read|write)$/, "")} ${standing.subject}`;
}

function sinceText(ns: number | null): string {
  return ns === null || ns < 0 ? "" : ` ${duration(ns)}`;
}

function waitEdges(
  standing: Standing, all: readonly Standing[], nodes: Map<string, GraphNode>,
): GraphEdge[] {
  const from = `t${standing.id}`;
  const waits = `waits${sinceText(standing.waitedNs)} for`;
  const target = all.find(
    (one) => standing.targetId !== null && one.threadId === standing.targetId);
  if (standing.wait === "join" && target)
    return [{ from, to: `t${target.id}`, label: `${waits} its end`, dashed: false, bad: true }];
  const id = `w${standing.wait}${standing.subject}`;
  nodes.set(id, nodes.get(id) ?? {
    id, kind: isLock(standing.wait) ? "lock" : "wait", mark: "wait", resource: null,
    lines: [whatFor(standing)], stacks: [],
  });
  return [{ from, to: id, label: waits, dashed: false, bad: true }];
}

function heldEdges(standing: Standing, nodes: Map<string, GraphNode>): GraphEdge[] {
  return standing.held.flatMap((held) => {
    const node = [...nodes.values()].find((one) => one.kind === "lock" &&
      one.id.endsWith(held.lock) && one.id.startsWith("w"));
    if (!node) return [];
    if (held.stackId !== null)
      node.stacks.push({ says: `taken by ${threadName(standing)} at`, stackId: held.stackId });
    return [{
      from: node.id, to: `t${standing.id}`, dashed: false, bad: true,
      label: `held${held.heldNs === null ? "" : `, taken${sinceText(held.heldNs)} before the end`}`,
    }];
  });
}

export function circleGraph(standings: readonly Standing[]): Graph {
  const nodes = new Map<string, GraphNode>();
  for (const one of standings) nodes.set(`t${one.id}`, threadNode(one));
  const edges: GraphEdge[] = [];
  for (const one of standings) if (one.wait) edges.push(...waitEdges(one, standings, nodes));
  for (const one of standings) edges.push(...heldEdges(one, nodes));
  return bounded(inOrder({ nodes: [...nodes.values()], edges }));
}

export function orderGraph(orders: readonly Orders[]): Graph {
  const nodes = new Map<string, GraphNode>();
  const lockNode = (lock: string): GraphNode => {
    const node: GraphNode = nodes.get(lock) ??
      { id: `l${lock}`, kind: "lock", mark: "", resource: null, stacks: [],
        lines: [`the lock ${lock}`] };
    nodes.set(lock, node);
    return node;
  };
  const edges = orders.map((one): GraphEdge => {
    const first = lockNode(one.first);
    const second = lockNode(one.second);
    const who = `thread ${one.tid ?? "?"}${one.many ? " and others" : ""}`;
    if (one.secondStack !== null)
      second.stacks.push({ says: `taken by ${who}, with ${one.first} in hand, at`,
        stackId: one.secondStack });
    return { from: first.id, to: second.id, bad: true, dashed: false,
      label: `${who} takes next` };
  });
  return bounded({ nodes: [...nodes.values()], edges });
}

/** What waits, and why what it waits for does not come. */
export function joinGraphs(waits: Graph, chain: Graph, at: string): Graph {
  const ends = waits.nodes.filter((one) => !waits.edges.some((edge) => edge.from === one.id));
  const first = chain.nodes[0];
  const edges = first ? ends.slice(0, 4).map((one): GraphEdge => ({
    from: one.id, to: first.id, label: at, dashed: false, bad: true,
  })) : [];
  return bounded({
    nodes: [...waits.nodes, ...chain.nodes], edges: [...waits.edges, ...edges, ...chain.edges],
  });
}
