// SPDX-License-Identifier: Apache-2.0
/* Where something is in the source: a link where the page knows one. */
import type { App } from "../app";
import { h } from "../ui/h";
import { placeLink as linkOf } from "../ui/place";
import type { Culprit } from "./findings";

export function placeLink(app: App, file: string | null, line: number | null): Node | null {
  return linkOf(file, line, app.session.source);
}

export function culpritLine(app: App, culprit: Culprit): Node[] {
  const place = placeLink(app, culprit.file, culprit.line);
  return [
    h("span", { class: "culprit mono" }, culprit.name),
    ...(place ? [place] : []),
    ...(culprit.module ? [h("span", { class: "dim" }, `(${culprit.module})`)] : []),
  ];
}
