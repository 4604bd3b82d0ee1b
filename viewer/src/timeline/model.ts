// SPDX-License-Identifier: Apache-2.0
/* What the timeline is drawn from. Times are nanoseconds since the trace's start; NaN is never. */

/** What is seen: from, to. */
export interface Span {
  from: number;
  to: number;
}

/** Lifetimes of one lane, by birth. */
export interface Bars {
  count: number;
  id: Float64Array;
  birth: Float64Array;
  /** or the end of its process; NaN: the end of the recording */
  death: Float64Array;
  /** 1: it never died */
  alive: Float64Array;
  /** of scopes: their close began, and returned; NaN for all else */
  close: Float64Array;
  closed: Float64Array;
  /** the row within the lane */
  row: Uint16Array;
  rows: number;
  /** there were not rows enough: count them instead */
  crowded: boolean;
}

/** How many lifetimes touch each bucket of time. */
export interface Density {
  from: number;
  step: number;
  alive: Float64Array;
  most: number;
}

/** All lifetimes of one class whose owners, and theirs, are of the same classes. */
export interface PathRow {
  path: number;
  /** of the owners; null: nobody's */
  parent: number | null;
  process: number;
  kind: string;
  cls: string;
  /** grouped by a hint only */
  hint: boolean;
  count: number;
  first: number;
  last: number;
}

/** A lifetime that a finding names. */
export interface Flag {
  id: number;
  path: number;
  birth: number;
  /** as of Bars */
  death: number;
  alive: boolean;
  /** since when it should be gone; NaN: not known */
  over: number;
  /** when something wrong was done to it; NaN: nothing */
  act: number;
  state: string;
  fingerprint: string;
  /** what it belongs to, through however many others */
  owners: readonly number[];
  /** false: it is only part of the story */
  member: boolean;
}

export interface ProcessRow {
  id: number;
  pid: number;
  ppid: number;
  name: string;
  start: number;
  end: number;
  /** so many lifetimes */
  count: number;
}

/** A thread that stood and waited when it was looked at. */
export interface Wait {
  id: number;
  process: number;
  tid: number;
  thread: number | null;
  name: string;
  what: string;
  since: number;
  until: number;
  /** by itself it does not end, and a finding tells of it */
  fingerprint: string | null;
  state: string | null;
}

/** Lifetimes of which only sums are kept. */
export interface Folded {
  process: number;
  kind: string;
  cls: string;
  count: number;
  total: number;
  first: number;
  last: number;
}

export interface Mark {
  time: number;
  text: string;
}

export interface Model {
  end: number;
  grace: number;
  processes: ProcessRow[];
  paths: PathRow[];
  /** there are more paths than were read */
  pathsLeft: number;
  flags: Flag[];
  waits: Wait[];
  folded: Folded[];
  marks: Mark[];
  /** lifetimes in all; a sample stands for so many each */
  lifetimes: number;
  weight: number;
}

export const EMPTY_BARS: Bars = {
  count: 0,
  id: new Float64Array(0),
  birth: new Float64Array(0),
  death: new Float64Array(0),
  alive: new Float64Array(0),
  close: new Float64Array(0),
  closed: new Float64Array(0),
  row: new Uint16Array(0),
  rows: 1,
  crowded: false,
};

/** The kinds that the page knows, in the order of kinds.def; scopes come first. */
export const KINDS = [
  "scope", "fd", "thread", "object", "callback", "task", "timer", "lock",
] as const;

export function kindRank(kind: string): number {
  const index = (KINDS as readonly string[]).indexOf(kind);
  return index < 0 ? KINDS.length : index;
}

/** A theme's variable for it: kinds that are not known look like objects. */
export function kindColor(kind: string): string {
  return (KINDS as readonly string[]).includes(kind) ? `--kind-${kind}` : "--kind-object";
}
