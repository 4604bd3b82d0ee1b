// SPDX-License-Identifier: Apache-2.0
/* A graph as a picture, with nodes that can be chosen, and as a list. */
import { h, svg } from "../ui/h";
import type { Branch, Graph, GraphNode, Mark } from "./graph";
import { treeOf } from "./graph";
import { LINE_HEIGHT, clip, type Layout, type PlacedEdge, type PlacedNode } from "./layout";

/** A mark is a shape and a word; colour comes on top. */
const MARKS: Record<Mark, [string, string]> = {
  leak: ["●", "what this is about"], closed: ["×", "closed"], holder: ["◆", "holds it"],
  gone: ["†", "gone"], stuck: ["●", "waits"], wait: ["◇", "waited for"], more: ["…", "more"],
  "": ["", ""],
};

function markWord(mark: Mark): string {
  return MARKS[mark][1];
}

/** What the marks of this graph mean, as a sentence. */
export function legend(graph: Graph): string {
  const marks = new Set(graph.nodes.map((one) => one.mark));
  const told = [...marks].filter((one) => one !== "" && one !== "more")
    .map((one) => MARKS[one].join(" ")).join(", ");
  return told && `${told}. `;
}

/** Kinds differ by their outline too. */
function outline(kind: string, { width, height }: PlacedNode): SVGElement {
  const cut = 12;
  const polygons: Record<string, [number, number][]> = {
    callback: [[cut, 0], [width, 0], [width - cut, height], [0, height]],
    lock: [[cut, 0], [width - cut, 0], [width, height / 2], [width - cut, height],
      [cut, height], [0, height / 2]],
    timer: [[cut, 0], [width - cut, 0], [width, cut], [width, height - cut],
      [width - cut, height], [cut, height], [0, height - cut], [0, cut]],
  };
  if (Object.hasOwn(polygons, kind))
    return svg("polygon", { class: "shape", points: polygons[kind]!.join(" ") });
  const radius = kind === "fd" || kind === "task" ? height / 2.6 : kind === "thread" ? 10 : 2;
  return svg("rect", { class: "shape", width, height, rx: radius });
}

function inner(kind: string, { width, height }: PlacedNode): SVGElement | null {
  if (kind !== "scope") return null;
  return svg("rect", { class: "shape-inner", x: 4, y: 4, width: width - 8, height: height - 8 });
}

/** Begins with what is seen, so that it can be spoken to. */
function says(node: GraphNode): string {
  const more = [node.kind === node.lines[0] ? "" : node.kind, markWord(node.mark)].filter(Boolean);
  return `${node.lines.map((line) => clip(line)).join(" ")} (${more.join(", ")})`;
}

function drawNode(
  node: GraphNode, place: PlacedNode, chosen: boolean, choose: (id: string) => void,
): SVGElement {
  const symbol = MARKS[node.mark][0];
  const first = (place.height - node.lines.length * LINE_HEIGHT) / 2 + 13;
  const press = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    choose(node.id);
  };
  return svg("g", {
    class: `node kind-${node.kind.replace(/[^a-z]/g, "")} mark-${node.mark || "none"}`,
    transform: `translate(${place.x} ${place.y})`, tabindex: "0", role: "button",
    "aria-pressed": String(chosen), "aria-label": says(node), "data-key": `node ${node.id}`,
    onclick: () => choose(node.id), onkeydown: press,
  }, outline(node.kind, place), inner(node.kind, place),
  symbol ? svg("text", { class: "symbol", x: 12, y: first, "aria-hidden": "true" }, symbol) : null,
  node.lines.map((line, index) => [svg("text", {
    class: index === 0 ? "title" : "line", x: 30, y: first + index * LINE_HEIGHT,
  }, clip(line), clip(line) === line ? null : svg("title", {}, line)), " "]));
}

function drawEdge(
  edge: Graph["edges"][number], place: PlacedEdge, arrow: string,
): SVGElement[] {
  if (place.points.length === 0) return [];
  const path = place.points.map((one, index) => `${index ? "L" : "M"}${one.x} ${one.y}`).join("");
  const css = `edge${edge.bad ? " bad" : ""}${edge.dashed ? " dashed" : ""}`;
  const drawn: SVGElement[] = [
    svg("path", { class: css, d: path, "marker-end": `url(#${arrow}${edge.bad ? "-bad" : ""})` }),
  ];
  const { label } = place;
  if (label)
    drawn.push(
      svg("rect", { class: "label-back", x: label.x, y: label.y, width: label.width,
        height: label.height }),
      svg("text", { class: `label${edge.bad ? " bad" : ""}`, x: label.x + 5, y: label.y + 13 },
        clip(edge.label)));
  return drawn;
}

function arrowHead(id: string, css: string): SVGElement {
  return svg("marker", { id, viewBox: "0 0 10 10", refX: 9, refY: 5, markerWidth: 8,
    markerHeight: 8, orient: "auto-start-reverse" },
  svg("path", { class: css, d: "M0 0L10 5L0 10z" }));
}

export function drawGraph(
  graph: Graph, layout: Layout, chosen: string, choose: (id: string) => void,
): SVGSVGElement {
  const arrow = "finding-arrow";
  return svg("svg", {
    class: "chain", width: Math.ceil(layout.width), height: Math.ceil(layout.height),
    viewBox: `0 0 ${Math.ceil(layout.width)} ${Math.ceil(layout.height)}`, role: "group",
    "aria-label": "Graph; each node is a button that shows its details",
  },
  svg("defs", {}, arrowHead(arrow, "arrow"), arrowHead(`${arrow}-bad`, "arrow bad")),
  graph.edges.map((edge, index) => drawEdge(edge, layout.edges[index]!, arrow)),
  graph.nodes.map((node, index) =>
    drawNode(node, layout.nodes[index]!, node.id === chosen, choose)));
}

function branchItem(branch: Branch): HTMLElement {
  const word = markWord(branch.node.mark);
  return h("li", {},
    branch.label ? h("span", { class: "dim" }, `${branch.label}: `) : null,
    branch.again ? `${branch.node.lines[0]} (told above)` : branch.node.lines.join(", "),
    word && !branch.again ? h("span", { class: "dim" }, ` (${word})`) : null,
    branch.branches.length > 0 ? h("ul", {}, branch.branches.map(branchItem)) : null);
}

export function listGraph(graph: Graph): HTMLElement {
  return h("ul", { class: "chain-list" }, treeOf(graph).map(branchItem));
}
