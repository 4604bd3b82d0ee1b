// SPDX-License-Identifier: Apache-2.0
/* Whether the trace on the page still grows, and a button that holds it. */
import type { Following } from "../follow";
import type { Trace } from "../trace";
import { duration } from "./format";
import { fill, h } from "./h";

export interface LiveSays {
  css: "good" | "warning" | "note";
  text: string;
  title: string;
  /** what the button does; null: there is none */
  button: "Pause" | "Resume" | null;
}

/** Whole seconds, where there are some: it is drawn every second. */
function whole(ns: number): number {
  return ns < 1e9 ? ns : Math.floor(ns / 1e9) * 1e9;
}

/** wasLive: it grew while the page was open. null: there is nothing to say. */
export function liveSays(
  trace: Pick<Trace, "live" | "gone" | "lastedNs">, following: Following | null, wasLive: boolean,
): LiveSays | null {
  const time = duration(whole(trace.lastedNs()));
  if (following === null) return null;
  if (following === "gone")
    return {
      css: "warning", text: "⚠ server gone: what is there stays", button: null,
      title: "'rtctrack view' has ended, or cannot be reached",
    };
  if (trace.gone)
    return {
      css: "warning", text: "⚠ file gone: what is there stays", button: null,
      title: "The recording's file was removed, or replaced by what is no recording",
    };
  if (following === "paused")
    return {
      css: "note", text: "⏸ held", button: "Resume", title: "The run may go on meanwhile",
    };
  if (trace.live)
    return {
      css: "good", text: `● live, ${time}`, button: "Pause", title: "The page follows the run",
    };
  if (!wasLive) return null;
  return {
    css: "note", text: `✓ over after ${time}`, button: null,
    title: "The recording ended; this is all of it",
  };
}

export class LiveBadge {
  readonly element = h("span", { class: "live" });
  private readonly badge = h("span");
  private readonly button = h("button", { type: "button", onclick: () => this.press() });
  private shown = "";

  constructor(private readonly press: () => void) {
    this.element.append(this.badge);
  }

  draw(says: LiveSays | null): void {
    const text = JSON.stringify(says);
    if (text === this.shown) return;
    this.shown = text;
    this.badge.className = says ? `badge ${says.css}` : "";
    this.badge.textContent = says?.text ?? "";
    this.badge.title = says?.title ?? "";
    if (says?.button) {
      fill(this.button, says.button);
      if (!this.button.isConnected) this.element.append(this.button);
    } else {
      this.button.remove();
    }
  }
}
