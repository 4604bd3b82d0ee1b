// SPDX-License-Identifier: Apache-2.0
/* Boxes as they are drawn, and what is said of them. */
import { clean } from "../ui/clean";
import { plural } from "../ui/format";
import { kindColor } from "../ui/kinds";
import type { Cell } from "./cells";
import type { Shown } from "./chart";
import { type Chosen, percent } from "./chosen";
import { matches, type Node, placesOf } from "./tree";

export const SEVERAL = "--line-strong";

/** A kind that makes up nearly all of it; null: there are several. */
function kindOfNode(node: Node): string | null {
  for (const [kind, value] of node.kinds) if (value >= node.value * 0.9) return kind;
  return null;
}

function colorOf(node: Node): string {
  const kind = kindOfNode(node);
  return kind === null ? SEVERAL : kindColor(kind);
}

/** Most of what it made leaks. */
export function isLeaky(node: Node): boolean {
  return node.leaked > 0 && node.leaked * 2 >= node.value;
}

function spokenOf(node: Node, chosen: Chosen, whole: number): string {
  const place = placesOf(node)[0];
  return clean([
    node.name, `${chosen.measure.format(node.value)} ${chosen.measure.unit}`,
    `${percent(node.value, whole)} of all`,
    node.leaked > 0 && chosen.measure.name !== "leaked"
      ? `${plural(node.leaked, "leaked one", "leaked ones")}` : "",
    place ? `${place.file}:${place.line ?? "?"}` : "",
  ].filter((part) => part !== "").join(", "));
}

export function shownOf(cell: Cell<Node>, chosen: Chosen, whole: number): Shown {
  const children = cell.children.map((child) => shownOf(child, chosen, whole));
  const { node } = cell;
  if (node === null) {
    const label = `other (${cell.others})`;
    const value = chosen.measure.format(cell.value);
    return {
      key: cell.key, label, value: cell.value, color: SEVERAL, look: "plain", children,
      spoken: `${label}: functions that are too narrow to be drawn, ${value} together;` +
        " zoom into what is below them",
    };
  }
  const found = matches(node, chosen.query);
  return {
    key: cell.key, label: clean(node.leaked > 0 ? `● ${node.name}` : node.name),
    value: cell.value, spoken: spokenOf(node, chosen, whole),
    color: isLeaky(node) ? "--error" : colorOf(node),
    look: found ? "found" : cell.around ? "around" : "plain", children,
  };
}
