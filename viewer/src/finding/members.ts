// SPDX-License-Identifier: Apache-2.0
/* The resources that a finding counts, page by page. */
import { RESOURCE_COLUMNS, resourceOf, type Resource } from "./resource";
import type { Finding } from "./list";
import { num, type Asked } from "./values";

export const PAGE_ROWS = 20;

/* A chain also names what keeps a member: of annotated things only those like the finding count. */
const MEMBERS = `
FROM resource r WHERE r.id IN (
    SELECT coalesce(e.resource_id, a.resource_id) FROM evidence e LEFT JOIN act a ON a.id = e.act_id
    WHERE e.finding_id = :id)
  AND ((:kind IN ('fd', 'thread') AND r.kind IN ('fd', 'thread'))
    OR (r.kind = :kind AND r.class = :class))`;

export interface Members {
  total: number;
  page: number;
  rows: Resource[];
}

export async function readMembers(asked: Asked, finding: Finding, page: number): Promise<Members> {
  const params = { id: finding.id, kind: finding.kind, class: finding.className };
  const [sum] = await asked.query(`SELECT count(*) AS total ${MEMBERS}`, params);
  const total = num(sum?.["total"]) ?? 0;
  const last = Math.max(0, Math.ceil(total / PAGE_ROWS) - 1);
  const at = Math.min(Math.max(0, Math.trunc(page) || 0), last);
  const rows = await asked.query(
    `SELECT ${RESOURCE_COLUMNS} ${MEMBERS} ORDER BY r.birth_ns, r.id LIMIT :rows OFFSET :from`,
    { ...params, rows: PAGE_ROWS, from: at * PAGE_ROWS });
  return { total, page: at, rows: rows.flatMap((row) => resourceOf(row) ?? []) };
}
