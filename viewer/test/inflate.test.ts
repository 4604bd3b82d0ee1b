// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { inflate } from "../src/db/inflate";

const packed = (bytes: Uint8Array) => gzipSync(bytes).toString("base64");

describe("a block of the page", () => {
  it("is read back byte by byte, also where it is longer than a piece", async () => {
    const bytes = new Uint8Array(randomBytes(1_500_001)); // its text is of two pieces
    expect(Buffer.from(await inflate(`\n${packed(bytes)}\n`)).equals(bytes)).toBe(true);
  });
  it("may be empty inside", async () => {
    expect((await inflate(packed(new Uint8Array(0)))).length).toBe(0);
  });
  it("is refused with a sentence where it is cut short or is none", async () => {
    const text = packed(new Uint8Array(1000).fill(7));
    await expect(inflate(text.slice(0, -12))).rejects.toThrow(/cut short/);
    await expect(inflate("!!!!")).rejects.toThrow(/cut short/);
    await expect(inflate("")).rejects.toThrow(/cut short/);
  });
});
