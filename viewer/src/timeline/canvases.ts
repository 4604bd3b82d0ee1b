// SPDX-License-Identifier: Apache-2.0
/* The frame of the timeline: tree and lanes, which scroll together, below axis and strip, which do not. */
import { h } from "../ui/h";
import { type Palette, paletteOf } from "./palette";
import { AXIS_HEIGHT, MINI_HEIGHT } from "./strips";

function canvas(name: string, label: string, says: string, keyed: boolean): HTMLCanvasElement {
  return h("canvas", {
    class: name, role: keyed ? "application" : "img", "aria-label": label,
    "aria-roledescription": keyed ? "timeline" : null, tabindex: keyed ? "0" : null, title: says,
  });
}

export class Canvases {
  readonly lanes = canvas("tl-lanes", "Lifetimes as bars over time. Up and down choose a lane, left " +
    "and right a lifetime in it, Enter shows its details; the tree beside it has the lanes as text.",
  "", true);
  readonly axis = canvas("tl-axis", "Time since the start, with marks", "Drag to zoom to a range", false);
  readonly mini = canvas("tl-mini", "All of the recording, and the part that is seen",
    "Drag to move the window", false);
  /** how much of the time */
  readonly seen = h("div", { class: "tl-corner" });
  readonly scroller: HTMLElement;
  readonly element: HTMLElement;
  private readonly body: HTMLElement;
  private readonly observer: ResizeObserver;
  private known: Palette | null = null;
  private readonly themes = () => {
    this.known = null;
    this.themed = true;
    this.redraw();
  };
  /** the legend has to be drawn, too */
  themed = true;
  ratio = 1;
  width = 0;

  constructor(private readonly tree: HTMLElement, private readonly redraw: () => void) {
    this.body = h("div", { class: "tl-body" }, tree, this.lanes);
    this.scroller = h("div", { class: "tl-scroll" }, this.body);
    this.element = h("div", { class: "tl-frame" },
      h("div", { class: "tl-corner" }), this.mini, this.seen, this.axis, this.scroller);
    this.scroller.addEventListener("scroll", redraw, { passive: true });
    this.observer = new ResizeObserver(redraw);
    this.observer.observe(this.element);
    this.observer.observe(this.scroller);
    this.axis.style.height = `${AXIS_HEIGHT}px`;
    this.mini.style.height = `${MINI_HEIGHT}px`;
    addEventListener("themechange", this.themes);
  }

  destroy(): void {
    this.observer.disconnect();
    removeEventListener("themechange", this.themes);
  }

  get palette(): Palette {
    return (this.known ??= paletteOf(this.lanesContext, this.ratio));
  }

  get lanesContext(): CanvasRenderingContext2D {
    return this.lanes.getContext("2d", { alpha: false })!;
  }

  get axisContext(): CanvasRenderingContext2D {
    return this.axis.getContext("2d", { alpha: false })!;
  }

  get miniContext(): CanvasRenderingContext2D {
    return this.mini.getContext("2d", { alpha: false })!;
  }

  /** Makes room for lanes of that height, and the canvases as large and as sharp as the page has them. */
  measure(total: number): { width: number; height: number; top: number } {
    const ratio = Math.min(4, devicePixelRatio || 1);
    if (ratio !== this.ratio) this.themes();
    this.ratio = ratio;
    const height = this.scroller.clientHeight;
    const wanted = `${Math.max(total, height)}px`;
    if (this.body.style.height !== wanted) this.body.style.height = wanted;
    this.width = Math.max(0, this.body.clientWidth - this.tree.offsetWidth);
    this.fit(this.lanes, this.width, height);
    this.fit(this.axis, this.width, AXIS_HEIGHT);
    this.fit(this.mini, this.width, MINI_HEIGHT);
    return { width: this.width, height, top: this.scroller.scrollTop };
  }

  private fit(canvas: HTMLCanvasElement, width: number, height: number): void {
    const [wide, high] = [Math.round(width * this.ratio), Math.round(height * this.ratio)];
    if (canvas.width !== wide || canvas.height !== high) {
      canvas.width = wide;
      canvas.height = high;
      canvas.style.height = `${height}px`;
      canvas.style.width = `${width}px`;
    }
    canvas.getContext("2d")!.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
  }
}
