// SPDX-License-Identifier: Apache-2.0
/*
 * What a trace says, for a line of the page: characters that would reorder it, hide in it or break it are written as
 * escapes, so that one name cannot pass for another.
 */

// Controls, but for tab and line feed; marks, embeddings, overrides and isolates of direction; what has no width.
const ODD = new RegExp(
  "[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u200b-\\u200f\\u2028-\\u202e" +
    "\\u2060-\\u2069\\ufeff]",
  "g");

const escaped = (odd: string) => `\\u${odd.charCodeAt(0).toString(16).padStart(4, "0")}`;

export function clean(text: string): string {
  return text.replace(ODD, escaped);
}
