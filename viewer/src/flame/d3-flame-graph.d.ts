// SPDX-License-Identifier: Apache-2.0
/* What is used of it; it has no types of its own. */
declare module "d3-flame-graph" {
  import type { HierarchyRectangularNode } from "d3-hierarchy";
  import type { Selection } from "d3-selection";

  type Box<Data> = HierarchyRectangularNode<Data>;

  interface FlameGraph<Data> {
    (selection: Selection<HTMLElement, Data, null, undefined>): void;
    width(pixels: number): this;
    cellHeight(pixels: number): this;
    minFrameSize(pixels: number): this;
    transitionDuration(milliseconds: number): this;
    inverted(inverted: boolean): this;
    getName(name: (box: Box<Data>) => string): this;
    getValue(value: (data: Data) => number): this;
    getChildren(children: (data: Data) => Data[]): this;
    setLabelHandler(label: (box: Box<Data>) => string): this;
    setDetailsHandler(details: (label: string | null) => void): this;
    setColorMapper(color: (box: Box<Data>, original: string) => string): this;
    onHover(hover: (box: Box<Data>) => void): this;
    destroy(): this;
  }

  export default function flamegraph<Data>(): FlameGraph<Data>;
}
