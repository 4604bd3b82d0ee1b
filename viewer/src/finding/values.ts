// SPDX-License-Identifier: Apache-2.0
/* Cells of a trace, which may hold anything: as text, as a number to reckon with, or not. */
import type { Params, Row, Value } from "../db/engine";

/** What questions are put to: a trace, or an engine in a test. */
export interface Asked {
  query<T = Row>(sql: string, params?: Params): Promise<T[]>;
}

export function text(value: Value | undefined): string | null {
  if (value === null || value === undefined) return null;
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : String(value);
}

/** "" where there is none. */
export function said(value: Value | undefined): string {
  return text(value) ?? "";
}

export function num(value: Value | undefined): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

export function idList(ids: Iterable<number | null>): string {
  const unique = new Set<number>();
  for (const id of ids) if (id !== null) unique.add(id);
  return JSON.stringify([...unique]);
}
