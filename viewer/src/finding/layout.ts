// SPDX-License-Identifier: Apache-2.0
/* Where the nodes of a graph lie, by elkjs in a worker that starts with the first graph. */
import ElkApi, { type ELK, type ElkExtendedEdge, type ElkNode } from "elkjs/lib/elk-api";
import { asset } from "../assets";
import type { Graph } from "./graph";

export interface Point {
  x: number;
  y: number;
}

export interface PlacedNode extends Point {
  width: number;
  height: number;
}

export interface PlacedEdge {
  points: Point[];
  label: (Point & { width: number; height: number }) | null;
}

/** In the order of the graph's nodes and edges. */
export interface Layout {
  width: number;
  height: number;
  nodes: PlacedNode[];
  edges: PlacedEdge[];
}

export const LINE_HEIGHT = 18;
export const LETTERS_MOST = 44;
const PADDING = 14;

export type Measure = (text: string, strong: boolean) => number;

export function clip(text: string, most = LETTERS_MOST): string {
  const letters = [...text.replace(/\s+/g, " ")];
  return letters.length <= most ? letters.join("") : `${letters.slice(0, most - 1).join("")}…`;
}

export function sizeOf(
  lines: readonly string[], measure: Measure,
): { width: number; height: number } {
  const widths = lines.map((line, index) => measure(clip(line), index === 0));
  return {
    width: Math.ceil(Math.max(90, ...widths)) + 2 * PADDING + 22,
    height: Math.max(1, lines.length) * LINE_HEIGHT + 12,
  };
}

const OPTIONS: Record<string, string> = {
  "elk.algorithm": "layered",
  "elk.direction": "DOWN",
  "elk.edgeRouting": "ORTHOGONAL",
  "elk.layered.spacing.nodeNodeBetweenLayers": "13",
  "elk.layered.spacing.edgeNodeBetweenLayers": "7",
  "elk.layered.spacing.edgeEdgeBetweenLayers": "7",
  "elk.layered.cycleBreaking.strategy": "MODEL_ORDER",
  "elk.spacing.nodeNode": "28",
  "elk.spacing.edgeLabel": "4",
  "elk.padding": "[top=8,left=8,bottom=8,right=8]",
  "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
};

export function elkGraph(graph: Graph, measure: Measure): ElkNode {
  return {
    id: "root",
    layoutOptions: OPTIONS,
    children: graph.nodes.map((one, index) => ({ id: `n${index}`, ...sizeOf(one.lines, measure) })),
    edges: graph.edges.map((one, index): ElkExtendedEdge => ({
      id: `e${index}`,
      sources: [`n${graph.nodes.findIndex((node) => node.id === one.from)}`],
      targets: [`n${graph.nodes.findIndex((node) => node.id === one.to)}`],
      labels: one.label === "" ? [] : [{
        text: clip(one.label), width: Math.ceil(measure(clip(one.label), false)) + 10,
        height: LINE_HEIGHT,
      }],
    })),
  };
}

export function layoutOf(graph: Graph, placed: ElkNode): Layout {
  const nodes = graph.nodes.map((_, index) => {
    const { x = 0, y = 0, width = 0, height = 0 } = placed.children![index]!;
    return { x, y, width, height };
  });
  const edges = graph.edges.map((_, index): PlacedEdge => {
    const edge = placed.edges![index]!;
    const section = edge.sections?.[0];
    const label = edge.labels?.[0];
    return {
      points: section
        ? [section.startPoint, ...(section.bendPoints ?? []), section.endPoint] : [],
      label: label ? { x: label.x ?? 0, y: label.y ?? 0, width: label.width ?? 0,
        height: label.height ?? 0 } : null,
    };
  });
  return { width: placed.width ?? 0, height: placed.height ?? 0, nodes, edges };
}

let started: Promise<{ elk: ELK; broken: Promise<never> }> | null = null;

async function start(): Promise<{ elk: ELK; broken: Promise<never> }> {
  const script = new Blob([(await asset("elk")) as BlobPart], { type: "text/javascript" });
  const url = URL.createObjectURL(script);
  const worker = new Worker(url, { name: "layout" });
  const broken = new Promise<never>((_, reject) => {
    worker.onerror = (event) => reject(new Error(event.message || "its worker did not start"));
  });
  broken.catch(() => undefined);
  return { elk: new ElkApi({ workerFactory: () => worker }), broken };
}

/** Rejects with a sentence. */
export async function layOut(graph: Graph, measure: Measure): Promise<Layout> {
  started ??= start();
  started.catch(() => (started = null)); // the next graph tries again
  const { elk, broken } = await started;
  const placed = await Promise.race([elk.layout(elkGraph(graph, measure)), broken]);
  return layoutOf(graph, placed);
}

/** With the page's own font, which differs from system to system. */
export function measureText(): Measure {
  const context = document.createElement("canvas").getContext("2d");
  const family = getComputedStyle(document.body).fontFamily;
  return (text, strong) => {
    if (!context) return text.length * 8;
    context.font = `${strong ? "600 " : ""}13px ${family}`;
    return context.measureText(text).width;
  };
}
