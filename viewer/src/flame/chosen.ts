// SPDX-License-Identifier: Apache-2.0
/* What the user chose for the flame graph, as the URL says it. */
import { bytes, count } from "../ui/format";
import type { Filter, Measure } from "./sums";
import type { Sort } from "./table";

export interface MeasureRow {
  name: Measure;
  title: string;
  /** above the picture */
  heading: string;
  /** behind a number */
  unit: string;
  says: string;
  /** what none of it means */
  none: string;
  format(value: number): string;
}

export const measures: readonly MeasureRow[] = [
  {
    name: "alive", title: "Alive at the end", heading: "Where what is alive at the end was born",
    unit: "alive at the end",
    says: "lifetimes that had not ended when their process did",
    none: "Nothing of this is alive at the end.", format: count,
  },
  {
    name: "leaked", title: "Leaked", heading: "Where what leaked was born",
    unit: "leaked",
    says: "alive at the end, and a finding that fails a gate is about it",
    none: "No finding that fails a gate is about anything of this.", format: count,
  },
  {
    name: "born", title: "Total born", heading: "Where everything was born",
    unit: "born",
    says: "all lifetimes but inherited ones, with those that are kept as sums only",
    none: "Nothing of this was born.", format: count,
  },
  {
    name: "bytes", title: "Bytes", heading: "Where the sockets were born that sent and received",
    unit: "sent and received",
    says: "sent and received by the sockets that were born here, as" +
      " their calls returned; not memory", none: "No traffic of these was counted.", format: bytes,
  },
];

export interface Chosen {
  measure: MeasureRow;
  filter: Filter;
  folded: boolean;
  /** culprits first, their callers after them */
  byCulprit: boolean;
  query: string;
  /** a node's key; "" is the root */
  zoom: string;
  sort: Sort;
  reversed: boolean;
}

const sorts: readonly Sort[] = ["self", "total", "leaked", "name", "module"];

function seconds(text: string | undefined): number | null {
  const value = Number(text);
  return text && Number.isFinite(value) ? Math.round(value * 1e9) : null;
}

function identity(text: string | undefined): number | null {
  return text && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/** "fd" or "fd/udp"; a class may have slashes. "*" is all, whatever the command was asked for. */
export function kindOf(text: string): { kind: string | null; class: string | null } {
  if (text === "" || text === "*") return { kind: null, class: null };
  const at = text.indexOf("/");
  if (at < 0) return { kind: text, class: null };
  return { kind: text.slice(0, at), class: text.slice(at + 1) };
}

/** Whatever the URL says, a choice that there is. */
export function chosenOf(
  params: Record<string, string>, asked: { kind?: string | null } = {},
): Chosen {
  const measure = measures.find((one) => one.name === params["m"]) ?? measures[0]!;
  const sort = (params["sort"] ?? "").replace(/^-/, "");
  return {
    measure,
    filter: {
      measure: measure.name, ...kindOf(params["kind"] ?? asked.kind ?? ""),
      process: identity(params["process"]),
      from: seconds(params["from"]), to: seconds(params["to"]),
    },
    folded: params["frames"] !== "all",
    byCulprit: params["order"] === "culprit",
    query: params["q"] ?? "",
    zoom: params["zoom"] ?? "",
    sort: sorts.find((one) => one === sort) ?? "self",
    reversed: params["sort"]?.startsWith("-") ?? false,
  };
}

export function percent(part: number, whole: number): string {
  if (whole <= 0) return "0 %";
  const share = (100 * part) / whole;
  if (share > 0 && share < 0.1) return "< 0.1 %";
  return `${Number(share.toFixed(share < 10 ? 1 : 0))} %`;
}
