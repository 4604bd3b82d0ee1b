// SPDX-License-Identifier: Apache-2.0
/* The same data as a table: what each function made itself, and with all that it called. */
import { baseName } from "../ui/format";
import type { Frame } from "./stacks";
import type { Sample } from "./sums";
import { finds } from "./tree";

export interface FunctionRow {
  id: string;
  name: string;
  module: string;
  file: string | null;
  line: number | null;
  self: number;
  total: number;
  leaked: number;
  /** of those, what was born in it */
  leakedSelf: number;
}

export type Sort = "self" | "total" | "leaked" | "name" | "module";

/** Chains end where things were born. A function that calls itself is counted once a stack. */
export function functionTable(
  samples: readonly Sample[], chainOf: (stack: number | null) => readonly Frame[],
): FunctionRow[] {
  const rows = new Map<string, FunctionRow>();
  for (const sample of samples) {
    const chain = chainOf(sample.stack);
    const counted = new Set<string>();
    for (let i = chain.length - 1; i >= 0; i--) {
      const frame = chain[i]!;
      let row = rows.get(frame.id);
      if (!row) {
        row = {
          id: frame.id, name: frame.name, module: baseName(frame.module), file: frame.file,
          line: frame.line, self: 0, total: 0, leaked: 0, leakedSelf: 0,
        };
        rows.set(frame.id, row);
      }
      if (i === chain.length - 1) {
        row.self += sample.value;
        row.leakedSelf += sample.leaked;
      }
      if (counted.has(frame.id)) continue;
      counted.add(frame.id);
      row.total += sample.value;
      row.leaked += sample.leaked;
    }
  }
  return [...rows.values()];
}

/** The function in which most of what leaked was born; null: nothing leaked. */
export function mostLeaking(rows: readonly FunctionRow[]): FunctionRow | null {
  return rows.reduce<FunctionRow | null>((most, row) =>
    (row.leakedSelf > (most?.leakedSelf ?? 0) ? row : most), null);
}

const texts: Sort[] = ["name", "module"];

/** Numbers the largest first, texts from a to z; reversed the other way round. */
export function sortRows(rows: readonly FunctionRow[], by: Sort, reversed: boolean): FunctionRow[] {
  const order = (a: FunctionRow, b: FunctionRow): number => {
    if (texts.includes(by)) {
      const [one, other] = [String(a[by]), String(b[by])];
      return one < other ? -1 : one > other ? 1 : b.total - a.total;
    }
    return Number(b[by]) - Number(a[by]) || b.self - a.self || b.total - a.total ||
      (a.name < b.name ? -1 : 1);
  };
  return [...rows].sort((a, b) => (reversed ? -order(a, b) : order(a, b)));
}

export function filterRows(rows: readonly FunctionRow[], query: string): FunctionRow[] {
  if (query === "") return [...rows];
  return rows.filter((row) => finds(row.name, query) || finds(row.file ?? "", query));
}
