// SPDX-License-Identifier: Apache-2.0
/* Tables of the C side (files *.def), read for their words: one list, not two. */

/** The arguments of each row of that macro; strings without their quotes. */
export function tableOf(text: string, macro: string): string[][] {
  const rows: string[][] = [];
  for (const found of text.matchAll(new RegExp(`^${macro}\\(`, "gm")))
    rows.push(argumentsFrom(text, found.index + macro.length + 1));
  return rows;
}

/** From behind the opening bracket to its end; strings side by side are one. */
function argumentsFrom(text: string, at: number): string[] {
  const row: string[] = [""];
  const token = /"((?:[^"\\]|\\.)*)"|([,)])|\s+|[^",)\s]+/gy;
  token.lastIndex = at;
  for (let found = token.exec(text); found; found = token.exec(text)) {
    if (found[2] === ")") break;
    if (found[2] === ",") row.push("");
    else if (found[1] !== undefined) row[row.length - 1] += found[1].replace(/\\(.)/g, "$1");
    else row[row.length - 1] += found[0].trim();
  }
  return row;
}
