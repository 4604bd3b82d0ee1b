// SPDX-License-Identifier: Apache-2.0
/* A served trace that somebody still records into: asked for again and again, brought up to date. */
import { parseFrame } from "./db/pages";
import { servedSession, type Session } from "./session";
import type { Trace } from "./trace";

const ASK_MS = 1000;

/** gone: the server does not answer; what is there stays, and it may come back. */
export type Following = "following" | "paused" | "gone";

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Of a run that has only begun, no start is known. */
export function isOther(was: string, now: string): boolean {
  return was !== "0" && was !== now;
}

export class Follower {
  private timer: ReturnType<typeof setTimeout> | null = null;
  private asking = false;
  following: Following = "following";

  /**
   * changed: of a trace, what is in it, whether it is live or its file gone (isOther: another
   * recording took its place); told: of the following itself.
   */
  constructor(
    private readonly session: Session, private readonly traces: readonly Trace[],
    private readonly changed: (trace: Trace, isOther: boolean) => void,
    private readonly told: () => void,
  ) {}

  start(): void {
    this.timer = setTimeout(() => void this.ask(), ASK_MS);
  }

  pause(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.tell("paused");
  }

  resume(): void {
    if (this.following !== "paused") return;
    this.tell("following");
    if (!this.asking) void this.ask();
  }

  private tell(following: Following): void {
    if (this.following === following) return;
    this.following = following;
    this.told();
  }

  private async ask(): Promise<void> {
    this.asking = true;
    try {
      const now = await servedSession();
      for (let i = 0; i < this.traces.length; i++) await this.bring(i, now);
      if (this.following === "gone") this.tell("following");
    } catch {
      if (this.following === "following") this.tell("gone");
    }
    this.asking = false;
    if (this.following !== "paused") this.start();
  }

  private async bring(index: number, now: Session): Promise<void> {
    const trace = this.traces[index]!;
    const told = now.traces[index];
    if (!told) return;
    const was = trace.facts.startNs;
    const isDue = told.revision !== trace.revision || !trace.loaded;
    const hasNews = isDue && await this.fetchNews(index, trace);
    if (!trace.loaded) return; // it is tried again
    // What a gate says is of the last look at the recording, so that it may come after the pages.
    const gone = told.gone === true;
    const isSaid = told.live === trace.live && gone === trace.gone && isSame(told.gate, trace.gate);
    if (!hasNews && isSaid) return;
    trace.gone = gone;
    trace.live = told.live;
    trace.gate = told.gate;
    this.session.traces[index] = told;
    this.changed(trace, isOther(was, trace.facts.startNs));
  }

  /** Whether there was anything. What cannot be opened is no news, and asked for again. */
  private async fetchNews(index: number, trace: Trace): Promise<boolean> {
    const since = trace.loaded ? `?since=${trace.revision}` : "";
    const answer = await fetch(`trace/${index}${since}`, { cache: "no-store" });
    if (!answer.ok) return false;
    const frame = new Uint8Array(await answer.arrayBuffer());
    try {
      const { indexes, revision } = parseFrame(frame);
      if (indexes.length > 0) await trace.load({ from: "pages", frame });
      else trace.revision = revision;
      return indexes.length > 0;
    } catch {
      return false;
    }
  }
}
