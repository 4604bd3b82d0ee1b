// SPDX-License-Identifier: Apache-2.0
import { expect, it } from "vitest";
import { clean } from "../src/ui/clean";

it("writes what would turn a line round, hide in it or break it as an escape", () => {
  expect(clean("a\u202eb\u2066c\u200bd\u0000e\u009bf\u2028g")).toBe(
    "a\\u202eb\\u2066c\\u200bd\\u0000e\\u009bf\\u2028g");
});

it("leaves letters of all scripts, tabs and line feeds as they are", () => {
  const text = "é ü שלום 日本語 😀\tx\ny";
  expect(clean(text)).toBe(text);
});
