// SPDX-License-Identifier: Apache-2.0
/* What went wrong, or is to be known, above the view: it stays until it was read. */
import { append, h } from "./h";

const MOST = 5;

export class Notices {
  readonly element = h("div", { class: "notices" });

  /** error: it interrupts who listens to the page. */
  show(text: string, kind: "error" | "note" = "error"): void {
    const role = kind === "error" ? "alert" : "status";
    const notice = h("div", { class: `notice ${kind}`, role },
      h("span", { "aria-hidden": "true" }, kind === "error" ? "✖" : "•"),
      h("p", {}, text),
      h("button", { type: "button", "aria-label": "Dismiss", onclick: () => notice.remove() },
        "✕"));
    while (this.element.childElementCount >= MOST) this.element.firstElementChild!.remove();
    append(this.element, notice);
  }

  /** The newest goes first; false: there was none. */
  dismiss(): boolean {
    const last = this.element.lastElementChild;
    last?.remove();
    return last !== null;
  }
}
