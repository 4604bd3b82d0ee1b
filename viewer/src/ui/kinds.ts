// SPDX-License-Identifier: Apache-2.0
/* Kinds of things, and the words for their lives. */
import rows from "../../contract/kinds.def?raw";
import { tableOf } from "./contract";

export interface Kind {
  name: string;
  plural: string;
  /** "25 opened" */
  begun: string;
  /** "11 closed" */
  over: string;
}

export const kinds: readonly Kind[] = tableOf(rows, "TRACK_KIND").map((row) => ({
  name: row[1]!, plural: row[2]!, begun: row[3]!, over: row[4]!,
}));

/** Of a kind that is not known, too. */
export function kindOf(name: string): Kind {
  return (
    kinds.find((one) => one.name === name) ??
    { name, plural: name || "things", begun: "begun", over: "over" }
  );
}

/** The variable of theme.css with its colour. */
export function kindColor(name: string): string {
  return kinds.some((one) => one.name === name) ? `--kind-${name}` : "--kind-object";
}
