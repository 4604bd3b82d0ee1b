// SPDX-License-Identifier: Apache-2.0
/* What a trace says, whatever lies in its cells: text where text is meant, finite numbers. */
import type { Row, Value } from "../db/engine";

export function textOf(row: Row | undefined, name: string): string {
  return asText(row?.[name]);
}

export function asText(value: Value | undefined): string {
  if (value === null || value === undefined) return "";
  return value instanceof Uint8Array ? "?" : String(value);
}

/** otherwise: where there is no number. */
export function numberOf(row: Row | undefined, name: string, otherwise = 0): number {
  const value = row?.[name];
  return typeof value === "number" && Number.isFinite(value) ? value : otherwise;
}

/** A count: never less than none. */
export function countOf(row: Row | undefined, name: string): number {
  return Math.max(0, Math.round(numberOf(row, name)));
}

export function isNull(row: Row | undefined, name: string): boolean {
  return row?.[name] === null || row?.[name] === undefined;
}
