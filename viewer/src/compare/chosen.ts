// SPDX-License-Identifier: Apache-2.0
/* What the user chose to compare, as the URL says it. */
import { measures, type MeasureRow } from "../flame/chosen";

export interface Comparison {
  old: number;
  new: number;
  measure: MeasureRow;
  /** of the curves; null: all */
  kind: string | null;
  byMarks: boolean;
  /** divided by sessions, where they are not equally many */
  perSession: boolean;
  folded: boolean;
  zoom: string;
}

function indexOf(text: string | undefined, count: number, otherwise: number): number {
  const index = text && /^\d{1,4}$/.test(text) ? Number(text) : otherwise;
  return index < count ? index : otherwise;
}

/** The first two traces, in the order in which they were given, unless the URL says others. */
export function comparisonOf(params: Record<string, string>, traces: number): Comparison {
  return {
    old: indexOf(params["old"], traces, 0), new: indexOf(params["new"], traces, 1),
    measure: measures.find((one) => one.name === params["m"]) ?? measures[0]!,
    kind: params["kind"] ? params["kind"] : null,
    byMarks: params["align"] === "marks", perSession: params["per"] !== "all",
    folded: params["frames"] !== "all", zoom: params["zoom"] ?? "",
  };
}
