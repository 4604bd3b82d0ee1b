// SPDX-License-Identifier: Apache-2.0
/* Pieces that all parts of a finding are made of: places, stacks, headings. */
import type { App } from "../app";
import { placeOf } from "../source";
import { plural, baseName } from "../ui/format";
import { h } from "../ui/h";
import { copyButton, copyText } from "./copy";
import {
  frameName, partsOf, stackText, tellerOf, type Fold, type Frame, type Stacks,
} from "./frames";
import type { Finding } from "./list";
import type { Told } from "./load";

export interface Context {
  app: App;
  told: Told;
  params: Readonly<Record<string, string>>;
  patch(params: Record<string, string>): void;
}

export function section(
  title: string, id: string, ...children: (Node | string | null)[]
): HTMLElement {
  return h("section", { class: `part part-${id}`, "aria-labelledby": `finding-${id}` },
    h("h2", { id: `finding-${id}` }, title), children);
}

/** A link where one was asked for; else a button that copies it. short: where room is scarce. */
export function placeLink(
  context: Context, file: string | null, line: number | null, key: string, short = false,
): HTMLElement | null {
  const { app } = context;
  const place = placeOf(file, line, app.session.source);
  if (!place) return null;
  const shown = short ? place.text.split("/").slice(-2).join("/") : place.text;
  if (place.url !== null)
    return h("a", { class: "place mono", href: place.url, target: "_blank",
      title: place.full, rel: "noopener noreferrer" }, shown);
  const button: HTMLButtonElement = h("button", {
    type: "button", class: "place mono", title: `${place.full} (press to copy)`,
    "data-key": `place ${key}`,
    onclick: () => void copyText(app, place.full, place.full, button),
  }, shown);
  return button;
}

function isCulprit(frame: Frame, finding: Finding): boolean {
  const { culprit } = finding;
  return culprit.function !== "" && frame.function === culprit.function &&
    frame.file === culprit.file && frame.line === culprit.line;
}

/** number: "" of what is folded; the module is said where it changes. */
function frameItem(
  context: Context, frame: Frame, number: string, key: string, before: Frame | undefined,
): HTMLElement {
  const module = baseName(frame.module) || "?";
  const culprit = isCulprit(frame, context.told.finding);
  return h("li", { class: culprit ? "frame culprit" : "frame" },
    h("span", { class: "frame-number dim" }, number),
    h("code", { class: "frame-name" }, frameName(frame)), " ",
    placeLink(context, frame.file, frame.line, key), " ",
    before?.module === frame.module ? null
      : h("span", { class: "dim module", title: frame.module }, module),
    frame.inlined ? h("span", { class: "dim" }, " inlined") : null,
    culprit ? h("span", { class: "badge error" }, "◀ culprit") : null);
}

const FOLDED: Record<Fold, (count: number) => string> = {
  "": () => "",
  plumbing: (count) => `${plural(count, "frame")} of plumbing`,
  libraries: (count) => `${plural(count, "frame")} of libraries`,
  above: (count) => `${plural(count, "frame")} as above`,
  start: (count) => `${plural(count, "frame")} of the start`,
};

/** Which folds are open, of the URL. */
export function opened(params: Readonly<Record<string, string>>): Set<string> {
  return new Set((params["open"] ?? "").split(" ").filter(Boolean));
}

function toggled(context: Context, key: string): string {
  const open = opened(context.params);
  if (!open.delete(key)) open.add(key);
  return [...open].slice(-40).join(" ");
}

/** Innermost first. before: the stack that is shown above, whose frames are not said again. */
function stackView(
  context: Context, frames: readonly Frame[], key: string, withPlumbing: boolean,
  before: readonly Frame[] | null,
): HTMLElement {
  const open = opened(context.params);
  let number = 0;
  let shown: Frame | undefined;
  const items: HTMLElement[] = [];
  partsOf(frames, withPlumbing, before).forEach((part, index) => {
    const fold = `${key}.${index}`;
    const isOpen = part.fold === "" || open.has(fold);
    if (part.fold !== "")
      items.push(h("li", { class: "fold" }, h("button", {
        type: "button", class: "fold", "aria-expanded": String(isOpen), "data-key": `fold ${fold}`,
        onclick: () => context.patch({ open: toggled(context, fold) }),
      }, `${isOpen ? "▾" : "▸"} ${FOLDED[part.fold](part.frames.length)}`)));
    if (!isOpen) return;
    for (const frame of part.frames) {
      const mark = part.fold === "" ? `#${number++}` : "·";
      items.push(frameItem(context, frame, mark, `${key} ${items.length}`, shown));
      shown = frame;
    }
  });
  return h("ol", { class: "frames" }, items);
}

/** A stack below what it is of, with a button that copies it. */
export function stackCard(
  context: Context, says: string, stackId: number | null, key: string, withPlumbing: boolean,
  before: readonly Frame[] | null = null,
): HTMLElement {
  const frames = stackId === null ? [] : context.told.stacks.get(stackId) ?? [];
  const list = frames.length > 0
    ? stackView(context, frames, key, withPlumbing, before)
    : stackId === null ? null : h("p", { class: "dim" }, "no stack was recorded");
  const copy = frames.length > 0
    ? copyButton(context.app, `the stack: ${says}`, () => `${says}\n${stackText(frames)}`,
      () => list, key) : null;
  return h("div", { class: "stack" },
    h("div", { class: "stack-head" }, h("h3", {}, says), copy), list);
}

/** The place of a stack in one line; null: there is none. */
export function tellerLink(
  context: Context, stackId: number | null, key: string,
): (Node | string)[] | null {
  const frame = tellerOf(stacksAt(context.told.stacks, stackId));
  if (!frame) return null;
  const place = placeLink(context, frame.file, frame.line, key, true);
  return [h("code", {}, frameName(frame)), " ", place ?? ""];
}

function stacksAt(stacks: Stacks, id: number | null): Frame[] | undefined {
  return id === null ? undefined : stacks.get(id);
}
