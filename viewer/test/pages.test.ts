// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { applyFrame, parseFrame } from "../src/db/pages";

/** A frame as the server writes it. */
function frame(pageSize: number, pageCount: number, pages: [number, number][]): Uint8Array {
  const bytes = new Uint8Array(24 + pages.length * 4 + pages.length * pageSize);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode("RTKP"));
  [1, 7, pageSize, pageCount, pages.length].forEach((value, i) =>
    view.setUint32(4 + i * 4, value, true));
  pages.forEach(([index, value], i) => {
    view.setUint32(24 + i * 4, index, true);
    bytes.fill(value, 24 + pages.length * 4 + i * pageSize, 24 + pages.length * 4 +
      (i + 1) * pageSize);
  });
  return bytes;
}

describe("the server's frames", () => {
  it("bring the pages that changed, and leave the others", () => {
    const first = applyFrame(new Uint8Array(0), parseFrame(frame(4, 3, [[0, 1], [1, 2], [2, 3]])));
    const next = parseFrame(frame(4, 3, [[1, 9]]));
    expect(next.revision).toBe(7);
    expect([...applyFrame(first, next)]).toEqual([1, 1, 1, 1, 9, 9, 9, 9, 3, 3, 3, 3]);
  });
  it("let the image grow and shrink", () => {
    const two = applyFrame(new Uint8Array(0), parseFrame(frame(2, 2, [[0, 1], [1, 2]])));
    const three = applyFrame(two, parseFrame(frame(2, 3, [[2, 3]])));
    expect([...three]).toEqual([1, 1, 2, 2, 3, 3]);
    expect([...applyFrame(three, parseFrame(frame(2, 1, [])))]).toEqual([1, 1]);
  });
  it("are refused with a sentence where they are cut short, damaged or of another version", () => {
    const whole = frame(4, 2, [[0, 1], [1, 2]]);
    expect(() => parseFrame(whole.subarray(0, whole.length - 1))).toThrow(/cut short/);
    expect(() => parseFrame(whole.subarray(0, 10))).toThrow(/another version/);
    const other = whole.slice();
    other[4] = 2;
    expect(() => parseFrame(other)).toThrow(/another version/);
    const wild = frame(4, 2, [[9, 1]]);
    expect(() => applyFrame(new Uint8Array(8), parseFrame(wild))).toThrow(/damaged/);
  });
});
