// SPDX-License-Identifier: Apache-2.0
import { expect, it } from "vitest";
import { keysOf } from "../src/ui/keys";

it("keys of the help have no comma and no word between them inside of their caps", () => {
  const caps = (text: string) => keysOf(text).filter((one) => one.isKey).map((one) => one.text);
  expect(caps("w s, + −, Ctrl and wheel")).toEqual(["w", "s", "+", "−", "Ctrl", "wheel"]);
  expect(caps("1 – 5")).toEqual(["1", "5"]);
  expect(keysOf("a, b").map((one) => one.text).join("")).toBe("a, b");
});
