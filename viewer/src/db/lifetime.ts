// SPDX-License-Identifier: Apache-2.0
/* When a lifetime ends, as all views say it. */

/**
 * SQL of a row of `resource`, by its name in the query: its death, else the end of its process, with which it
 * went. NULL: neither is known, so it lasts to the end of the recording.
 */
export function visibleEnd(row: string): string {
  return `coalesce(${row}.death_ns, (SELECT p.end_ns FROM process p WHERE p.id = ${row}.process_id))`;
}
