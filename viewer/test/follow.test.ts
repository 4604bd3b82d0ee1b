// SPDX-License-Identifier: Apache-2.0
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Follower } from "../src/follow";
import type { Session } from "../src/session";
import type { Trace } from "../src/trace";

const PAGE = 512;

/** A frame of one page, as the server sends it. */
function frame(revision: number): ArrayBuffer {
  const bytes = new ArrayBuffer(24 + 4 + PAGE);
  const view = new DataView(bytes);
  [0x504b5452, 1, revision, PAGE, 1, 1].forEach((word, i) => view.setUint32(i * 4, word, true));
  return bytes;
}

const session = (revision: number) => ({
  traces: [{ name: "a.db", path: "a.db", revision, live: true, size: 1, gate: null }],
}) as unknown as Session;

function madeTrace(loaded: boolean): Trace {
  const trace = {
    loaded, revision: loaded ? 1 : 0, live: true, gone: false, gate: null,
    facts: { startNs: "0" }, load: vi.fn(async () => { trace.loaded = true; }),
  };
  return trace as unknown as Trace;
}

let asked: string[] = [];
let answers = true;

beforeEach(() => {
  asked = [];
  answers = true;
  vi.useFakeTimers();
  vi.stubGlobal("fetch", async (url: string) => {
    asked.push(url);
    if (url === "session.json") return { ok: true, json: async () => session(2) };
    return { ok: answers, status: 503, arrayBuffer: async () => frame(2) };
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function follow(trace: Trace) {
  const changed = vi.fn();
  const told = vi.fn();
  const follower = new Follower(session(1), [trace], changed, told);
  follower.start();
  return { changed, told, follower };
}

it("asks for what changed since the revision that it has", async () => {
  const { changed } = follow(madeTrace(true));
  await vi.advanceTimersByTimeAsync(1000);
  expect(asked).toEqual(["session.json", "trace/0?since=1"]);
  expect(changed).toHaveBeenCalledOnce();
});

it("opens at the next asking what could not be opened at first", async () => {
  const { changed } = follow(madeTrace(false));
  answers = false;
  await vi.advanceTimersByTimeAsync(1000);
  expect(changed).not.toHaveBeenCalled();
  answers = true;
  await vi.advanceTimersByTimeAsync(1000);
  expect(asked.at(-1)).toBe("trace/0");
  expect(changed).toHaveBeenCalledOnce();
});

it("does not take a trace that cannot be opened for a server that is gone", async () => {
  const trace = madeTrace(true);
  trace.load = vi.fn(async () => { throw new Error("damaged"); });
  const { follower } = follow(trace);
  await vi.advanceTimersByTimeAsync(1000);
  expect(follower.following).toBe("following");
});
