// SPDX-License-Identifier: Apache-2.0
/* What the views answer, which keys there are, and what the signs mean. */
import { asset } from "../assets";
import { views } from "../views/views";
import { fill, h } from "./h";
import { keysOf } from "./keys";
import { kindColor, kinds } from "./kinds";
import { severities } from "./severity";

const KEYS: readonly (readonly [string, string])[] = [
  [`1 – ${views.length}`, "another view"],
  ["/", "go to the search of the view"],
  ["t", "light or dark"],
  ["?", "this help; Escape closes it"],
];

function keyTable(keys: readonly (readonly [string, string])[]): HTMLElement {
  return h("dl", { class: "keys" }, keys.map(([key, what]) => [
    h("dt", {}, keysOf(key).map(({ text, isKey }) => (isKey ? h("kbd", {}, text) : text))),
    h("dd", {}, what),
  ]));
}

function viewList(): HTMLElement {
  return h("dl", {}, views.map((view, index) => [
    h("dt", {}, h("kbd", {}, index + 1), ` ${view.title}`),
    h("dd", {}, view.says, view.keys.length > 0 && keyTable(view.keys)),
  ]));
}

function legend(): HTMLElement {
  return h("dl", { class: "legend" },
    severities.map((one) => [
      h("dt", {}, h("span", { class: `badge ${one.css}` }, `${one.symbol} ${one.state}`)),
      h("dd", {}, one.says),
    ]));
}

function kindList(): HTMLElement {
  return h("ul", { class: "kinds" }, kinds.map((kind) =>
    h("li", {}, h("span", {
      class: "swatch", style: { background: `var(${kindColor(kind.name)})` }, "aria-hidden": "true",
    }), kind.plural)));
}

/** Shown when it is asked for: it is long. */
function licences(): HTMLElement {
  const text = h("pre", { class: "licences", tabindex: "0" });
  const details = h("details", {}, h("summary", {}, "Licences of what this page is made of"), text);
  details.addEventListener("toggle", () => {
    asset("licences").then(
      (bytes) => fill(text, new TextDecoder().decode(bytes)),
      (error: unknown) => fill(text, error instanceof Error ? error.message : String(error)));
  }, { once: true });
  return details;
}

export class Help {
  readonly element = h("dialog", {
    class: "help", "aria-labelledby": "help-title",
    onclick: (event: MouseEvent) => this.outside(event),
  });

  get isOpen(): boolean {
    return this.element.open;
  }

  /** Modal: the focus stays inside, Escape closes it, and goes back to where it was. */
  open(): void {
    if (this.element.open) return;
    fill(this.element,
      h("div", { class: "inside" },
        h("header", {}, h("h1", { id: "help-title" }, "Help"),
          h("button", { type: "button", autofocus: true, onclick: () => this.close() }, "Close")),
        h("h2", {}, "Keys"), keyTable(KEYS),
        h("h2", {}, "Views"), viewList(),
        h("h2", {}, "States of findings"), legend(),
        h("h2", {}, "Kinds"), kindList(),
        h("p", { class: "dim" },
          "All of it is read here, in the browser: no part of a trace leaves this page. " +
          "Drop a trace (.db) on the page to open it beside this one."),
        licences()));
    this.element.showModal();
  }

  close(): void {
    this.element.close();
  }

  private outside(event: MouseEvent): void {
    if (event.target === this.element) this.close();
  }
}
