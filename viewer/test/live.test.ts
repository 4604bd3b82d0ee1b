// SPDX-License-Identifier: Apache-2.0
import { expect, it } from "vitest";
import { isOther } from "../src/follow";
import { liveSays } from "../src/ui/live";

const trace = (live: boolean, gone: boolean) => ({ live, gone, lastedNs: () => 2.5e9 });

it("a file that is gone is said, whether it is live or not, and what is there stays", () => {
  for (const live of [true, false])
    expect(liveSays(trace(live, true), "following", live)).toMatchObject(
      { css: "warning", text: "⚠ file gone: what is there stays", button: null });
  expect(liveSays(trace(true, false), "following", true)?.text).toBe("● live, 2 s");
  expect(liveSays(trace(false, false), "following", false)).toBeNull();
  expect(liveSays(trace(true, true), "gone", true)?.text).toMatch(/^⚠ server gone/);
});

it("another recording in a file's place is told from one that has only begun", () => {
  expect([isOther("0", "7"), isOther("7", "7"), isOther("7", "9")]).toEqual([false, false, true]);
});
