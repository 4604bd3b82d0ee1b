// SPDX-License-Identifier: Apache-2.0
/* What the user chose, as the URL says it. */
import type { Choice } from "./lanes";
import type { Span } from "./model";
import { clamped, whole } from "./ticks";

export interface Wanted extends Choice {
  span: Span | null;
  query: string;
  select: number | null;
  finding: string;
}

type Params = Readonly<Record<string, string>>;

function list(text: string | undefined): ReadonlySet<string> {
  return new Set((text ?? "").split(",").filter((one) => one !== ""));
}

/** Whatever the URL says becomes something that can be shown. */
export function wantedOf(params: Params): Wanted {
  const from = Number.parseFloat(params["t0"] ?? "");
  const to = Number.parseFloat(params["t1"] ?? "");
  const select = Number(params["select"] ?? NaN);
  return {
    toggled: list(params["lanes"]), kinds: list(params["kinds"]), states: list(params["states"]),
    onlyFindings: params["only"] === "findings", text: params["class"] ?? "",
    span: Number.isFinite(from) && Number.isFinite(to) && to > from ? { from, to } : null,
    query: params["q"] ?? "", select: Number.isSafeInteger(select) ? select : null,
    finding: params["finding"] ?? "",
  };
}

export function spanOf(wanted: Wanted, end: number): Span {
  return wanted.span ? clamped(wanted.span, end) : whole(end);
}

export function spanParams(span: Span): Record<string, string> {
  const places = span.to - span.from < 1e5 ? 2 : 0;
  return { t0: span.from.toFixed(places), t1: span.to.toFixed(places) };
}

/** A set with that one in it, or without it, as a parameter. */
export function flipped(set: ReadonlySet<string>, one: string): string {
  const next = new Set(set);
  if (!next.delete(one)) next.add(one);
  return [...next].join(",");
}

/** Whether two choices give the same lanes. */
export function sameLanes(a: Choice, b: Choice): boolean {
  const text = (one: Choice) => JSON.stringify([
    [...one.toggled], [...one.kinds], [...one.states], one.onlyFindings, one.text,
  ]);
  return text(a) === text(b);
}
