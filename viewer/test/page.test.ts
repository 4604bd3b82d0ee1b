// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { FILE_MAX, fileTrouble, isUnclosed } from "../src/files";
import { tableOf } from "../src/ui/contract";
import { kindColor, kindOf, kinds } from "../src/ui/kinds";
import { liveSays } from "../src/ui/live";
import { severities, severityOf } from "../src/ui/severity";

describe("tables of the C side", () => {
  it("are read row by row, strings that stand side by side as one", () => {
    expect(tableOf('/* ROW(no) */\nROW(A, "a, (b)", "c"\n\t"d\\"", 3)\nROWS(x)\nROW(B)', "ROW"))
      .toEqual([["A", "a, (b)", 'cd"', "3"], ["B"]]);
  });
  it("give every kind its words, and the style sheet a colour for each", () => {
    expect(kindOf("timer")).toEqual({ name: "timer", plural: "timers", begun: "armed",
      over: "fired or cancelled" });
    expect(kindOf("constructor")).toEqual({ name: "constructor", plural: "constructor",
      begun: "begun", over: "over" });
    const css = readFileSync(new URL("../src/ui/theme.css", import.meta.url), "utf8");
    for (const kind of kinds) expect(css).toContain(`${kindColor(kind.name)}:`);
    expect(kindColor("}")).toBe("--kind-object");
  });
  it("have the states of findings in the order of the page's", () => {
    const rows = readFileSync(new URL("../contract/finding_states.def", import.meta.url), "utf8");
    expect(severities.map((one) => one.state)).toEqual(tableOf(rows,
      "TRACK_FINDING_STATE").map((row) => row[1]));
    expect(severityOf("constructor").rank).toBe(severities.length);
  });
});

describe("a file that is dropped", () => {
  it("is refused before it is read where that shows, with what to do", () => {
    expect(fileTrouble("a.db", 0)).toMatch(/empty/);
    expect(fileTrouble("a.db-wal", 5)).toMatch(/rtctrack view/);
    expect(fileTrouble("a.db", FILE_MAX + 1)).toMatch(/1.5 GiB.*rtctrack report/);
    expect(fileTrouble("whatever", FILE_MAX)).toBeNull();
  });
  it("says that a part of it lies elsewhere if it was not closed", () => {
    const head = new Uint8Array(100);
    expect(isUnclosed(head)).toBe(false);
    head[18] = 2;
    expect(isUnclosed(head)).toBe(true);
    expect(isUnclosed(head.subarray(0, 5))).toBe(false);
  });
});

describe("the badge of a live trace", () => {
  const says = (live: boolean, following: Parameters<typeof liveSays>[1], wasLive = true) =>
    liveSays({ live, gone: false, lastedNs: () => 2_500_000_000 }, following, wasLive);

  it("says whether the page follows, is held, is at the end, or alone", () => {
    expect(says(true, "following")).toMatchObject({ text: "● live, 2 s", button: "Pause" });
    expect(says(true, "paused")).toMatchObject({ text: "⏸ held", button: "Resume" });
    expect(says(true, "gone")).toMatchObject({ text: "⚠ server gone: what is there stays",
      button: null });
    expect(says(false, "following")).toMatchObject({ text: "✓ over after 2 s", button: null });
  });
  it("says nothing of a file, nor of what was over before", () => {
    expect(says(false, null)).toBeNull();
    expect(says(false, "following", false)).toBeNull();
  });
});
