// SPDX-License-Identifier: Apache-2.0
/* Where something is in the source: a link where the page knows one, else text. */
import type { Session } from "../session";
import { placeOf } from "../source";
import { h } from "./h";

export function placeLink(
  file: string | null, line: number | null, source: Session["source"],
): HTMLElement | null {
  const place = placeOf(file, line, source);
  if (!place) return null;
  if (!place.url) return h("span", { class: "place mono", title: place.full }, place.text);
  return h("a", {
    class: "place mono", href: place.url, title: place.full, target: "_blank",
    rel: "noopener noreferrer",
  }, place.text);
}
