// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { flipped, sameLanes, spanOf, spanParams, wantedOf } from "../src/timeline/choice";
import {
  around, clamped, label, panned, stepOf, ticksOf, whole, zoomed,
} from "../src/timeline/ticks";

const END = 10e9;

describe("ticks", () => {
  it("stand at round numbers, as far apart as asked", () => {
    const ticks = ticksOf({ from: 0, to: 1e9 }, 1000, 90);
    expect(ticks.map((tick) => tick.label)).toEqual(
      ["0", "100 ms", "200 ms", "300 ms", "400 ms", "500 ms", "600 ms", "700 ms", "800 ms", "900 ms",
        "1.0 s"]);
    for (let i = 1; i < ticks.length; i++) expect(ticks[i]!.x - ticks[i - 1]!.x).toBeGreaterThanOrEqual(90);
  });

  it("divide minutes and hours as people do", () => {
    expect(stepOf(7e9)).toBe(10e9);
    expect(stepOf(11e9)).toBe(15e9);
    expect(stepOf(40e9)).toBe(60e9);
    expect(stepOf(4000e9)).toBe(7200e9);
  });

  it("are as exact as their step", () => {
    expect(label(1.5e9, 1e8)).toBe("1.5 s");
    expect(label(1.608478e9, 2000)).toBe("1.608478 s");
    expect(label(250e3, 50e3)).toBe("250 µs");
  });

  it("are none where there is no time or no room", () => {
    expect(ticksOf({ from: 5, to: 5 }, 100)).toEqual([]);
    expect(ticksOf({ from: 0, to: 5 }, 0)).toEqual([]);
  });
});

describe("the window", () => {
  it("keeps what the pointer is at when it zooms", () => {
    const span = zoomed({ from: 2e9, to: 4e9 }, 0.5, 3.5e9, END);
    expect((3.5e9 - span.from) / (span.to - span.from)).toBeCloseTo(0.75);
    expect(span.to - span.from).toBeCloseTo(1e9);
  });

  it("does not leave the recording", () => {
    expect(panned({ from: 8e9, to: 10e9 }, 5, END).to).toBeLessThanOrEqual(END * 1.021);
    expect(panned({ from: 0, to: 1e9 }, -5, END).from).toBeGreaterThanOrEqual(-END * 0.021);
    expect(zoomed(whole(END), 50, 5e9, END)).toEqual(clamped({ from: -1e12, to: 1e12 }, END));
  });

  it("does not get nearer than a trace can tell", () => {
    const span = zoomed({ from: 1000, to: 1100 }, 1e-9, 1050, END);
    expect(span.to - span.from).toBeCloseTo(100);
  });

  it("leaves room around what it was sent to, also around a moment", () => {
    const span = around(5e9, 5e9, END);
    expect(span.from).toBeLessThan(5e9);
    expect(span.to).toBeGreaterThan(5e9);
  });
});

describe("the URL", () => {
  it("says all that was chosen, and comes back as it was", () => {
    const wanted = wantedOf({
      t0: "10", t1: "2000", q: "udp", kinds: "fd,task", states: "leaked", only: "findings",
      class: "ice", lanes: "c1,e2", select: "43", finding: "abc",
    });
    expect([...wanted.kinds]).toEqual(["fd", "task"]);
    expect([...wanted.toggled]).toEqual(["c1", "e2"]);
    expect(wanted).toMatchObject({
      span: { from: 10, to: 2000 }, query: "udp", onlyFindings: true, text: "ice", select: 43,
      finding: "abc",
    });
    expect(wantedOf(spanParams({ from: 1.25, to: 400 })).span).toEqual({ from: 1.25, to: 400 });
  });

  it("shows everything where it says nothing, or nonsense", () => {
    for (const params of [{}, { t0: "x", t1: "NaN" }, { t0: "9", t1: "3" }, { t0: "Infinity", t1: "1" }])
      expect(spanOf(wantedOf(params), END)).toEqual(whole(END));
    expect(wantedOf({ select: "1e99" }).select).toBeNull();
    expect(wantedOf({ select: "<img>" }).select).toBeNull();
  });

  it("turns a choice on, and off again", () => {
    const once = flipped(new Set(["a"]), "b");
    expect(once).toBe("a,b");
    expect(flipped(new Set(once.split(",")), "b")).toBe("a");
  });

  it("knows when the lanes stay the same", () => {
    expect(sameLanes(wantedOf({ t0: "1", t1: "2" }), wantedOf({ q: "x" }))).toBe(true);
    expect(sameLanes(wantedOf({ kinds: "fd" }), wantedOf({}))).toBe(false);
  });
});
