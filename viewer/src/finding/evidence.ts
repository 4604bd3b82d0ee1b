// SPDX-License-Identifier: Apache-2.0
/* What a finding rests on, told as the report tells it: what was done where, in order. */
import type { Row } from "../db/engine";
import type { Finding } from "./list";
import { RESOURCE_COLUMNS, resourceOf, type Resource } from "./resource";
import { begun } from "../contract";
import { num, said, text, type Asked } from "./values";

/** So many rows of evidence are told, as in the report; the members are all there. */
const EVIDENCE_MOST = 48;

const EVIDENCE = `
SELECT e.position, e.role, e.stack_id, e.act_id, a.time_ns - :t0 AS act_at, a.tid AS act_tid,
       a.call AS act_call, a.error AS act_error,
       (SELECT m.count FROM act_more m WHERE m.act_id = a.id) AS act_more, ${RESOURCE_COLUMNS}
FROM evidence e LEFT JOIN act a ON a.id = e.act_id
LEFT JOIN resource r ON r.id = coalesce(e.resource_id, a.resource_id)
WHERE e.finding_id = :id ORDER BY e.position LIMIT ${EVIDENCE_MOST}`;

export interface Act {
  atNs: number | null;
  tid: number | null;
  call: string;
  error: number | null;
  more: number;
}

export interface Evidence {
  role: string;
  stackId: number | null;
  act: Act | null;
  resource: Resource | null;
}

function evidenceOf(row: Row): Evidence {
  const act: Act | null = num(row["act_id"]) === null ? null : {
    atNs: num(row["act_at"]), tid: num(row["act_tid"]), call: text(row["act_call"]) ?? "",
    error: num(row["act_error"]), more: num(row["act_more"]) ?? 0,
  };
  return { role: said(row["role"]), stackId: num(row["stack_id"]), act, resource: resourceOf(row) };
}

export async function readEvidence(asked: Asked, id: number): Promise<Evidence[]> {
  return (await asked.query(EVIDENCE, { id })).map(evidenceOf);
}

export function isBirth(evidence: Evidence): boolean {
  return evidence.role === "created at";
}

/** Both say the same of one thing, each from a place of its own. */
function isOtherPlace(one: Evidence, other: Evidence): boolean {
  return !other.act && one.resource !== null && one.resource.id === other.resource?.id &&
    one.stackId !== null && other.stackId !== null && one.stackId !== other.stackId;
}

export interface Step {
  says: string;
  stackId: number | null;
  resource: Resource | null;
  act: Act | null;
}

function headingOf(evidence: Evidence): string {
  const { resource } = evidence;
  if (!isBirth(evidence) || !resource) return evidence.role;
  const call = resource.birthCall ? ` by ${resource.birthCall}()` : "";
  return `${begun(resource.kind)}${call} at`;
}

/** Of many members one stack per role is enough: they were born alike. */
export function stepsOf(finding: Finding, evidence: readonly Evidence[]): Step[] {
  const steps: Step[] = [];
  const told: { evidence: Evidence; stack: boolean }[] = [];
  for (const one of evidence) {
    const alike = told.filter(
      (other) => other.evidence.role === one.role && !isOtherPlace(other.evidence, one));
    const shown = one.stackId !== null && !alike.some((other) => other.stack);
    told.push({ evidence: one, stack: shown });
    if (!shown && (alike.length > 0 || isBirth(one))) continue;
    steps.push({
      says: headingOf(one), stackId: shown ? one.stackId : null, resource: one.resource,
      act: one.act,
    });
  }
  const inEvidence = evidence.some((one) => one.stackId === finding.stackId);
  if (finding.stackId !== null && !inEvidence)
    steps.unshift({ says: "at", stackId: finding.stackId, resource: null, act: null });
  return steps;
}

/** "created", of "created at"; "held by ...: 0 of 1 released, taken". */
export function withoutAt(says: string): string {
  return says.replace(/,? at$/, "");
}
