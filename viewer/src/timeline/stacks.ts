// SPDX-License-Identifier: Apache-2.0
/* A lifetime's stacks, read and named as in Finding. */
import type { App } from "../app";
import { copyButton, copyText } from "../finding/copy";
import { type Frame, frameName, partsOf, stackText } from "../finding/frames";
import { placeOf } from "../source";
import { baseName, plural } from "../ui/format";
import { type Children, h } from "../ui/h";

/** What is folded, by its word for it. */
const OF: Record<string, string> = {
  plumbing: "of plumbing", libraries: "of libraries", start: "of the start",
};

/** A link where there is one; else a press copies it. */
function place(frame: Frame, app: App): HTMLElement {
  const found = placeOf(frame.file, frame.line, app.session.source);
  if (!found) return h("span", { class: "dim" }, baseName(frame.module) || "?");
  if (found.url !== null)
    return h("a", {
      class: "place mono", href: found.url, target: "_blank", rel: "noopener noreferrer",
      title: found.full,
    }, found.text);
  const button: HTMLButtonElement = h("button", {
    type: "button", class: "place mono", title: `${found.full} (press to copy)`,
    onclick: () => void copyText(app, found.full, found.full, button),
  }, found.text);
  return button;
}

function item(frame: Frame, number: string, app: App): HTMLElement {
  return h("li", {}, h("span", { class: "tl-number" }, number),
    h("code", {}, frameName(frame)), " ", place(frame, app));
}

/** Innermost first; what only passes things on is folded. */
export function stackOf(title: string, frames: readonly Frame[], app: App, open: boolean): Children {
  if (frames.length === 0) return [];
  let number = 0;
  const items = partsOf(frames, false).map((part) => part.fold === "" ?
    part.frames.map((frame) => item(frame, `#${number++}`, app)) :
    h("li", {}, h("details", {},
      h("summary", { class: "dim" }, `${plural(part.frames.length, "frame")} ${OF[part.fold] ?? ""}`),
      h("ol", { class: "tl-stack" }, part.frames.map((frame) => item(frame, "·", app))))));
  const list = h("ol", { class: "tl-stack" }, items);
  return h("details", { open }, h("summary", {}, title), list,
    copyButton(app, `the stack: ${title}`, () => `${title}\n${stackText(frames)}`, () => list, title));
}
