// SPDX-License-Identifier: Apache-2.0
/* A lifetime as a finding speaks of it: what it is called, and how it stands at the end. */
import type { Row } from "../db/engine";
import { duration } from "../ui/format";
import { fdNoun } from "../contract";
import { num, said, text } from "./values";

export interface Resource {
  id: number;
  processId: number | null;
  kind: string;
  className: string;
  /** a number or an address, for people; the number of a thread is its tid */
  subject: string;
  name: string;
  local: string;
  remote: string;
  birthNs: number | null;
  birthStack: number | null;
  birthTid: number | null;
  birthCall: string;
  deathNs: number | null;
  deathStack: number | null;
  deathTid: number | null;
  ending: string;
  closeNs: number | null;
  closedNs: number | null;
  closeStack: number | null;
  closeTid: number | null;
  ownerId: number | null;
  hintId: number | null;
  traits: string;
  refs: number | null;
  woken: number | null;
  tid: number | null;
  outCount: number | null;
  inCount: number | null;
  outBytes: number | null;
  inBytes: number | null;
  lastUseNs: number | null;
  startRoutine: string;
  earlier: boolean;
}

/** Of the table resource as r: what resourceOf reads. Times count from the trace's start. */
export const RESOURCE_COLUMNS = `
  r.id AS r_id, r.process_id, r.kind, r.class, r.subject AS number,
  printf('0x%x', r.subject) AS address, r.name, r.local_address, r.remote_address,
  r.birth_ns - :t0 AS birth, r.birth_stack, r.birth_tid, r.birth_call,
  r.death_ns - :t0 AS death, r.death_stack, r.death_tid, r.ending,
  r.close_ns - :t0 AS close, r.closed_ns - :t0 AS closed, r.close_stack, r.close_tid,
  r.owner_id, r.hint_id, r.traits, r.refs, r.woken, r.tid,
  r.out_count, r.in_count, r.out_bytes, r.in_bytes, r.last_use_ns - :t0 AS last_use,
  (SELECT f.function FROM frame f WHERE f.location_id = r.start_location AND f.position = 0)
    AS start_routine, r.earlier`;

export function resourceOf(row: Row): Resource | null {
  const id = num(row["r_id"]);
  if (id === null) return null;
  const kind = said(row["kind"]);
  return {
    id, kind, processId: num(row["process_id"]), className: said(row["class"]),
    subject: kind === "fd" ? said(row["number"]) : said(row["address"]),
    name: said(row["name"]), local: said(row["local_address"]), remote: said(row["remote_address"]),
    birthNs: num(row["birth"]), birthStack: num(row["birth_stack"]),
    birthTid: num(row["birth_tid"]), birthCall: said(row["birth_call"]),
    deathNs: num(row["death"]), deathStack: num(row["death_stack"]),
    deathTid: num(row["death_tid"]), ending: text(row["ending"]) ?? "",
    closeNs: num(row["close"]), closedNs: num(row["closed"]),
    closeStack: num(row["close_stack"]), closeTid: num(row["close_tid"]),
    ownerId: num(row["owner_id"]), hintId: num(row["hint_id"]),
    traits: said(row["traits"]), refs: num(row["refs"]), woken: num(row["woken"]),
    tid: num(row["tid"]), outCount: num(row["out_count"]), inCount: num(row["in_count"]),
    outBytes: num(row["out_bytes"]), inBytes: num(row["in_bytes"]),
    lastUseNs: num(row["last_use"]), startRoutine: said(row["start_routine"]),
    earlier: num(row["earlier"]) === 1,
  };
}

/** Of these a class says what they are for. */
const ACTS = ["callback", "task", "timer"];

/** "UDP socket", "candidate", "on_open callback": what a person calls one. */
export function nounOf({ kind, className }: Pick<Resource, "kind" | "className">): string {
  if (kind === "fd") return fdNoun(className);
  if (kind === "thread") return "thread";
  return ACTS.includes(kind) && className && className !== kind ? `${className} ${kind}`
    : className || kind;
}

/** Which one it is: "fd 7", "13673 'dc worker 0'", "0x7f56". */
export function whichOf(resource: Resource): string {
  const name = resource.name ? ` '${resource.name}'` : "";
  if (resource.kind === "fd") return `fd ${resource.subject}${name}`;
  if (resource.kind === "thread") return `${resource.tid ?? resource.subject}${name}`;
  return `${resource.subject}${name}`;
}

export function labelOf(resource: Resource): string {
  return `${nounOf(resource)} ${whichOf(resource)}`;
}

export function addressesOf(resource: Resource): string {
  return [resource.local, resource.remote && `to ${resource.remote}`].filter(Boolean).join(" ");
}

const ALIVE: Record<string, string> = {
  fd: "open at the end", thread: "runs at the end", callback: "armed at the end",
  timer: "armed at the end", scope: "not closed at the end",
};

function before(at: number | null, endNs: number): string {
  return at === null || at > endNs ? "" : ` ${duration(endNs - at)} before the end`;
}

function aliveOf(resource: Resource): string {
  if (resource.kind === "task")
    return resource.woken ? "to be polled, and was not" : "pending at the end";
  if (resource.ending && resource.kind === "thread") return `${resource.ending}, and runs`;
  return Object.hasOwn(ALIVE, resource.kind) ? ALIVE[resource.kind]! : "alive at the end";
}

/** How it stands at the end of the recording. */
export function standOf(resource: Resource, endNs: number): string {
  if (resource.kind === "scope" && resource.closedNs !== null)
    return `closed${before(resource.closeNs, endNs)}`;
  if (resource.kind === "scope" && resource.closeNs !== null && resource.deathNs === null)
    return `its close began${before(resource.closeNs, endNs)} and has not returned`;
  if (resource.deathNs === null) return aliveOf(resource);
  return `${resource.ending || "ended"}${before(resource.deathNs, endNs)}`;
}

const INNER_TRAITS = ["told-by-pack", "ends-with-owner", "ends-at-zero"];

/** What the program says of it; how its end is known is of no use to who reads of it. */
export function traitsOf(resource: Resource): string {
  return resource.traits.split(",").filter((one) => one && !INNER_TRAITS.includes(one)).join(", ");
}
