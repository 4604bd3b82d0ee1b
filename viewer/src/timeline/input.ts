// SPDX-License-Identifier: Apache-2.0
/*
 * Pointer and keys, as in Perfetto: the wheel scrolls the lanes, with Ctrl it zooms where the pointer is, with
 * Shift it pans; w and s zoom, a and d pan. Dragging pans; on the axis it chooses a range to zoom to.
 */

export interface Gestures {
  /** by pixels of the lanes' canvas */
  drag(pixels: number): void;
  scroll(pixels: number): void;
  zoomAt(factor: number, x: number): void;
  click(x: number, y: number): void;
  open(x: number, y: number): void;
  hover(x: number, y: number, event: PointerEvent | null): void;
  /** while it is dragged; `done` at its end */
  range(from: number, to: number, done: boolean): void;
  /** a place in the strip of all time */
  jump(x: number): void;
}

const DRAG = 4;
const LINE = 16;

/** One pointer that is held down. */
function dragged(element: HTMLElement, begin: (event: PointerEvent) => boolean,
  move: (event: PointerEvent) => void, end: (event: PointerEvent, cancelled: boolean) => void): void {
  let held: number | null = null;
  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || held !== null || !begin(event)) return;
    held = event.pointerId;
    element.setPointerCapture(event.pointerId);
  });
  element.addEventListener("pointermove", (event) => {
    if (event.pointerId === held) move(event);
  });
  const stop = (event: PointerEvent, cancelled: boolean) => {
    if (event.pointerId !== held) return;
    held = null;
    end(event, cancelled);
  };
  element.addEventListener("pointerup", (event) => stop(event, false));
  element.addEventListener("pointercancel", (event) => stop(event, true));
}

export function lanesInput(canvas: HTMLCanvasElement, to: Gestures): void {
  let start = { x: 0, y: 0 };
  let last = { x: 0, y: 0 };
  let moved = false;
  dragged(canvas,
    (event) => {
      start = last = { x: event.offsetX, y: event.offsetY };
      moved = false;
      return true;
    },
    (event) => {
      moved ||= Math.hypot(event.offsetX - start.x, event.offsetY - start.y) > DRAG;
      if (!moved) return;
      to.drag(last.x - event.offsetX);
      to.scroll(last.y - event.offsetY);
      last = { x: event.offsetX, y: event.offsetY };
    },
    (event, cancelled) => {
      if (!moved && !cancelled) to.click(event.offsetX, event.offsetY);
    });
  canvas.addEventListener("pointermove", (event) => {
    if (event.buttons === 0) to.hover(event.offsetX, event.offsetY, event);
  });
  canvas.addEventListener("pointerleave", () => to.hover(0, 0, null));
  canvas.addEventListener("dblclick", (event) => to.open(event.offsetX, event.offsetY));
}

export function wheelInput(element: HTMLElement, canvas: HTMLCanvasElement, to: Gestures): void {
  element.addEventListener("wheel", (event) => {
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE : 1;
    const x = event.clientX - canvas.getBoundingClientRect().left;
    if (event.ctrlKey || event.metaKey) to.zoomAt(Math.exp(event.deltaY * unit * 0.003), Math.max(0, x));
    else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY))
      to.drag((event.deltaX || event.deltaY) * unit);
    else if (element === canvas || element.contains(canvas)) return; // the lanes scroll by themselves
    else to.zoomAt(Math.exp(event.deltaY * unit * 0.003), Math.max(0, x));
    event.preventDefault();
  }, { passive: false });
}

export function axisInput(axis: HTMLCanvasElement, to: Gestures): void {
  let from = 0;
  dragged(axis,
    (event) => {
      from = event.offsetX;
      return true;
    },
    (event) => to.range(from, event.offsetX, false),
    (event, cancelled) => {
      const wide = Math.abs(event.offsetX - from) > DRAG && !cancelled;
      to.range(from, wide ? event.offsetX : from, true);
    });
}

export function miniInput(mini: HTMLCanvasElement, to: Gestures): void {
  dragged(mini,
    (event) => {
      to.jump(event.offsetX);
      return true;
    },
    (event) => to.jump(event.offsetX), () => undefined);
}

export interface Commands {
  zoom(factor: number): void;
  pan(part: number): void;
  fit(): void;
  match(by: 1 | -1): void;
  lane(by: number): void;
  edge(last: boolean): void;
  life(by: 1 | -1): void;
  unfold(open: boolean): void;
  enter(): void;
  escape(): void;
}

type Table = Record<string, (to: Commands) => void>;

const BOTH: Table = {
  w: (to) => to.zoom(1 / 1.6), "+": (to) => to.zoom(1 / 1.6), "=": (to) => to.zoom(1 / 1.6),
  s: (to) => to.zoom(1.6), "-": (to) => to.zoom(1.6),
  a: (to) => to.pan(-0.2), d: (to) => to.pan(0.2),
  0: (to) => to.fit(), n: (to) => to.match(1), N: (to) => to.match(-1),
  ArrowUp: (to) => to.lane(-1), ArrowDown: (to) => to.lane(1),
  PageUp: (to) => to.lane(-10), PageDown: (to) => to.lane(10),
  Enter: (to) => to.enter(), Escape: (to) => to.escape(),
};

const ON_LANES: Table = {
  ArrowLeft: (to) => to.life(-1), ArrowRight: (to) => to.life(1), Home: (to) => to.fit(),
  " ": (to) => to.enter(),
};

const ON_TREE: Table = {
  ArrowLeft: (to) => to.unfold(false), ArrowRight: (to) => to.unfold(true),
  Home: (to) => to.edge(false), End: (to) => to.edge(true), " ": (to) => to.enter(),
};

/** Where a key was pressed: in the lanes or the tree, on nothing that takes keys, on a button or link. */
export type Place = "lanes" | "tree" | "page" | "control";

/** What buttons and links need for themselves, or the page to scroll, is theirs. */
const BY_FOCUS = /^(Arrow|Page|Enter$|Home$| $)/;

export function commandOf(key: string, place: Place): ((to: Commands) => void) | undefined {
  if (place === "control" && BY_FOCUS.test(key)) return undefined;
  return (place === "tree" ? ON_TREE : ON_LANES)[key] ?? BOTH[key];
}

function act(event: KeyboardEvent, place: Place, to: Commands): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const command = commandOf(event.key, place);
  if (!command) return;
  event.preventDefault();
  event.stopPropagation();
  command(to);
}

export function keyInput(element: HTMLElement, tree: boolean, to: Commands): void {
  element.addEventListener("keydown", (event) => act(event, tree ? "tree" : "lanes", to));
}

/** Wherever the focus is, but in fields, and below a dialog. Gives what ends it. */
export function pageKeys(to: Commands): () => void {
  const hear = (event: KeyboardEvent) => {
    const { target } = event;
    if (event.defaultPrevented || !(target instanceof HTMLElement)) return;
    if (target.closest("input, textarea, select") || document.querySelector("dialog[open]")) return;
    act(event, target === document.body || target.tagName === "MAIN" ? "page" : "control", to);
  };
  document.addEventListener("keydown", hear);
  return () => document.removeEventListener("keydown", hear);
}

/** For the help. */
export const KEYS: readonly (readonly [string, string])[] = [
  ["w s, + −, Ctrl and wheel", "zoom in and out"],
  ["a d, Shift and wheel, drag", "pan"],
  ["0, Home", "all of the recording"],
  ["↑ ↓", "from lane to lane"],
  ["← →", "in the lanes: from lifetime to lifetime; in the tree: shut and open"],
  ["Enter", "details of the lifetime, or opens the lane"],
  ["n N", "next and previous match of the search"],
  ["Escape", "closes the details"],
];

