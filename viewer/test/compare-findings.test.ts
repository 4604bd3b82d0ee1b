// SPDX-License-Identifier: Apache-2.0
/* The cases that tests/unit/report/diff.c and tests/live hold `rtctrack diff` against. */
import { describe, expect, it } from "vitest";
import {
  changes, diffFindings, type FindingRow, readSide, type Side,
} from "../src/compare/findings";
import type { Gate, GateFinding } from "../src/session";
import { madeTrace } from "./made";

function finding(fingerprint: string, count: number, more: Partial<FindingRow> = {}): FindingRow {
  return {
    fingerprint, rule: "fd-leak", state: "leaked", class: "udp", count, message: `${count} sockets`,
    function: "bind_socket", file: "/src/net.c", line: 8, ...more,
  };
}

function side(findings: FindingRow[], more: Partial<Side> = {}): Side {
  return { findings, evidence: { finished: 1, lost: 0, undecided: "" }, gate: null, ...more };
}

function gate(findings: Record<string, Partial<GateFinding>>): Gate {
  const whole = Object.entries(findings).map(([fingerprint, given]) => [fingerprint,
    { fails: true, level: "error", novelty: null, by: null, says: "", ...given }]);
  return { verdict: "", code: 1, findings: Object.fromEntries(whole) as Gate["findings"] };
}

function told(before: Side, now: Side): string[] {
  return diffFindings(before, now).items.map((item) =>
    `${item.change}${item.onlyStrict ? " (strict)" : ""} ${item.fingerprint}` +
    ` ${item.before}→${item.now}`);
}

/** What diff's first line says. */
function countsText(counts: ReadonlyMap<string, number>): string {
  return changes.filter((change) => change !== "unseen" || (counts.get(change) ?? 0) > 0)
    .map((change) => `${counts.get(change) ?? 0} ${change}`).join(", ");
}

describe("findings of two recordings", () => {
  it("have the words of rtctrack diff, in its order", () => {
    expect(changes).toEqual(["new", "more", "unseen", "fewer", "fixed", "unchanged"]);
    const before = side([finding("a", 3), finding("b", 3), finding("c", 3), finding("d", 3)]);
    const now = side([finding("d", 3), finding("b", 2), finding("a", 4), finding("e", 1)]);
    expect(told(before, now)).toEqual(["new e 0→1", "more a 3→4", "fewer b 3→2", "fixed c 3→0",
      "unchanged d 3→3"]);
    expect(countsText(diffFindings(before, now).counts))
      .toBe("1 new, 1 more, 1 fewer, 1 fixed, 1 unchanged");
  });

  it("are united where they have one fingerprint, as the first of what is now says", () => {
    const before = side([finding("a", 2), finding("a", 3)]);
    const now = side([finding("a", 4, { message: "first" }), finding("a", 1)]);
    expect(told(before, now)).toEqual(["unchanged a 5→5"]);
    expect(diffFindings(before, now).items[0]!.message).toBe("first");
  });

  it("are unseen, not fixed, where evidence is missing now", () => {
    for (const evidence of [
      { finished: 0, lost: 0, undecided: "" }, { finished: 1, lost: 2, undecided: "" },
      { finished: 1, lost: 0, undecided: "the soak ended early" },
    ]) {
      const diff = diffFindings(side([finding("a", 3), finding("b", 3)]),
        side([finding("b", 1)], { evidence }));
      expect(diff.items.map((item) => item.change)).toEqual(["unseen", "unseen"]);
      expect(diff).toMatchObject({ nowComplete: false, beforeComplete: true });
      expect(countsText(diff.counts))
        .toBe("0 new, 0 more, 2 unseen, 0 fewer, 0 fixed, 0 unchanged");
    }
  });

  it("are not said to be none where nobody looked for any", () => {
    const killed = side([], { evidence: { finished: 0, lost: 0, undecided: "" } });
    expect(diffFindings(side([finding("a", 1)]), killed).unjudged).toEqual(["new"]);
    expect(diffFindings(killed, side([])).unjudged).toEqual(["old"]);
  });

  it("stand apart and last where they fail a gate only with --strict; notes are left out", () => {
    const now = side([finding("s", 1, { state: "suspect" }), finding("l", 1),
      finding("n", 1, { state: "late" }), finding("o", 1, { state: "no such state" })]);
    expect(told(side([]), now)).toEqual(["new l 0→1", "new o 0→1", "new (strict) s 0→1"]);
    const diff = diffFindings(side([]), now);
    expect([diff.counts.get("new"), diff.strictCounts.get("new")]).toEqual([2, 1]);
  });

  it("stay apart where the same one is graver now", () => {
    expect(told(side([finding("a", 2, { state: "suspect" })]), side([finding("a", 2)])))
      .toEqual(["new a 0→2", "fixed (strict) a 2→0"]);
  });

  it("follow what the gate says, but for a baseline, which is a third recording's", () => {
    const all = ["a", "b", "c", "d"].map((name) => finding(name, 2));
    const now = side(all, {
      gate: gate({
        a: { fails: false, by: "suppressed" },
        b: { fails: false, novelty: "known", by: "baseline" },
        c: { novelty: "more", says: "2, and 1 is allowed (base.json:3)" },
        d: { fails: false, level: "warning", by: "severity" },
      }),
    });
    expect(told(side(all.slice(0, 3)), now))
      .toEqual(["unchanged b 2→2", "unchanged c 2→2", "new (strict) d 0→2"]);
    expect(diffFindings(side(all), now).leftOut).toBe(1);
  });

  it("are not new where they were excused before and are no more", () => {
    const before = side([finding("a", 2), finding("b", 1)], {
      gate: gate({
        a: { fails: false, by: "suppressed" }, b: { fails: false, by: "budget" },
      }),
    });
    expect(told(before, side([finding("a", 2)]))).toEqual(["unchanged a 2→2"]);
    expect(diffFindings(before, side([finding("a", 2)])).leftOut).toBe(1);
  });

  it("are read from traces: what the demo's leak comes to against its fixed form", async () => {
    const leak = await madeTrace(`INSERT INTO finding (id, rank, rule, state, kind, class, count,
      fingerprint, message, process_id, culprit_function, culprit_file, culprit_line) VALUES
      (1, 1, 'fd-leak', 'leaked', 'fd', 'udp', 10, 'a4cf02b9b31a49d3', '10 UDP sockets', 1,
       'carrier_bind_socket', '/src/carrier.c', 186);`);
    const clean = await madeTrace("");
    const [old, fresh] = [await readSide(leak, null), await readSide(clean, null)];
    const diff = diffFindings(old, fresh);
    expect(countsText(diff.counts)).toBe("0 new, 0 more, 0 fewer, 1 fixed, 0 unchanged");
    expect(diff.items[0]).toMatchObject({
      change: "fixed", before: 10, now: 0, rule: "fd-leak", state: "leaked", line: 186,
      function: "carrier_bind_socket", onlyStrict: false,
    });
    expect(countsText(diffFindings(fresh, old).counts))
      .toBe("1 new, 0 more, 0 fewer, 0 fixed, 0 unchanged");
  });

  it("are read whatever the rows hold", async () => {
    const db = await madeTrace(`
      INSERT INTO note VALUES (1, 'lost', 'LOST', 3, 't'), (1, 'no', 'LOST', 0, 't'),
        (1, 'odd', 'LOST', -9, 't'), (NULL, 'n', 'INFO', 7, 't');
      UPDATE meta SET value = 'yes' WHERE key = 'finished';
      INSERT INTO finding (id, rank, rule, state, kind, class, count, fingerprint, message,
        process_id) VALUES
        (1, 1, x'41', 'leaked', 'fd', x'00', 'many', 'f', printf('%.*c', 99999, 'x'), 1),
             (2, 1, 'r', 'leaked', 'fd', 'c', -5, 'g', 'm', 1);`);
    const read = await readSide(db, null);
    expect(read.evidence).toEqual({ finished: 0, lost: 3, undecided: "" });
    expect(read.findings.map((one) => one.count)).toEqual([0, 0]);
    expect(read.findings[0]!.message).toHaveLength(2000);
  });
});
