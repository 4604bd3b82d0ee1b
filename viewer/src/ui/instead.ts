// SPDX-License-Identifier: Apache-2.0
/* What stands in place of a view: nothing is open, it is being opened, or it cannot be. */
import type { Trace } from "../trace";
import { bytes } from "./format";
import { h } from "./h";

export function emptyState(button: HTMLElement): HTMLElement {
  return h("div", { class: "message" },
    h("h1", {}, "No trace is open"),
    h("p", {}, "Drop a trace (.db) anywhere on this page, or open one. It stays on this machine."),
    h("p", {}, button),
    h("p", {}, "Record one, and look at it:"),
    h("pre", {}, h("code", {}, "rtctrack run -o trace.db -- PROGRAM\nrtctrack view trace.db")));
}

export function openingState(trace: Trace): HTMLElement {
  const size = trace.size ? ` (${bytes(trace.size)})` : "";
  return h("div", { class: "message" }, h("p", {}, `Opening ${trace.name}${size}…`));
}

/** None is chosen before all are there. */
export function openingAll(traces: readonly Trace[]): HTMLElement {
  const there = traces.filter((one) => one.loaded || one.trouble !== null).length;
  return h("div", { class: "message" },
    h("p", {}, `Opening ${traces.length} recordings: ${there} are there…`));
}

export function troubleState(trace: Trace, button: HTMLElement): HTMLElement {
  return h("div", { class: "message" },
    h("h1", {}, `${trace.name} cannot be shown`),
    h("p", {}, sentence(trace.trouble ?? "")),
    h("p", {}, button));
}

/** As a sentence of its own. */
export function sentence(text: string): string {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}
