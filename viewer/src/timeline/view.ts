// SPDX-License-Identifier: Apache-2.0
/* The timeline in the page: what the URL says, what the store knows, and the picture of both. */
import type { App, View } from "../app";
import type { State } from "../state";
import { count, duration } from "../ui/format";
import { h } from "../ui/h";
import { drawSelected } from "./area";
import { Canvases } from "./canvases";
import { flipped, sameLanes, spanOf, spanParams, type Wanted, wantedOf } from "./choice";
import { Controls } from "./controls";
import { drawLanes } from "./draw";
import { Focus, type Host, type Life } from "./focus";
import { heightOf, type Hit, hitAt, neighbour } from "./geometry";
import {
  axisInput, type Commands, type Gestures, keyInput, lanesInput, miniInput, pageKeys, wheelInput,
} from "./input";
import { ancestorKeys, foldedIn, type Lane, laneAt, lanesOf, place } from "./lanes";
import type { Model, Span } from "./model";
import { Rows } from "./rows";
import type { Scene } from "./scene";
import { foundText, summary } from "./status";
import { Store } from "./store";
import { drawAxis, drawMini } from "./strips";
import { Tip } from "./tip";
import { around, clamped, panned, whole, zoomed } from "./ticks";

/** What was prepared stays, as long as the trace does. */
const stores = new WeakMap<object, Store>();

export class Timeline implements View, Gestures, Commands, Host {
  private store: Store;
  /** the same, or the one that takes its place once it has read all */
  private newest: Store;
  private wanted: Wanted = wantedOf({});
  private span: Span = { from: 0, to: 1 };
  private spanText = "";
  private lanes: Lane[] = [];
  private currentKey: string | null = null;
  private ranged: Span | null = null;
  private hovered: { x: number; y: number; event: PointerEvent } | null = null;
  private known: Model | null = null;
  private version = 0;
  private saidKey = "";
  private frame = 0;
  private alive = true;
  private stale = false;
  private unhear: () => void = () => undefined;
  private readonly rows = new Rows({
    choose: (lane) => this.chooseLane(lane), toggle: (lane) => this.toggle(lane),
  });
  private readonly canvases = new Canvases(this.rows.element, () => this.changed());
  private readonly tip = new Tip();
  private readonly controls: Controls;
  private readonly focus: Focus;

  constructor(root: HTMLElement, private readonly app: App) {
    this.focus = new Focus(app, this);
    this.controls = new Controls({
      search: (text) => this.patch({ q: text }), match: (by) => this.match(by),
      filter: (name, one) => this.patch({ [name]: flipped(this.wanted[name], one) }),
      onlyFindings: () => this.patch({ only: this.wanted.onlyFindings ? "" : "findings" }),
      classText: (text) => this.patch({ class: text }),
      zoom: (factor) => this.zoom(factor), fit: () => this.fit(),
    });
    root.append(h("h1", { class: "hidden-text" }, "Timeline"),
      h("div", { class: "tl" }, this.controls.element,
        h("div", { class: "tl-middle" }, this.canvases.element, this.focus.panel),
        this.tip.element));
    this.listen();
    const known = stores.get(app.trace);
    this.store = this.newest = known && known.trouble === "" ? known : this.makeStore();
    const { store } = this;
    store.changed = () => this.arrived(store);
  }

  private makeStore(): Store {
    const store: Store = new Store(this.app.trace.db, this.app.trace.facts,
      () => this.arrived(store));
    stores.set(this.app.trace, store);
    this.newest = store;
    void store.open();
    return store;
  }

  private listen(): void {
    const { lanes, axis, mini, scroller } = this.canvases;
    lanesInput(lanes, this);
    wheelInput(scroller, lanes, this);
    wheelInput(axis, axis, this);
    wheelInput(mini, axis, this);
    axisInput(axis, this);
    miniInput(mini, this);
    keyInput(lanes, false, this);
    keyInput(this.rows.element, true, this);
    this.unhear = pageKeys(this);
  }

  // What the page says.

  update(state: State): void {
    const before = this.wanted;
    this.wanted = wantedOf(state.params);
    const same = sameLanes(before, this.wanted);
    if (!same || !this.known || before.query !== this.wanted.query)
      this.controls.show(this.wanted, this.known);
    if (!this.known) {
      if (this.store.model) this.arrived(this.store);
      return;
    }
    const text = JSON.stringify(this.wanted.span);
    if (text !== this.spanText) {
      this.span = spanOf(this.wanted, this.known.end);
      this.spanText = text;
    }
    if (!same) this.rebuild();
    if (this.store.progress === null) this.follow(false);
    this.changed();
  }

  /** Search, selection and finding as the URL has them. */
  private follow(again: boolean): void {
    const { query, finding, select, span } = this.wanted;
    void this.focus.search(query, again);
    void this.focus.look(finding, span === null && !again, again);
    if (select !== this.focus.asked || again)
      void this.focus.show(select, !again || this.focus.asked !== select);
  }

  /** The run went on: what is shown stays until the new picture is whole. */
  refresh(): void {
    this.stale = this.newest.opening;
    if (!this.stale) this.makeStore().resume(this.store);
  }

  destroy(): void {
    this.alive = false;
    cancelAnimationFrame(this.frame);
    this.canvases.destroy();
    this.unhear();
  }

  model(): Model | null {
    return this.known;
  }

  patch(params: Record<string, string>): void {
    this.app.states.patch(params);
  }

  // What the store says.

  private arrived(store: Store): void {
    if (!this.alive) return;
    if (this.stale && !store.opening) this.refresh(); // what it read is old, or half of it
    if (store !== this.store && (store.progress !== null || store.opening)) return;
    this.store = store;
    const fresh = store.model !== this.known;
    const again = this.known !== null && this.known.weight === 1;
    this.known = store.model;
    if (this.known && fresh) {
      this.span = this.wanted.span || !again ? spanOf(this.wanted, this.known.end) : whole(this.known.end);
      this.spanText = JSON.stringify(this.wanted.span);
      this.controls.show(this.wanted, this.known);
    }
    if (fresh || this.version !== store.version) this.rebuild();
    this.version = store.version;
    this.changed();
    if (fresh && store.progress === null) this.follow(again);
  }

  private rebuild(): void {
    if (this.known) this.lanes = lanesOf(this.known, this.wanted, this.store);
    for (const { open, needs } of this.lanes) {
      if (!open || !needs) continue;
      if ("each" in needs && !this.store.each.has(needs.each)) void this.store.more(needs.each);
      if ("below" in needs) void this.store.look(needs.below);
    }
    this.changed();
  }

  changed(): void {
    if (this.frame || !this.alive) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.draw();
    });
  }

  // The picture.

  private get current(): Lane | null {
    return this.lanes.find((lane) => lane.key === this.currentKey) ?? null;
  }

  private readonly dataOf = (lane: Lane) => this.store.data(lane);
  private readonly nameOf = (id: number) => this.store.names.get(id);

  private draw(): void {
    this.says();
    const model = this.known;
    if (!model) return;
    const total = this.place();
    const { width, height, top } = this.canvases.measure(total);
    if (width < 1 || height < 1) return;
    const first = laneAt(this.lanes, top);
    const last = Math.min(this.lanes.length, laneAt(this.lanes, top + height) + 1);
    const current = this.current;
    this.rows.show(this.lanes, first, last, current);
    this.store.want(this.lanes.slice(first, last), this.span, width);
    const { palette } = this.canvases;
    const scene: Scene = {
      context: this.canvases.lanesContext, palette, span: this.span, width, height, top, model,
      lanes: this.lanes, first, last, data: this.dataOf, name: this.nameOf, current,
      selected: this.focus.life?.id ?? null, lit: this.focus.looked?.ids ?? null,
      matches: this.focus.found?.byPath ?? null, range: this.ranged,
    };
    drawLanes(scene);
    this.drawLife(scene);
    this.drawTip();
    void this.store.names.ask();
    const strip = { palette, width, model, span: this.span };
    drawAxis({ ...strip, context: this.canvases.axisContext }, this.ranged);
    drawMini({ ...strip, context: this.canvases.miniContext }, this.store.overview);
    const seen = `${duration(this.span.to - this.span.from)} seen`;
    if (this.canvases.seen.textContent !== seen) this.canvases.seen.textContent = seen;
    if (this.canvases.themed) this.controls.drawLegend(palette, this.canvases.ratio);
    this.canvases.themed = false;
  }

  private place(): number {
    return place(this.lanes, (lane) => heightOf(lane, this.dataOf(lane)));
  }

  /** Where a lane only counts, the selected one is drawn over it. */
  private drawLife(scene: Scene): void {
    const { life } = this.focus;
    if (!life) return;
    for (let i = scene.first; i < scene.last; i++) {
      const lane = this.lanes[i]!;
      if (this.holds(lane, life.path) && !this.barsOf(lane)) drawSelected(scene, lane, life);
    }
  }

  private holds(lane: Lane, path: number): boolean {
    const { source } = lane;
    return source.from === "paths" && source.root === null && source.paths.includes(path);
  }

  /** The bars that a lane shows now; null: it counts. */
  private barsOf(lane: Lane) {
    const data = this.store.data(lane);
    const bars = data?.bars ?? data?.window?.bars ?? null;
    return bars && !bars.crowded ? bars : null;
  }

  private says(): void {
    const { found, looked } = this.focus;
    const matches = foundText(found);
    const { trouble, progress } = this.store;
    const note = trouble ? `The timeline cannot be shown: ${trouble}` :
      progress !== null ? `${progress} …` : summary(this.known);
    const key = JSON.stringify([matches, note, looked?.message]);
    if (key === this.saidKey) return;
    this.saidKey = key;
    this.controls.say(matches, this.focus.note() ?? note);
  }

  // Where to look.

  private show(span: Span): void {
    if (!this.known) return;
    this.span = clamped(span, this.known.end);
    const params = spanParams(this.span);
    this.spanText = JSON.stringify(wantedOf(params).span);
    this.patch(params);
    this.changed();
  }

  private get end(): number {
    return this.known?.end ?? 1;
  }

  private timeAt(x: number): number {
    return this.span.from + (x / Math.max(1, this.canvases.width)) * (this.span.to - this.span.from);
  }

  drag(pixels: number): void {
    this.show(panned(this.span, pixels / Math.max(1, this.canvases.width), this.end));
  }

  pan(part: number): void {
    this.show(panned(this.span, part, this.end));
  }

  scroll(pixels: number): void {
    this.canvases.scroller.scrollTop += pixels;
  }

  zoomAt(factor: number, x: number): void {
    this.show(zoomed(this.span, factor, this.timeAt(x), this.end));
  }

  zoom(factor: number): void {
    const { life } = this.focus;
    const seen = life && life.birth >= this.span.from && life.birth <= this.span.to;
    const middle = (this.span.from + this.span.to) / 2;
    this.show(zoomed(this.span, factor, seen ? life.birth : middle, this.end));
  }

  zoomTo(from: number, to: number): void {
    this.show(around(from, to, this.end));
  }

  /** The URL says nothing then: a run that goes on is seen whole. */
  fit(): void {
    this.patch({ t0: "", t1: "" });
  }

  range(from: number, to: number, done: boolean): void {
    const [first, last] = [Math.min(from, to), Math.max(from, to)];
    this.ranged = { from: this.timeAt(first), to: this.timeAt(last) };
    if (done) {
      const { from: begin, to: until } = this.ranged;
      this.ranged = null;
      if (last > first) {
        this.show({ from: begin, to: until });
        this.app.say(`${duration(until - begin)} from ${duration(begin)}`);
      }
    }
    this.changed();
  }

  jump(x: number): void {
    const all = whole(this.end);
    const time = all.from + (x / Math.max(1, this.canvases.width)) * (all.to - all.from);
    const half = (this.span.to - this.span.from) / 2;
    this.show({ from: time - half, to: time + half });
  }

  /** Opens what it lies in, and brings it into view. */
  reveal(life: Life, near: boolean): void {
    const model = this.known;
    if (!model) return;
    const folded = foldedIn(this.lanes, model, life.path);
    if (folded) this.toggle(folded);
    const shut = ancestorKeys(model, life.path).reverse().filter((key) =>
      this.lanes.some((lane) => lane.key === key && !lane.open) ||
      !this.lanes.some((lane) => lane.key === key));
    for (const key of shut) {
      const lane = this.lanes.find((one) => one.key === key);
      if (lane && !lane.open) this.toggle(lane);
    }
    // A group holds it too; its own class lies below that.
    const lane = this.lanes.findLast((one) => this.holds(one, life.path));
    if (lane) this.chooseLane(lane);
    const until = Number.isNaN(life.death) ? this.end : life.death;
    if (life.birth > this.span.to || until < this.span.from || (near && life.birth < this.span.from))
      this.bring(life.birth, until);
  }

  /** As near as it is seen now, or nearer where it would be a dot. */
  private bring(from: number, until: number): void {
    const length = this.span.to - this.span.from;
    const wide = Math.min(length, Math.max(length / 4, (until - from) * 4));
    this.show({ from: from - wide * 0.2, to: from + wide * 0.8 });
  }

  private hit(x: number, y: number): Hit | null {
    const { width, scroller } = this.canvases;
    return hitAt(this.lanes, x, y + scroller.scrollTop, this.span, width, this.end, this.dataOf);
  }

  click(x: number, y: number): void {
    const hit = this.hit(x, y);
    if (!hit) return;
    this.canvases.lanes.focus();
    this.currentKey = hit.lane.key;
    const { source } = hit.lane;
    if (hit.id !== null) this.focus.select(hit.id, false);
    else if (source.from === "paths" && source.root === null && !this.barsOf(hit.lane))
      void this.focus.nearest(source.paths[0]!, this.timeAt(x));
    this.changed();
  }

  open(x: number, y: number): void {
    const hit = this.hit(x, y);
    if (!hit || hit.id === null) this.zoomAt(1 / 2, x);
    else this.zoomTo(hit.birth, Number.isNaN(hit.death) ? this.end : hit.death);
  }

  hover(x: number, y: number, event: PointerEvent | null): void {
    this.hovered = event && this.known ? { x, y, event } : null;
    this.canvases.lanes.style.cursor = this.drawTip() ? "pointer" : "grab";
    void this.store.names.ask();
  }

  /** Also when its name came, or something else lies there by now. */
  private drawTip(): boolean {
    const { hovered } = this;
    const hit = hovered && this.hit(hovered.x, hovered.y);
    const name = hit && hit.id !== null ? this.nameOf(hit.id) : undefined;
    return this.tip.show(hit, hovered && hovered.event, this.end, name);
  }

  private chooseLane(lane: Lane): void {
    this.currentKey = lane.key;
    if (lane.needs && !lane.openable && "each" in lane.needs) void this.store.more(lane.needs.each);
    this.place();
    const { scroller } = this.canvases;
    if (lane.y < scroller.scrollTop) scroller.scrollTop = lane.y;
    const foot = lane.y + lane.height - scroller.clientHeight;
    if (foot > scroller.scrollTop) scroller.scrollTop = Math.min(foot, lane.y);
    this.changed();
  }

  private toggle(lane: Lane): void {
    if (!lane.openable) return;
    this.currentKey = lane.key;
    this.patch({ lanes: flipped(this.wanted.toggled, lane.key) });
  }

  lane(by: number): void {
    const at = this.lanes.findIndex((lane) => lane.key === this.currentKey);
    const next = at < 0 ? 0 : Math.min(this.lanes.length - 1, Math.max(0, at + by));
    const lane = this.lanes[next];
    if (!lane) return;
    this.chooseLane(lane);
    if (document.activeElement === this.canvases.lanes)
      this.app.say(`${lane.label}, ${count(lane.count)}${lane.state ? `, ${lane.state}` : ""}`);
  }

  edge(last: boolean): void {
    this.lane(last ? this.lanes.length : -this.lanes.length);
  }

  life(by: 1 | -1): void {
    const lane = this.current;
    if (!lane) {
      this.lane(0);
      return;
    }
    const { life } = this.focus;
    const bars = this.barsOf(lane);
    const own = life !== null && this.holds(lane, life.path);
    const index = bars ? neighbour(bars, life?.id ?? null, by, this.span, this.end) : -1;
    if (bars && index >= 0) this.focus.select(bars.id[index]!, true);
    else if (own) void this.focus.neighbour(by);
    else this.firstFlag(lane);
  }

  /** In a lane that only counts, there is a way to what findings name. */
  private firstFlag(lane: Lane): void {
    const flag = lane.flags[0];
    const { source } = lane;
    if (flag) this.focus.select(flag.id, true);
    else if (source.from === "paths" && source.root === null)
      void this.focus.nearest(source.paths[0]!, this.span.to);
  }

  unfold(open: boolean): void {
    const lane = this.current;
    if (!lane) this.lane(0);
    else if (lane.openable && lane.open !== open) this.toggle(lane);
    else if (open) this.lane(1);
    else this.parent(lane);
  }

  private parent(lane: Lane): void {
    for (let i = this.lanes.indexOf(lane); i >= 0; i--)
      if (this.lanes[i]!.depth < lane.depth) {
        this.chooseLane(this.lanes[i]!);
        return;
      }
  }

  enter(): void {
    const lane = this.current;
    const onTree = document.activeElement === this.rows.element;
    if (!onTree && this.focus.life) this.focus.enter();
    else if (lane?.openable) this.toggle(lane);
    else if (lane) this.chooseLane(lane);
  }

  escape(): void {
    if (this.focus.life) this.focus.clear();
  }

  match(by: 1 | -1): void {
    this.focus.match(by, this.span.from);
  }

  inView(): void {
    const lane = this.current;
    if (lane) requestAnimationFrame(() => this.chooseLane(lane));
  }

  focusLanes(): void {
    this.canvases.lanes.focus();
  }
}
