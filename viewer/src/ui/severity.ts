// SPDX-License-Identifier: Apache-2.0
/* States of findings: how they are ranked, called and marked. A mark is a shape and a colour. */

export interface Severity {
  /** worst first */
  rank: number;
  state: string;
  symbol: string;
  /** class of theme.css */
  css: "error" | "warning" | "note";
  says: string;
}

const rows: [string, string, Severity["css"], string][] = [
  ["broken", "✖", "error", "an act that is wrong by itself"],
  ["leaked", "●", "error", "alive though what it belongs to was closed"],
  ["growing", "▲", "error", "more are alive with every session"],
  ["unclosed", "◆", "error", "a connection that was never closed"],
  ["suspect", "◐", "warning", "may be a leak: only a hint says what it belongs to"],
  ["possible", "◇", "warning", "could go wrong, and did not here"],
  ["recheck", "◌", "warning", "the program ended too soon to tell"],
  ["at-exit", "○", "note", "alive at the end, nobody's child"],
  ["late", "◔", "note", "ended, but after the grace time"],
  ["unknown-origin", "?", "note", "was there before the recording began"],
];

export const severities: readonly Severity[] = rows.map(([state, symbol, css, says], index) => ({
  rank: index, state, symbol, css, says,
}));

/** Of a state that is not known, too: last. */
export function severityOf(state: string): Severity {
  return (
    severities.find((one) => one.state === state) ??
    { rank: severities.length, state, symbol: "·", css: "note", says: "" }
  );
}
