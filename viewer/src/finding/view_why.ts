// SPDX-License-Identifier: Apache-2.0
/* Why it is alive, or who waits for whom: the graph, what its nodes are, and the same as a list. */
import { bytes, count, duration } from "../ui/format";
import { h } from "../ui/h";
import { link } from "../state";
import { isAboutLocks } from "./circle";
import { drawGraph, legend, listGraph } from "./draw";
import type { Graph, GraphNode } from "./graph";
import type { Layout } from "./layout";
import { addressesOf, labelOf, traitsOf, type Resource } from "./resource";
import { section, stackCard, type Context } from "./view_parts";

/** A graph with its places, being laid out, or why it cannot be. */
export type Laid = { graph: Graph; layout: Layout } | "waiting" | { trouble: string };

function rows(resource: Resource): [string, string | null][] {
  const moment = (ns: number | null) => (ns === null ? null : `at ${duration(ns)} of the run`);
  const by = (tid: number | null) => (tid === null ? "" : ` by thread ${tid}`);
  return [
    ["what", labelOf(resource)],
    ["addresses", addressesOf(resource)],
    ["running", resource.startRoutine],
    ["born", resource.earlier ? "before the recording began"
      : `${moment(resource.birthNs) ?? "?"}${by(resource.birthTid)}`],
    ["closed", resource.closeNs === null ? null
      : `${moment(resource.closeNs)}${by(resource.closeTid)}`],
    ["ended", resource.deathNs === null ? null
      : `${moment(resource.deathNs)}${by(resource.deathTid)}, ${resource.ending}`],
    ["last used", moment(resource.lastUseNs)],
    ["traffic", resource.outCount === null ? null
      : `sent ${count(resource.outCount)} (${bytes(resource.outBytes ?? 0)}), ` +
        `received ${count(resource.inCount ?? 0)} (${bytes(resource.inBytes ?? 0)})`],
    ["references left", resource.refs === null ? null : String(resource.refs)],
    ["traits", traitsOf(resource)],
  ];
}

function details(context: Context, node: GraphNode): HTMLElement {
  const { resource } = node;
  const trace = context.params["trace"];
  const facts = resource ? rows(resource) : node.lines.slice(1).map((one) => ["", one] as const);
  const plumbing = isAboutLocks(context.told.finding);
  return h("div", { class: "node-details card", role: "region", "aria-label": "The chosen node" },
    h("div", { class: "stack-head" }, h("h3", {}, node.lines[0] ?? ""),
      h("button", { type: "button", "data-key": "close-node", onclick: () =>
        context.patch({ node: "" }) }, "Close")),
    h("dl", { class: "facts" }, facts.map(([term, value]) => (value
      ? [h("dt", {}, term), h("dd", {}, value)] : null))),
    resource ? h("p", {}, h("a", {
      href: link("timeline", "", { ...(trace ? { trace } : {}), select: String(resource.id) }),
    }, "Show it in the timeline")) : null,
    node.stacks.map((one, index) =>
      stackCard(context, one.says, one.stackId, `n${index}`, plumbing)));
}

function picture(context: Context, laid: Laid, choose: (id: string) => void): HTMLElement {
  if (laid === "waiting") return h("p", { class: "dim", role: "status" }, "Drawing the graph…");
  if ("trouble" in laid)
    return h("p", { class: "remark", role: "alert" },
      `The graph cannot be drawn (${laid.trouble}); the list below says the same.`);
  return h("div", { class: "graph-box", tabindex: "0", role: "region", "aria-label": "Graph",
    "data-key": "graph-box" },
  drawGraph(laid.graph, laid.layout, context.params["node"] ?? "", choose));
}

export function whyView(context: Context, laid: Laid): HTMLElement | null {
  const { graph, finding } = context.told;
  if (graph.edges.length === 0) return null;
  const node = graph.nodes.find((one) => one.id === context.params["node"]);
  const choose = (id: string) =>
    context.patch({ node: context.params["node"] === id ? "" : id });
  const failed = typeof laid === "object" && "trouble" in laid;
  const title = finding.rule === "lock-order" ? "Which lock is taken after which"
    : isAboutLocks(finding) ? "Who waits for whom"
    : finding.state === "broken" ? "What it belongs to"
      : finding.state === "unclosed" ? "What stays with it" : "Why it is alive";
  return section(title, "why",
    h("div", { class: node ? "why with-details" : "why" },
      picture(context, laid, choose), node ? details(context, node) : null),
    h("p", { class: "dim" }, `${legend(graph)}Press a node for its details.`),
    h("details", failed ? { open: true } : {}, h("summary", { "data-key": "as-list" },
      "The same as a list"), listGraph(graph)));
}
