// SPDX-License-Identifier: Apache-2.0
/* What was found, as rows of a list: ranked, grouped by state, with what a gate says of each. */
import { isSocket } from "../contract";
import type { Row } from "../db/engine";
import { excuseOf, type Gate, type GateFinding } from "../session";
import { baseName } from "../ui/format";
import { severities, type Severity, severityOf } from "../ui/severity";
import { countOf, numberOf, textOf } from "./cells";

/** More are counted, and not listed. */
export const FINDINGS_MAX = 5000;

/** A culprit without a symbol is its module and the place in it. */
export const FINDINGS_SQL = `
SELECT f.id, f.rank, f.rule, f.state, f.kind, f.class, f.count, f.fingerprint, f.message,
  f.process_id,
       f.culprit_function, f.culprit_file, f.culprit_line, f.culprit_module,
       CASE WHEN f.culprit_function IS NULL THEN
         (SELECT printf('0x%x', l.address) FROM stack_frame s
           JOIN location l ON l.id = s.location_id
          LEFT JOIN frame n ON n.location_id = l.id AND n.position = 0
          WHERE s.stack_id = f.stack_id AND l.path = f.culprit_module AND n.function IS NULL
          ORDER BY s.position LIMIT 1) END AS culprit_address,
       count(*) OVER () AS total
FROM finding f ORDER BY f.rank, f.id LIMIT ${FINDINGS_MAX}`;

/** Rules that findings are about too. */
export const CAUSES_SQL = "SELECT finding_id, rule FROM cause LIMIT 20000";

export interface Culprit {
  name: string;
  file: string | null;
  line: number | null;
  module: string;
}

export interface Finding {
  id: number;
  rule: string;
  state: string;
  severity: Severity;
  kind: string;
  className: string;
  count: number;
  fingerprint: string;
  message: string;
  processId: number;
  culprit: Culprit | null;
  /** rules that it is the cause of */
  causes: string[];
  gate: GateFinding | null;
  excused: boolean;
}

function culpritOf(row: Row): Culprit | null {
  const name = textOf(row, "culprit_function");
  const module = textOf(row, "culprit_module");
  const address = textOf(row, "culprit_address");
  if (!name && !module) return null;
  const unnamed = address ? `${baseName(module)}+${address}` : "a function without symbol";
  return {
    name: name || unnamed,
    file: textOf(row, "culprit_file") || null,
    line: numberOf(row, "culprit_line") > 0 ? numberOf(row, "culprit_line") : null,
    module: baseName(module),
  };
}

export function findingsOf(rows: Row[], causes: Row[], gate: Gate | null): Finding[] {
  const because = new Map<number, string[]>();
  for (const row of causes) {
    const list = because.get(numberOf(row, "finding_id")) ?? [];
    because.set(numberOf(row, "finding_id"), [...list, textOf(row, "rule")]);
  }
  const said = new Map(Object.entries(gate?.findings ?? {}));
  return rows.map((row) => {
    const fingerprint = textOf(row, "fingerprint");
    const state = textOf(row, "state");
    const judged = said.get(fingerprint) ?? null;
    return {
      id: numberOf(row, "id"),
      rule: textOf(row, "rule"),
      state,
      severity: severityOf(state),
      kind: textOf(row, "kind"),
      className: textOf(row, "class"),
      count: countOf(row, "count"),
      fingerprint,
      message: textOf(row, "message") || "a finding without a sentence",
      processId: numberOf(row, "process_id"),
      culprit: culpritOf(row),
      causes: because.get(numberOf(row, "id")) ?? [],
      gate: judged,
      excused: excuseOf(judged) !== null,
    };
  });
}

/** Merely alive at the end, and neither socket nor thread. */
export function isMinor(finding: Finding): boolean {
  return finding.state === "at-exit" && finding.kind === "fd" &&
    !isSocket(finding.className);
}

export interface Group {
  key: string;
  severity: Severity | null;
  title: string;
  says: string;
  /** what is looked at last is folded away, where there is anything else */
  folded: boolean;
  findings: Finding[];
}

/** By state, the worst first; then what is minor; then what a policy excuses. */
export function groupsOf(findings: readonly Finding[]): Group[] {
  const plain = findings.filter((one) => !one.excused && !isMinor(one));
  const groups: Group[] = [];
  for (const severity of severities) {
    const found = plain.filter((one) => one.severity === severity);
    if (found.length)
      groups.push({
        key: severity.state, severity, title: severity.state, says: severity.says,
        folded: severity.css === "note", findings: found,
      });
  }
  const unknown = plain.filter((one) => !severities.includes(one.severity));
  add(groups, "unknown", "of a state that this page does not know", "", unknown);
  add(groups, "minor", "also open at the end", "neither sockets nor threads",
    findings.filter((one) => !one.excused && isMinor(one)));
  add(groups, "excused", "excused, and no part of the verdict", "",
    findings.filter((one) => one.excused));
  const first = groups[0];
  if (first) first.folded = false;
  return groups;
}

function add(groups: Group[], key: string, title: string, says: string, found: Finding[]): void {
  if (found.length)
    groups.push({ key, severity: null, title, says, folded: true, findings: found });
}

/** Counts by state, the worst first: for a line of badges. */
export function tallyStates(findings: readonly Finding[]): { severity: Severity; count: number }[] {
  const counts = new Map<string, { severity: Severity; count: number }>();
  for (const one of findings) {
    if (one.excused) continue;
    const known = counts.get(one.severity.state);
    if (known) known.count++;
    else counts.set(one.severity.state, { severity: one.severity, count: 1 });
  }
  return [...counts.values()].sort((a, b) => a.severity.rank - b.severity.rank);
}
