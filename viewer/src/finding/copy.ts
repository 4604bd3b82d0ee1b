// SPDX-License-Identifier: Apache-2.0
/* Texts to take away. Where the browser gives no clipboard, the text is selected instead. */
import type { App } from "../app";
import { h } from "../ui/h";

function select(element: Element): void {
  const selection = getSelection();
  if (!selection) return;
  const range = document.createRange();
  range.selectNodeContents(element);
  selection.removeAllRanges();
  selection.addRange(range);
}

/** what: for who hears it; shown: where the text stands, which is selected if all else fails. */
export async function copyText(
  app: App, text: string, what: string, shown: Element | null,
): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    app.say(`${what} copied`);
    return true;
  } catch {
    if (shown) select(shown);
    app.say(shown ? `${what} selected: copy it with Ctrl+C` : `${what} could not be copied`);
    return false;
  }
}

const SHOWN_MS = 1500;

export function copyButton(
  app: App, what: string, text: () => string, shown: () => Element | null, key: string,
): HTMLButtonElement {
  const button = h("button", {
    type: "button", class: "copy", "data-key": `copy ${key}`, "aria-label": `Copy ${what}`,
    onclick: () => void press(),
  }, "Copy");
  const press = async (): Promise<void> => {
    const done = await copyText(app, text(), what, shown());
    button.textContent = done ? "Copied" : "Selected";
    setTimeout(() => (button.textContent = "Copy"), SHOWN_MS);
  };
  return button;
}

/** A text in a box of its own, with its button. */
export function copyBox(app: App, what: string, text: string, key: string): HTMLElement {
  const shown = h("pre", { tabindex: "0", "aria-label": what, role: "group" }, text);
  return h("div", { class: "copy-box" }, shown,
    copyButton(app, what, () => text, () => shown, key));
}
