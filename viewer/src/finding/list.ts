// SPDX-License-Identifier: Apache-2.0
/* The findings of a trace, the worst first, and which of them the URL means. */
import type { Row } from "../db/engine";
import { blamedOf, FRAMES_SQL } from "../overview/filter";
import { excuseOf, type Gate } from "../session";
import { isSocket } from "../contract";
import { num, said, text, type Asked } from "./values";

const FINDINGS = `
SELECT f.id, f.rule, f.state, f.kind, f.class, f.count, f.fingerprint, f.message, f.process_id,
       f.stack_id, f.culprit_function, f.culprit_file, f.culprit_line, f.culprit_module, f.slope,
       p.pid, p.exe, p.end_ns - :t0 AS end, (SELECT count(*) FROM process) AS processes,
       EXISTS (SELECT 1 FROM placeless x WHERE x.finding_id = f.id) AS placeless,
       (SELECT group_concat(c.rule, ', ') FROM cause c WHERE c.finding_id = f.id) AS causes
FROM finding f LEFT JOIN process p ON p.id = f.process_id ORDER BY f.rank, f.id LIMIT 5000`;

export interface Finding {
  id: number;
  rule: string;
  state: string;
  kind: string;
  className: string;
  count: number;
  fingerprint: string;
  message: string;
  processId: number | null;
  /** "dc-loopback (pid 12)"; "" where there is only one process */
  process: string;
  /** of its process; null: it ran on */
  endNs: number | null;
  stackId: number | null;
  culprit: { function: string; file: string | null; line: number | null; module: string };
  slope: number | null;
  placeless: boolean;
  causes: string;
}

function findingOf(row: Row): Finding {
  const many = (num(row["processes"]) ?? 0) > 1 && num(row["pid"]) !== null;
  const exe = said(row["exe"]);
  return {
    id: num(row["id"]) ?? 0, rule: said(row["rule"]), state: said(row["state"]),
    kind: said(row["kind"]), className: said(row["class"]), count: num(row["count"]) ?? 0,
    fingerprint: said(row["fingerprint"]), message: said(row["message"]),
    processId: num(row["process_id"]),
    process: many ? `${exe.slice(exe.lastIndexOf("/") + 1) || "?"} (pid ${num(row["pid"])})` : "",
    endNs: num(row["end"]), stackId: num(row["stack_id"]),
    culprit: {
      function: said(row["culprit_function"]), file: text(row["culprit_file"]),
      line: num(row["culprit_line"]), module: said(row["culprit_module"]),
    },
    slope: num(row["slope"]), placeless: num(row["placeless"]) === 1, causes: said(row["causes"]),
  };
}

/** mine: whose function is to blame, as --mine has it. */
export async function readFindings(asked: Asked, mine: string | null = null): Promise<Finding[]> {
  const findings = (await asked.query(FINDINGS)).map(findingOf);
  if (!mine) return findings;
  const blamed = blamedOf(mine, await asked.query(FRAMES_SQL));
  return findings.map((one) => {
    const found = blamed.get(one.id);
    return found ? { ...one, culprit: { ...found, function: found.name } } : one;
  });
}

/** What --kind and --rule of the command leave in. */
export function wanted(
  findings: readonly Finding[], filter: Readonly<Record<string, string | null>>,
): Finding[] {
  const { kind, rule } = filter;
  return findings.filter((one) => (!kind || one.kind === kind) &&
    (!rule || one.rule === rule || one.causes.split(", ").includes(rule)));
}

/** As the report has it: descriptors that are no sockets, open at the end, come last. */
export function isMinor(finding: Finding): boolean {
  return finding.state === "at-exit" && finding.kind === "fd" && !isSocket(finding.className);
}

/** What a line of a policy lets pass. */
export function isExcused(finding: Finding, gate: Gate | null): boolean {
  return excuseOf(gateOf(finding, gate)) !== null;
}

export function gateOf(finding: Finding, gate: Gate | null) {
  if (!gate || !Object.hasOwn(gate.findings, finding.fingerprint)) return null;
  return gate.findings[finding.fingerprint]!;
}

export function titleOf(finding: Finding): string {
  return finding.message || finding.rule || `finding ${finding.id}`;
}

/** The order of the report's groups: in full, minor, excused. */
export function arrange(findings: readonly Finding[], gate: Gate | null): Finding[] {
  const group = (one: Finding) => (isExcused(one, gate) ? 2 : isMinor(one) ? 1 : 0);
  return [...findings].sort((a, b) => group(a) - group(b));
}

/** Those that have all words, wherever. */
export function searchFindings(findings: readonly Finding[], words: string): Finding[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return findings.filter((one) => {
    const hay = [one.rule, one.state, one.message, one.kind, one.className, one.fingerprint,
      one.culprit.function, one.culprit.file ?? "", one.culprit.module, one.process]
      .join("\n").toLowerCase();
    return wanted.every((word) => hay.includes(word));
  });
}

export interface Choice {
  finding: Finding | null;
  /** others of the same fingerprint, and itself */
  alike: Finding[];
  /** somebody named one, and it is not there */
  gone: boolean;
}

/** Which one is meant: by fingerprint, and by id where several have it; else the first. */
export function chooseFinding(
  findings: readonly Finding[], fingerprint: string, id: string,
): Choice {
  const named = fingerprint !== "" || id !== "";
  const alike = fingerprint ? findings.filter((one) => one.fingerprint === fingerprint)
    : id ? findings.filter((one) => String(one.id) === id) : findings.slice(0, 1);
  const finding = alike.find((one) => String(one.id) === id) ?? alike[0] ?? null;
  return { finding, alike, gone: named && finding === null };
}

/** The same one in every judging of a live trace: ids are of one judging only. */
export function identityOf(finding: Finding, findings: readonly Finding[]): string {
  if (!finding.fingerprint) return `#${finding.id}`;
  const alike = findings.filter((one) => one.fingerprint === finding.fingerprint);
  return `${finding.fingerprint} ${alike.findIndex((one) => one.id === finding.id)}`;
}

/** Fragment and params that name this one: by its id too where the fingerprint is not its own. */
export function nameOf(finding: Finding, findings: readonly Finding[]) {
  const shared = findings.filter((one) => one.fingerprint === finding.fingerprint).length > 1;
  const params: Record<string, string> = {};
  if (shared || !finding.fingerprint) params["id"] = String(finding.id);
  return { rest: finding.fingerprint, params };
}
