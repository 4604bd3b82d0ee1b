// SPDX-License-Identifier: Apache-2.0
/*
 * What all views share with the C side: what rules, states, kinds and waits are called, by the
 * tables themselves, and which lifetimes a report counts.
 */
import fdClassesText from "../contract/fd_classes.def?raw";
import goText from "../contract/go_library.def?raw";
import rulesText from "../contract/rules.def?raw";
import statesText from "../contract/finding_states.def?raw";
import waitsText from "../contract/waits.def?raw";
import { matches } from "./overview/glob";
import { tableOf } from "./ui/contract";
import { kindOf } from "./ui/kinds";

/** Of resource as r: what was there before the program's first instruction is nobody's doing. */
export const IS_COUNTED = "r.inherited = 0";

/** Of resource as r: when it was over; NULL: it is alive at the end, or until its process' end. */
export const OVER = "coalesce(r.death_ns, r.closed_ns)";

/** With process as p: what a process' end ends, no death tells. */
export const OVER_OR_ENDED = `coalesce(${OVER}, p.end_ns)`;

/** Rows by the argument that names them. */
function byName(rows: string[][], at: number): Map<string, string[]> {
  return new Map(rows.map((row) => [row[at]!, row]));
}

const rules = byName(tableOf(rulesText, "TRACK_RULE"), 1);
const states = byName(tableOf(statesText, "TRACK_FINDING_STATE"), 1);
const fdClasses = byName(tableOf(fdClassesText, "TRACK_FD_CLASS"), 1);
const waits = byName(tableOf(waitsText, "TRACK_WAIT"), 1);
const goLibrary = tableOf(goText, "GO_LIBRARY").map(([pattern]) => pattern!);

export function isRule(rule: string): boolean {
  return rules.has(rule);
}

export function ruleSays(rule: string): string {
  return rules.get(rule)?.[2] ?? "";
}

export function stateSays(state: string): string {
  return states.get(state)?.[3] ?? "";
}

/** A state that is not known fails a gate, as it does there. */
export function stateFails(state: string): string {
  return states.get(state)?.[2] ?? "ALWAYS";
}

/** States that do not fail every gate. */
export const mildStates: readonly string[] =
  [...states.keys()].filter((state) => stateFails(state) !== "ALWAYS");

export function begun(kind: string): string {
  return kindOf(kind).begun;
}

export function fdNoun(className: string): string {
  return fdClasses.get(className)?.[2] ?? "descriptor";
}

export function isSocket(className: string): boolean {
  return fdClasses.get(className)?.[3] === "SOCKET";
}

export function waitText(wait: string): string {
  return waits.get(wait)?.[2] ?? wait;
}

/** What every Go program has linked in. */
export function isOfGo(name: string): boolean {
  return goLibrary.some((pattern) => matches(pattern, name));
}
