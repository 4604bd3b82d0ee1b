// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { learnTop, placeOf, relativeFile, topOf } from "../src/source";

const hub = { url: "https://example.com/blob/main/{file}#L{line}", root: "/top" };

describe("a place in the source", () => {
  it("is a link where the file lies below the root", () => {
    expect(placeOf("/top/a/b c.c", 12, hub)).toEqual({
      text: "a/b c.c:12", full: "/top/a/b c.c:12", url: "https://example.com/blob/main/a/b%20c.c#L12",
    });
  });
  it("is text where the file lies elsewhere, or its name only begins like the root", () => {
    expect(placeOf("/usr/include/x.h", 1, hub)).toEqual(
      { text: "/usr/include/x.h:1", full: "/usr/include/x.h:1", url: null });
    expect(relativeFile("/topper/x.c", "/top")).toBe("/topper/x.c");
  });
  it("opens an editor with the whole path", () => {
    expect(placeOf("/x/y.c", 3, { url: "vscode://file{file}:{line}", root: null })?.url)
      .toBe("vscode://file/x/y.c:3");
  });
  it("never runs anything: other schemes are text", () => {
    for (const url of ["javascript:alert('{file}')", " javascript:{file}", "data:text/html,{file}"])
      expect(placeOf("/top/x.c", 1, { url, root: "/top" })?.url).toBeNull();
  });
  it("escapes what the file's name would add to the address", () => {
    const place = placeOf("/top/a#b?c&\"<$&.c", 1, hub);
    expect(place?.url).toBe("https://example.com/blob/main/a%23b%3Fc%26%22%3C%24%26.c#L1");
  });
  it("is text where the path leads upward, to another repository of the host", () => {
    for (const file of ["../../O/R/blob/x.c", "/top/a/../../b.c", "a/./b.c", "..\\x.c"])
      expect(placeOf(file, 1, hub)?.url).toBeNull();
  });
  it("opens every editor that the command takes a template of", () => {
    for (const scheme of ["vscodium", "emacs", "kate"])
      expect(placeOf("/x.c", 1, { url: `${scheme}://file{file}`, root: null })?.url)
        .toBe(`${scheme}://file/x.c`);
  });
  it("is none without a file", () => {
    expect(placeOf(null, 1, hub)).toBeNull();
    expect(placeOf("", 1, hub)).toBeNull();
  });
  it("is told from the folder on that all sources of the trace lie in, and whole on request", () => {
    const source = { url: null, root: null };
    learnTop(source, topOf(["/home/me/app/net/a.c", "/home/me/app/main.c", "/home/me/app/net/b.c"]));
    learnTop(source, topOf(["/home/me/app/net/a.c", "/home/me/app/net/x/b.c"]));
    expect(placeOf("/home/me/app/main.c", 3, source))
      .toEqual({ text: "main.c:3", full: "/home/me/app/main.c:3", url: null });
    expect(placeOf("/home/me/app/net/x/b.c", null, source)?.text).toBe("x/b.c");
    expect(placeOf("/home/me/lib/a.c", 1, source)?.text).toBe("/home/me/lib/a.c:1");
  });
  it("is whole where the sources have nothing in front that is worth a cut", () => {
    const source = { url: null, root: null };
    learnTop(source, topOf(["/src/a.c", "/lib/b.c"]));
    learnTop(source, topOf([]));
    expect(placeOf("/src/a.c", 1, source)?.text).toBe("/src/a.c:1");
  });
});
