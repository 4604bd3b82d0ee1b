// SPDX-License-Identifier: Apache-2.0
/* What happened to one of them, in the order of time. */
import type { Step } from "./evidence";
import { withoutAt } from "./evidence";
import type { Reference } from "./references";
import { labelOf, standOf, type Resource } from "./resource";
import { begun } from "../contract";

export interface Moment {
  atNs: number;
  says: string;
  who: string;
  tid: number | null;
  stackId: number | null;
}

function whenOf(step: Step, references: readonly Reference[]): [number | null, number | null] {
  const { resource, act, stackId, says } = step;
  if (act) return [act.atNs, act.tid];
  if (!resource) return [null, null];
  const born: [number | null, number | null] = [resource.birthNs, resource.birthTid];
  const taken = references.find((one) => one.resourceId === resource.id && one.stackId === stackId);
  if (/\btaken,? at$/.test(says)) return [taken?.firstNs ?? null, null];
  const isEnd = /\b(closed|ended|destroyed|given up)\b/.test(says);
  if (stackId === resource.birthStack && !isEnd) return born;
  if (stackId === resource.closeStack && resource.closeStack !== null)
    return [resource.closeNs, resource.closeTid];
  if (stackId === resource.deathStack && resource.deathStack !== null)
    return [resource.deathNs, resource.deathTid];
  return stackId === resource.birthStack ? born : [null, null];
}

/** Shorter than above a stack, since who it is about stands beside it. */
function whatOf(step: Step): string {
  const says = withoutAt(step.says);
  if (/created$/.test(says)) return step.resource ? begun(step.resource.kind) : "created";
  const taken = /^(.*): (\d+ of \d+ released), taken$/.exec(says);
  return taken ? `${taken[1]} (${taken[2]})` : says;
}

/** Of the first member; the others went the same way. */
export function momentsOf(
  steps: readonly Step[], references: readonly Reference[], head: Resource | null, endNs: number,
): Moment[] {
  const moments = steps.flatMap((step): Moment[] => {
    const [atNs, tid] = whenOf(step, references);
    if (atNs === null) return [];
    const says = `${whatOf(step)}${step.act?.more ? ` (and ${step.act.more} times more)` : ""}`;
    return [{ atNs, says, tid, who: step.resource ? labelOf(step.resource) : "",
      stackId: step.stackId }];
  });
  if (head?.lastUseNs != null)
    moments.push({ atNs: head.lastUseNs, says: "last used", who: labelOf(head), tid: null,
      stackId: null });
  moments.sort((a, b) => a.atNs - b.atNs);
  if (head && head.deathNs === null && moments.length > 0)
    moments.push({ atNs: endNs, says: standOf(head, endNs), who: labelOf(head), tid: null,
      stackId: null });
  return moments;
}
