// SPDX-License-Identifier: Apache-2.0
/* All that the page tells of one finding, read from the trace; what cannot be read is said. */
import type { Gate } from "../session";
import { NO_ANSWER, readAnswer, type Answer } from "./answer";
import {
  circleGraph, involved, isAboutLocks, joinGraphs, orderGraph, readWaits, type Waits,
} from "./circle";
import { isBirth, readEvidence, stepsOf, type Evidence, type Step } from "./evidence";
import { placeText, readStacks, type Stacks } from "./frames";
import {
  addDependants, chainGraph, readChain, readDependants, tellMembers, tellPlaces, type Dependants,
  type Graph,
} from "./graph";
import { readGrowth, type Growth } from "./growth";
import { gateOf, type Finding } from "./list";
import { readMembers, type Members } from "./members";
import { readReferences, type Reference } from "./references";
import type { Resource } from "./resource";
import { momentsOf, type Moment } from "./story";
import { suppressionOf, type Suppression } from "./suppression";
import { stateFails } from "../contract";
import type { Asked } from "./values";

export interface Told {
  finding: Finding;
  evidence: Evidence[];
  steps: Step[];
  /** the one that the chain is told of */
  head: Resource | null;
  chain: Resource[];
  references: Reference[];
  answer: Answer;
  graph: Graph;
  stacks: Stacks;
  moments: Moment[];
  members: Members;
  growth: Growth;
  suppression: Suppression | null;
  /** of its process, or of the recording: what is alive was so until then */
  endNs: number;
  /** it only fails with --strict */
  strict: boolean;
  /** parts that could not be read, and why */
  troubles: string[];
}

/** The first member; in a hang, what is kept and should not be. */
function headOf(finding: Finding, evidence: readonly Evidence[]): Resource | null {
  if (isAboutLocks(finding))
    return evidence.find((one) => one.resource && /\bkept by\b/.test(one.role))?.resource ?? null;
  return evidence.find((one) => one.resource && isBirth(one))?.resource ??
    evidence.find((one) => one.resource)?.resource ?? null;
}

/** What was read for the graph. */
interface Ground {
  evidence: Evidence[];
  head: Resource | null;
  chain: Resource[];
  dependants: Dependants;
  references: Reference[];
  waits: Waits;
}

function graphOf(finding: Finding, ground: Ground, endNs: number): Graph {
  const { head, waits, evidence } = ground;
  const why = head ? chainGraph(head.id, ground.chain, ground.references, endNs)
    : { nodes: [], edges: [] };
  if (!isAboutLocks(finding))
    return head ? addDependants(tellMembers(why, finding), head.id, ground.dependants, endNs) : why;
  const circle = finding.rule === "lock-order" ? orderGraph(waits.orders)
    : circleGraph(involved(waits.standings, evidence));
  return joinGraphs(circle, why, "kept by");
}

/** Those that fail as this one does, of its rule: no other line could be about it. */
function failingOf(finding: Finding, findings: readonly Finding[], gate: Gate | null): Finding[] {
  const strict = stateFails(finding.state) !== "ALWAYS";
  return findings.filter((one) => {
    if (one.rule !== finding.rule) return false;
    const said = gateOf(one, gate);
    if (said && !strict) return said.fails || one.id === finding.id;
    const fails = stateFails(one.state);
    return fails === "ALWAYS" || (strict && fails === "STRICT");
  });
}

async function readSuppression(
  asked: Asked, finding: Finding, findings: readonly Finding[], gate: Gate | null,
): Promise<Suppression | null> {
  if (stateFails(finding.state) === "NEVER") return null;
  const failing = failingOf(finding, findings, gate);
  const stacks = await readStacks(asked, failing.map((one) => one.stackId));
  return suppressionOf(finding, failing.map((one) => ({
    finding: one, frames: one.stackId === null ? [] : stacks.get(one.stackId) ?? [],
  })));
}

/** Every stack that is told of somewhere. */
function stackIds(told: Omit<Told, "stacks" | "moments">): (number | null)[] {
  const { steps, references, graph, finding, answer } = told;
  return [finding.stackId, ...steps.map((one) => one.stackId),
    ...references.flatMap((one) => [one.stackId, one.releasedStack]),
    ...answer.keepers.map((one) => one.elsewhere?.stackId ?? null),
    ...graph.nodes.flatMap((one) => one.stacks.map((stack) => stack.stackId))];
}

const NO_MEMBERS: Members = { total: 0, page: 0, rows: [] };
const NO_WAITS: Waits = { standings: [], orders: [] };

/** Reads a part; where that fails, what is there without it. */
type Reader = <T>(what: string, read: () => Promise<T>, none: T) => Promise<T>;

async function readGround(asked: Asked, finding: Finding, part: Reader): Promise<Ground> {
  const evidence = await part("evidence", () => readEvidence(asked, finding.id), []);
  const head = headOf(finding, evidence);
  const chain = head ? await part("chain", () => readChain(asked, head.id), []) : [];
  const dependants = head && head.deathNs === null
    ? await part("what it keeps", () => readDependants(asked, head.id), { total: 0, owned: [] })
    : { total: 0, owned: [] };
  const references =
    await part("references", () => readReferences(asked, chain.map((one) => one.id)), []);
  const waits = isAboutLocks(finding)
    ? await part("threads", () => readWaits(asked, finding, evidence), NO_WAITS) : NO_WAITS;
  return { evidence, head, chain, dependants, references, waits };
}

export async function readTold(
  asked: Asked, finding: Finding, findings: readonly Finding[], gate: Gate | null,
  recordingEndNs: number, page: number,
): Promise<Told> {
  const troubles: string[] = [];
  const endNs = finding.endNs ?? recordingEndNs;
  const part: Reader = async (what, read, none) => {
    try {
      return await read();
    } catch (error) {
      troubles.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
      return none;
    }
  };
  const ground = await readGround(asked, finding, part);
  const { evidence, head, chain, references } = ground;
  const told = {
    finding, evidence, head, chain, references, troubles, endNs,
    steps: stepsOf(finding, evidence),
    answer: await part("what keeps it",
      () => readAnswer(asked, finding, head, chain, references), NO_ANSWER),
    graph: graphOf(finding, ground, endNs),
    members: await part("members", () => readMembers(asked, finding, page), NO_MEMBERS),
    growth: await part("growth", () => readGrowth(asked, finding, evidence),
      { points: [], trends: [] }),
    suppression:
      await part("suppression", () => readSuppression(asked, finding, findings, gate), null),
    strict: stateFails(finding.state) === "STRICT",
  };
  const stacks: Stacks =
    await part("stacks", () => readStacks(asked, stackIds(told)), new Map());
  const moments = isAboutLocks(finding) ? [] : momentsOf(told.steps, references, head, endNs);
  const graph = tellPlaces(told.graph,
    (id) => placeText(stacks.get(id), isAboutLocks(finding)));
  return { ...told, stacks, moments, graph };
}
