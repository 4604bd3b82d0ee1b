// SPDX-License-Identifier: Apache-2.0
/* What the command tells the page beside the traces: session.json, or a block of the file. */
import { takeBlock } from "./assets";

export interface GateFinding {
  fails: boolean;
  level: string;
  /** What decided it: "suppressed", "baseline", "budget", "process-lifetime", "severity". */
  by: string | null;
  novelty: string | null;
  says: string;
}

/** What lets a finding pass; null: nothing does. A severity only makes it lighter. */
export function excuseOf(gate: GateFinding | null | undefined): string | null {
  return gate && !gate.fails && gate.by && gate.by !== "severity" ? gate.by : null;
}

export interface Gate {
  verdict: string;
  code: number;
  findings: Record<string, GateFinding>;
}

export interface SessionTrace {
  name: string;
  path: string;
  revision: number;
  live: boolean;
  /** Its file was removed, or replaced by what is no recording: this is the last of it. */
  gone?: boolean;
  size: number;
  gate: Gate | null;
}

export interface Session {
  schema: number;
  version: string;
  served: boolean;
  source: {
    url: string | null;
    root: string | null;
    /** folders of the traces' sources, which the page itself finds */
    tops?: string[];
  };
  filter: Record<string, string | null>;
  traces: SessionTrace[];
}

const EMPTY: Session = {
  schema: 1, version: "", served: false, source: { url: null, root: null }, filter: {}, traces: [],
};

/** The file's own; null: the page is served, and has to ask. */
export function embeddedSession(): Session | null {
  const text = takeBlock("session");
  if (text !== null) return JSON.parse(text) as Session;
  return location.protocol === "file:" ? EMPTY : null;
}

/** Rejects if the server is gone. */
export async function servedSession(): Promise<Session> {
  const answer = await fetch("session.json", { cache: "no-store" });
  if (!answer.ok) throw new Error(`the server says ${answer.status}`);
  return (await answer.json()) as Session;
}
