// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { readStacks, type Stacks } from "../src/finding/frames";
import { readFindings, type Finding } from "../src/finding/list";
import { readTold } from "../src/finding/load";
import { HEADING, fits, harmless, suppressionOf } from "../src/finding/suppression";
import { madeTrace, type MadeDatabase } from "./made";

const read = (name: string) => readFileSync(new URL(name, import.meta.url), "utf8");
const STRICT = ["leaked", "growing", "at-exit"];

let trace: MadeDatabase;
let findings: Finding[];
let stacks: Stacks;

beforeAll(async () => {
  trace = await madeTrace(read("finding_suppressions.sql"));
  findings = await readFindings(trace);
  stacks = await readStacks(trace, findings.map((one) => one.stackId));
});

/** All lines, each once, as the command prints them for the whole trace. */
function printed(states: readonly string[]): string {
  const failing = findings.filter((one) => states.includes(one.state))
    .map((finding) => ({ finding, frames: stacks.get(finding.stackId ?? 0) ?? [] }));
  const texts = new Set(failing.flatMap(
    ({ finding }) => suppressionOf(finding, failing)?.text ?? []));
  return [HEADING, ...texts].join("\n") + "\n";
}

describe("a suppression", () => {
  it("is byte for byte what check --gen-suppressions prints", () => {
    expect(printed(["leaked", "growing"])).toBe(read("finding_suppressions.txt"));
  });

  it("counts with --strict what else fails then", () => {
    expect(printed(STRICT)).toBe(read("finding_suppressions_strict.txt"));
  });

  it("of one finding is the line that takes it, though it was made for another", async () => {
    const second = findings.find((one) => one.id === 2)!;
    const told = await readTold(trace, second, findings, null, 0, 0);
    expect(told.suppression?.text)
      .toBe("# 3 UDP sockets outlived their agent\nfd-leak:^open_socket$ max=7");
    expect(told.suppression?.covers.map((one) => one.id)).toEqual([1, 2]);
  });

  it("is not there for what cannot be named", async () => {
    const nameless = findings.find((one) => one.id === 8)!;
    expect((await readTold(trace, nameless, findings, null, 0, 0)).suppression).toBeNull();
  });

  it("of what only --strict fails says so, and counts all that fail then", async () => {
    const open = findings.find((one) => one.id === 9)!;
    const told = await readTold(trace, open, findings, null, 0, 0);
    expect(told.strict).toBe(true);
    expect(told.suppression?.text).toContain("max=16");
  });

  it("leaves out of the number what a gate already lets pass", async () => {
    const says = { fails: false, level: "error", novelty: null, by: "suppressed",
      says: "suppressed by x:1" };
    const gate = { verdict: "", code: 1, findings: {
      "0000000000000001": { ...says, fails: true, by: null, says: "" }, "0000000000000002": says,
    } };
    const told = await readTold(trace, findings[0]!, findings, gate, 0, 0);
    expect(told.suppression?.text).toContain("max=3");
  });

  it("holds nothing that would be read as a key or a comment", () => {
    expect(harmless("f reason=x max = 3 # no")).toBe("f*reason=x*max*= 3*# no");
    expect(harmless("operator==(a, b)")).toBe("operator==(a, b)");
  });

  it("fits where * stands for anything, also for nothing", () => {
    expect(fits("a*c", "abbc")).toBe(true);
    expect(fits("a*c", "ac")).toBe(true);
    expect(fits("a*c", "acd")).toBe(false);
    expect(fits("*", null)).toBe(true);
    expect(fits("a", null)).toBe(false);
    expect(fits("a*b*c", "aXbYbZc")).toBe(true);
  });
});
