// SPDX-License-Identifier: Apache-2.0
/* What a view gets from the page, and what the page asks of a view. */
import type { Session } from "./session";
import type { State, States } from "./state";
import type { Trace } from "./trace";

export interface App {
  readonly session: Session;
  readonly states: States;
  readonly traces: readonly Trace[];
  /** the chosen one */
  readonly trace: Trace;
  /** For people with a screen reader, and for all: a short word about what just happened. */
  say(text: string): void;
}

/** A view in the page. */
export interface View {
  /** the URL says something else now */
  update(state: State): void;
  /** the trace changed (a live run): keep scroll, selection and focus */
  refresh(): void;
  destroy(): void;
}

export interface ViewModule {
  name: string;
  title: string;
  /** What it answers, for the help. */
  says: string;
  /** Keys beside those of the page: [key, what it does]. */
  keys: readonly (readonly [string, string])[];
  mount(root: HTMLElement, app: App): View;
}
