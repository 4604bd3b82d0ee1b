// SPDX-License-Identifier: Apache-2.0
/* One function, told in a line or two. */
import type { Session } from "../session";
import { link } from "../state";
import { baseName, plural } from "../ui/format";
import { type Children, h } from "../ui/h";
import { placeLink } from "../ui/place";
import { type Chosen, percent } from "./chosen";
import type { Told } from "./sums";
import { tierNames } from "./tiers";
import { type Node, placesOf } from "./tree";

const PLACES_SHOWN = 4;
const FINDINGS_SHOWN = 5;

function kindsOf(node: Node, chosen: Chosen): string {
  return [...node.kinds].sort((a, b) => b[1] - a[1]).slice(0, 8)
    .map(([kind, value]) => `${kind} ${chosen.measure.format(value)}`).join(", ");
}

function places(node: Node, chosen: Chosen, source: Session["source"]): Children {
  const all = placesOf(node);
  const shown = all.slice(0, PLACES_SHOWN).map(({ file, line, value }) => h("span", {},
    placeLink(file, line, source), all.length > 1 ? ` ${chosen.measure.format(value)}` : ""));
  return [shown, all.length > PLACES_SHOWN
    ? h("span", {}, `and ${plural(all.length - PLACES_SHOWN, "more line")}`) : null];
}

function findingLinks(findings: readonly Told[], trace: Record<string, string>): Children {
  if (findings.length === 0) return null;
  return h("span", {}, findings.length === 1 ? "finding: " : "findings: ",
    findings.slice(0, FINDINGS_SHOWN).map((one, index) => [index > 0 ? ", " : "",
      h("a", { href: link("finding", one.fingerprint, trace) }, one.rule)]),
    findings.length > FINDINGS_SHOWN ? ", …" : "");
}

/** What a box is: its function, its numbers, where it is. */
export function detailsOf(
  node: Node, chosen: Chosen, whole: number, findings: readonly Told[], source: Session["source"],
  trace: Record<string, string>,
): Children {
  const { format, unit } = chosen.measure;
  const leaked = node.leaked > 0 && chosen.measure.name !== "leaked"
    ? h("span", { class: "badge error" }, `● ${node.leaked} leaked`)
    : null;
  return [
    h("strong", { class: "mono" }, node.name),
    h("span", {}, `${format(node.value)} ${unit}, ${percent(node.value, whole)} of`,
      ` all${node.self > 0 && node.parent ? `; itself ${format(node.self)}` : ""}`),
    leaked, findingLinks(findings, trace), places(node, chosen, source),
    node.frame?.module
      ? h("span", { class: "dim", title: node.frame.module },
        `${baseName(node.frame.module)} (${tierNames[node.frame.tier]})`) : null,
    h("span", { class: "dim" }, kindsOf(node, chosen)),
  ];
}
