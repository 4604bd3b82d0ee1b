// SPDX-License-Identifier: Apache-2.0
/*
 * The line of a suppressions file that lets a finding pass: what `rtctrack check
 * --gen-suppressions` prints for it, by libtrack/policy's rules. A line is about all findings that
 * it fits, so that the number behind max= needs them all.
 */
import type { Frame } from "./frames";
import { isOurs } from "./frames";
import type { Finding } from "./list";
import { isRule } from "../contract";

/** What it would print before the first line. */
export const HEADING =
  "# max= is how many there are now. Another function of the stack in place of the name, as one " +
  "that\n# called it, makes a line narrower.";

const PATTERN_BYTES_MOST = 32768;

export interface Judged {
  finding: Finding;
  frames: readonly Frame[];
}

function lastPart(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash >= 0 && slash + 1 < path.length ? path.slice(slash + 1) : path;
}

/** What can be named: the culprit, or where it lies. */
function nameOf({ finding, frames }: Judged): string | null {
  if (finding.culprit.function) return finding.culprit.function;
  const path = finding.culprit.module || frames.find((one) => one.module)?.module || "";
  return path ? lastPart(path) : null;
}

/** As the command reads a text of a trace. */
function plain(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, " ");
}

/** What would be read as a key or a comment: any character stands for the blank before it. */
export function harmless(name: string): string {
  return name.replace(/ (?=#|[a-zA-Z]* *=)/g, "*");
}

/** The line without max=; null: nothing is known of it that could be named. */
function lineOf(judged: Judged): string | null {
  const name = nameOf(judged);
  if (name === null || !isRule(judged.finding.rule)) return null;
  if (new TextEncoder().encode(name).length >= PATTERN_BYTES_MOST) return null;
  return `${judged.finding.rule}:^${harmless(plain(name))}$`;
}

/** Whole texts; * stands for anything. Goes back to the last * only, which is enough. */
export function fits(pattern: string, name: string | null): boolean {
  if (!name) return /^\*+$/.test(pattern);
  const text = plain(name);
  let at = 0;
  let from = 0;
  let afterStar = -1;
  let starFrom = 0;
  while (from < text.length) {
    if (pattern[at] === "*") {
      afterStar = ++at;
      starFrom = from;
    } else if (at < pattern.length && pattern[at] === text[from]) {
      at++;
      from++;
    } else if (afterStar >= 0) {
      at = afterStar;
      from = ++starFrom;
    } else return false;
  }
  while (pattern[at] === "*") at++;
  return at === pattern.length;
}

function fitsPath(pattern: string, path: string | null): boolean {
  if (fits(pattern, path)) return true;
  const slash = path?.lastIndexOf("/") ?? -1;
  return slash >= 0 && fits(pattern, path!.slice(slash + 1));
}

function fitsFinding(line: string, { finding, frames }: Judged): boolean {
  const colon = line.indexOf(":");
  if (line.slice(0, colon) !== finding.rule) return false;
  const pattern = line.slice(colon + 2, -1);
  return frames.some((one) => !isOurs(one) && (fits(pattern, one.function) ||
    fitsPath(pattern, one.file) || fitsPath(pattern, one.module || null))) ||
    fits(pattern, finding.culprit.function || null) ||
    fitsPath(pattern, finding.culprit.module || null);
}

export interface Suppression {
  /** as printed: a comment, and the line */
  text: string;
  /** findings that it lets pass */
  covers: Finding[];
}

/** The line that lets this one pass: of those for all that fail, the first that fits. */
export function suppressionOf(about: Finding, failing: readonly Judged[]): Suppression | null {
  const lines = failing.flatMap((one) => {
    const text = lineOf(one);
    return text === null ? [] : [{ text, message: one.finding.message }];
  });
  const taken = failing.map((one) => lines.findIndex((line) => fitsFinding(line.text, one)));
  const mine = taken[failing.findIndex((one) => one.finding.id === about.id)] ?? -1;
  const line = lines[mine];
  if (!line) return null;
  const covers = failing.filter((_, index) => taken[index] === mine).map((one) => one.finding);
  const most = covers.reduce((sum, one) => sum + Math.max(0, one.count), 0);
  return { text: `# ${plain(line.message)}\n${line.text} max=${most}`, covers };
}
