// SPDX-License-Identifier: Apache-2.0
/* Command lines to go on with. */
import type { Finding } from "./list";
import { isRule } from "../contract";

/** As one word of a shell, whatever it holds. */
export function shellWord(text: string): string {
  const clean = text.replace(/[\u0000-\u001f\u007f]/g, " ");
  if (/^[\w@%+=:,./-]+$/.test(clean) && !clean.startsWith("-")) return clean;
  return `'${clean.replaceAll("'", "'\\''")}'`;
}

/** A name that begins with a dash would be an option. */
function fileWord(path: string): string {
  return shellWord(path.startsWith("-") ? `./${path}` : path);
}

export interface CommandLine {
  does: string;
  line: string;
}

export function commandLines(finding: Finding, path: string): CommandLine[] {
  const trace = fileWord(path);
  const report: CommandLine = {
    does: "this finding in a terminal, with every frame of every stack",
    line: `rtctrack report --rule ${shellWord(finding.rule)} --full-stacks ${trace}`,
  };
  return [
    ...(isRule(finding.rule) ? [report] : []),
    { does: "the gate, and which line decided", line: `rtctrack check --explain ${trace}` },
    {
      does: "let all that is there now pass, and fail what is new",
      line: `rtctrack baseline write leaks.jsonl ${trace}`,
    },
  ];
}
