// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { formatState, link, parseState } from "../src/state";

describe("the URL's fragment", () => {
  it("says view, place and choices, and is read back as it was written", () => {
    const state = { view: "finding", rest: "a/b?c#d", params: { q: "x&y=z", t0: "1.5" } };
    expect(parseState(formatState(state))).toEqual(state);
  });
  it("is nothing at all where nothing was chosen", () => {
    expect(parseState("")).toEqual({ view: "", rest: "", params: {} });
    expect(parseState("#")).toEqual({ view: "", rest: "", params: {} });
  });
  it("keeps what is no proper escape as it stands", () => {
    expect(parseState("#%zz/%").view).toBe("%zz");
    expect(parseState("#%zz/%").rest).toBe("%");
  });
  it("takes names of JavaScript's own for mere keys", () => {
    const { params } = parseState("#overview?__proto__=a&constructor=b");
    expect(params["__proto__"]).toBe("a");
    expect(params["constructor"]).toBe("b");
    expect(parseState("#overview").params["constructor"]).toBeUndefined();
  });
  it("leaves out what is empty", () => {
    expect(link("overview", "", { q: "", kind: "fd" })).toBe("#overview?kind=fd");
    expect(link("timeline")).toBe("#timeline");
  });
});
