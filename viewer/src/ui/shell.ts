// SPDX-License-Identifier: Apache-2.0
/* The frame around the views: tabs, which trace, what is live, help, theme, and the view's place. */
import "./shell.css";
import type { App, View, ViewModule } from "../app";
import { link, type State } from "../state";
import type { Trace } from "../trace";
import { views } from "../views/views";
import { Chooser } from "./chooser";
import { DropZone } from "./drop";
import { fill, h } from "./h";
import { Help } from "./help";
import { emptyState, openingAll, openingState, troubleState } from "./instead";
import { LiveBadge, type LiveSays } from "./live";
import { Notices } from "./notice";
import { toggleTheme } from "./theme";

const PLAIN_TARGETS = ["INPUT", "TEXTAREA", "SELECT"];
const PATIENCE_MS = 300; // what is opened sooner needs no word

/** What the shell asks of the page, beside what views ask. */
export interface Frame extends App {
  open(files: File[]): void;
  choose(index: number): void;
  hold(): void;
  /** whether it is known which trace is to be shown */
  readonly settled: boolean;
}

export class Shell {
  readonly main = h("main", { id: "main", tabindex: "-1" });
  readonly notices = new Notices();
  private readonly tabs = h("nav", { "aria-label": "Views" });
  private readonly status = h("div", { class: "hidden-text", role: "status" });
  private readonly help = new Help();
  private readonly chooser: Chooser;
  private readonly badge: LiveBadge;
  private readonly drop: DropZone;
  private readonly links: HTMLAnchorElement[];
  private module: ViewModule | null = null;
  private view: View | null = null;
  private shown: Trace | null = null;
  private patience: ReturnType<typeof setTimeout> | undefined;
  private complained = "";

  constructor(root: HTMLElement, private readonly app: Frame) {
    this.chooser = new Chooser((index) => app.choose(index));
    this.badge = new LiveBadge(() => app.hold());
    this.links = views.map((one, index) =>
      h("a", {
        title: `${one.title} (${index + 1})`,
        onclick: (event: MouseEvent) => this.tab(event, one),
      }, one.title));
    fill(this.tabs, this.links);
    fill(root);
    this.drop = new DropZone(root, (files) => app.open(files));
    root.prepend(
      h("a", { class: "skip", href: "#main", onclick: (event: Event) => this.skip(event) },
        "Skip to the view"),
      h("header", { class: "page" }, h("span", { class: "brand" }, "rtctrack"), this.tabs,
        this.tools()),
      this.notices.element, this.main, this.status, this.help.element);
    app.states.on((state) => this.show(state));
    addEventListener("keydown", (event) => this.key(event));
  }

  private tools(): HTMLElement {
    return h("div", { class: "tools" }, this.badge.element, this.chooser.element,
      this.drop.button("Open…"),
      h("button", { type: "button", title: "Light or dark (t)", onclick: toggleTheme }, "Theme"),
      h("button", {
        type: "button", title: "What the views, keys and signs mean (?)",
        onclick: () => this.help.open(),
      }, "Help"));
  }

  private skip(event: Event): void {
    event.preventDefault();
    this.main.focus();
  }

  say(text: string): void {
    this.status.textContent = text;
  }

  live(says: LiveSays | null): void {
    this.badge.draw(says);
  }

  /** The view that the state names, else the first one; or what stands in its place. */
  show(state: State): void {
    const module = views.find((one) => one.name === state.view) ?? views[0]!;
    const trace = this.app.traces.length ? this.app.trace : null;
    this.complain(state, trace);
    this.drawTabs(module);
    if (trace) this.chooser.draw(this.app.traces, trace);
    document.title = [trace?.name, module.title, "rtctrack"].filter(Boolean).join(" · ");
    clearTimeout(this.patience);
    if (!trace) this.instead(emptyState(this.drop.button("Open a trace…")));
    else if (trace.trouble !== null && this.app.settled)
      this.instead(troubleState(trace, this.drop.button("Open another…")));
    else if (!this.isReady(module, trace)) this.wait(trace);
    else {
      if (module !== this.module || trace !== this.shown) this.change(module, trace);
      this.view!.update(state);
    }
  }

  /** What compares needs all. */
  private isReady(module: ViewModule, trace: Trace): boolean {
    if (!this.app.settled) return false;
    if (module.name !== "compare") return trace.loaded;
    return this.app.traces.every((one) => one.loaded || one.trouble !== null);
  }

  /** A link may name what is not there. */
  private complain(state: State, trace: Trace | null): void {
    const asked = state.params["trace"];
    const complaints: string[] = [];
    if (state.view && !views.some((one) => one.name === state.view))
      complaints.push(`There is no view "${state.view.slice(0, 60)}": this is the ` +
        `${views[0]!.title.toLowerCase()}.`);
    if (trace && asked !== undefined && String(this.app.traces.indexOf(trace)) !== asked)
      complaints.push(`There is no trace ${asked.slice(0, 20)} here: this is ${trace.name}.`);
    const text = complaints.join(" ");
    if (text && text !== this.complained) this.notices.show(text, "note");
    this.complained = text;
  }

  private wait(trace: Trace): void {
    this.instead(null);
    this.patience = setTimeout(() => fill(this.main,
      this.app.settled ? openingState(trace) : openingAll(this.app.traces)), PATIENCE_MS);
  }

  private instead(element: HTMLElement | null): void {
    this.view?.destroy();
    this.view = this.module = this.shown = null;
    this.main.className = "";
    fill(this.main, element);
  }

  /** Something of that trace, or of all, is not as it was: loaded, in trouble, or new. */
  again(): void {
    this.show(this.app.states.current);
  }

  refresh(): void {
    this.view?.refresh();
  }

  private change(module: ViewModule, trace: Trace): void {
    const active = document.activeElement;
    const wasInside = active === null || active === document.body || this.main.contains(active);
    const isFirst = this.module === null;
    this.view?.destroy();
    this.module = module;
    this.shown = trace;
    this.main.replaceChildren();
    this.main.className = `view-${module.name}`;
    this.view = module.mount(this.main, this.app);
    if (isFirst) return;
    scrollTo(0, 0);
    // What had the focus is gone; who reads on begins with the view.
    if (wasInside) this.main.focus({ preventScroll: true });
    this.say(`${module.title}, ${trace.name}`);
  }

  /** The elements stay, so that one that has the focus keeps it. The chosen trace goes along. */
  private drawTabs(module: ViewModule): void {
    const trace = this.app.states.current.params["trace"];
    views.forEach((one, index) => {
      const tab = this.links[index]!;
      tab.setAttribute("href", link(one.name, "", trace ? { trace } : {}));
      if (one === module) tab.setAttribute("aria-current", "page");
      else tab.removeAttribute("aria-current");
    });
  }

  private tab(event: MouseEvent, module: ViewModule): void {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.app.states.go({ view: module.name });
  }

  private key(event: KeyboardEvent): void {
    const target = event.target as HTMLElement;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.defaultPrevented || this.help.isOpen) return;
    if (event.key === "Escape") {
      this.notices.dismiss();
      return;
    }
    if (PLAIN_TARGETS.includes(target.tagName)) return;
    const module = views[Number(event.key) - 1];
    if (module) this.app.states.go({ view: module.name });
    else if (event.key === "t") toggleTheme();
    else if (event.key === "?") this.help.open();
    else if (event.key === "/") this.main.querySelector<HTMLElement>("[data-search]")?.focus();
    else return;
    event.preventDefault();
  }
}
