// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { baseName, bytes, count, duration, plural } from "../src/ui/format";

describe("numbers for people", () => {
  it("say times in the unit that fits", () => {
    const times: [number, string][] = [
      [0, "0 ns"], [999, "999 ns"], [310_000, "310 µs"], [1_240_000_000, "1.24 s"],
      [125e9, "2 min 5 s"], [7384e9, "2 h 3 min"], [-1500, "-1.5 µs"],
    ];
    for (const [ns, text] of times) expect(duration(ns)).toBe(text);
  });
  it("count, and say one of a thing as one", () => {
    expect(count(1234567)).toBe("1,234,567");
    expect(plural(1, "process", "processes")).toBe("1 process");
    expect(plural(0, "socket")).toBe("0 sockets");
  });
  it("say sizes by powers of 1024", () => {
    expect(bytes(1023)).toBe("1023 B");
    expect(bytes(1536)).toBe("1.5 KiB");
    expect(bytes(3 * 2 ** 40)).toBe("3 TiB");
    expect(bytes(4096 * 2 ** 40)).toBe("4096 TiB");
  });
  it("take the last part of a path", () => {
    expect(baseName("/a/b")).toBe("b");
    expect(baseName("b")).toBe("b");
    expect(baseName("a/")).toBe("");
  });
});
