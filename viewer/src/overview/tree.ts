// SPDX-License-Identifier: Apache-2.0
/* The processes of a run as lines: images that followed each other are one; so are equal siblings. */
import type { Row } from "../db/engine";
import { countOf, numberOf } from "./cells";
import { endOf, type Process, processName } from "./run";

/** Findings that a process has a part in. */
export const PARTS_SQL = `
SELECT process_id AS process, count(*) AS count FROM (SELECT DISTINCT f.id,
  coalesce(r.process_id, f.process_id) AS process_id FROM finding f
  LEFT JOIN evidence e ON e.finding_id = f.id LEFT JOIN act a ON a.id = e.act_id
  LEFT JOIN resource r ON r.id = coalesce(e.resource_id, a.resource_id)) GROUP BY process_id`;

export interface Line {
  depth: number;
  count: number;
  command: string;
  /** of one process; null: the line is of several */
  pid: number | null;
  end: string;
  findings: number;
  lost: number;
}

export interface Tree {
  lines: Line[];
  /** processes that no line shows */
  more: number;
  nodes: number;
}

const LINES_MAX = 60;
const DEPTH_MAX = 40;
const COMMAND_MAX = 100;

interface Node {
  last: Process;
  parent: number;
  children: number[];
  findings: number;
  lost: number;
}

/** A parent that does not come before its child is none: the file may be anybody's. */
function nodesOf(processes: readonly Process[], parts: Map<number, number>): Node[] {
  const nodes: Node[] = [];
  const ofId = new Map<number, number>();
  const ofPid = new Map<number, number>();
  for (const process of processes) {
    const before = process.image > 0 ? ofPid.get(process.pid) : undefined;
    const parent = ofId.get(process.parentId) ?? -1;
    let at = before ?? -1;
    if (at < 0) {
      at = nodes.length;
      nodes.push({ last: process, parent, children: [], findings: 0, lost: 0 });
      if (parent >= 0) nodes[parent]!.children.push(at);
    }
    const node = nodes[at]!;
    node.last = process;
    node.findings += parts.get(process.id) ?? 0;
    node.lost += process.lost;
    ofId.set(process.id, at);
    if (process.origin !== "import") ofPid.set(process.pid, at);
  }
  return nodes;
}

function likeness(node: Node): string {
  const { last, findings, lost } = node;
  return JSON.stringify([processName(last), endOf(last), findings > 0, lost > 0]);
}

/** The words that all begin with, "..." for the rest. */
export function sharedCommand(commands: readonly string[], name: string): string {
  const first = (commands[0] ?? "").split(" ");
  let shared = first.length;
  for (const command of commands) {
    const words = command.split(" ");
    let i = 0;
    while (i < shared && i < words.length && words[i] === first[i]) i++;
    shared = i;
  }
  const text = first.slice(0, shared).join(" ") || name;
  const cut = text.length > COMMAND_MAX ? text.slice(0, COMMAND_MAX) : text;
  return cut === text && commands.every((one) => one === text) ? text : `${cut} ...`;
}

interface Candidate extends Line {
  parent: number;
  keep: boolean;
  abnormal: boolean;
}

function fold(
  nodes: Node[], members: number[], depth: number, parent: number, lines: Candidate[],
): void {
  const groups = new Map<string, number[]>();
  for (const member of members) {
    const key = likeness(nodes[member]!);
    const group = groups.get(key);
    if (group) group.push(member);
    else groups.set(key, [member]);
  }
  for (const group of groups.values()) {
    const found = group.map((index) => nodes[index]!);
    const first = found[0]!.last;
    const at = lines.length;
    lines.push({
      depth, count: group.length, parent, keep: false,
      command: sharedCommand(found.map((one) => one.last.command), processName(first)),
      pid: group.length === 1 ? first.pid : null,
      end: endOf(first),
      abnormal: first.end !== "exit" && first.end !== "exec",
      findings: found.reduce((sum, one) => sum + one.findings, 0),
      lost: found.reduce((sum, one) => sum + one.lost, 0),
    });
    if (depth < DEPTH_MAX) fold(nodes, found.flatMap((one) => one.children), depth + 1, at, lines);
  }
}

/** A line with those above it, as far as there is room. */
function keep(lines: Candidate[], line: number, room: number): number {
  const missing: number[] = [];
  for (let at = line; at >= 0; at = lines[at]!.parent) if (!lines[at]!.keep) missing.push(at);
  if (missing.length > room) return room;
  for (const at of missing) lines[at]!.keep = true;
  return room - missing.length;
}

export function treeOf(processes: readonly Process[], parts: Row[]): Tree {
  const nodes = nodesOf(processes, new Map(parts.map((row) => [
    numberOf(row, "process"), countOf(row, "count"),
  ])));
  const lines: Candidate[] = [];
  fold(nodes, nodes.flatMap((node, index) => (node.parent < 0 ? [index] : [])), 0, -1, lines);
  let room = LINES_MAX;
  lines.forEach((line, index) => {
    if (line.findings || line.lost || line.abnormal) room = keep(lines, index, room);
  });
  for (let depth = 0; depth <= DEPTH_MAX && room; depth++)
    lines.forEach((line, index) => {
      if (line.depth === depth && !line.keep && room) room = keep(lines, index, room);
    });
  const shown = lines.filter((line) => line.keep);
  const count = shown.reduce((sum, line) => sum + line.count, 0);
  return { lines: shown, more: nodes.length - count, nodes: nodes.length };
}
