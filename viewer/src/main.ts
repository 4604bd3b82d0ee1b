// SPDX-License-Identifier: Apache-2.0
/* The page's beginning: find the traces, open them, show a view, follow what changes. */
import "./ui/theme.css";
import "./ui/page.css";
import { takeBlock } from "./assets";
import { onBusy } from "./db/database";
import type { Image } from "./db/messages";
import { isUnclosed, readFile } from "./files";
import { Follower } from "./follow";
import { wishesOf } from "./overview/filter";
import { tell, worstFirst } from "./overview/recordings";
import { embeddedSession, servedSession, type Session } from "./session";
import { learnTop } from "./source";
import { States } from "./state";
import { Trace } from "./trace";
import { fill, h } from "./ui/h";
import { sentence } from "./ui/instead";
import { liveSays } from "./ui/live";
import { preparePrint } from "./ui/print";
import { type Frame, Shell } from "./ui/shell";
import { restoreTheme } from "./ui/theme";

const root = document.getElementById("app")!;

const TICK_MS = 1000;

function said(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function imageOf(session: Session, index: number): Promise<Image> {
  if (session.served) {
    const answer = await fetch(`trace/${index}`, { cache: "no-store" });
    if (!answer.ok) throw new Error((await answer.text()) || `the server says ${answer.status}`);
    return { from: "pages", frame: new Uint8Array(await answer.arrayBuffer()) };
  }
  const text = takeBlock(`trace-${index}`);
  if (text === null) throw new Error("this file is cut short: copy it again");
  return { from: "text", text };
}

function tracesOf(session: Session): Trace[] {
  return session.traces.map((told) => {
    const trace = new Trace(told.name, told.path);
    trace.live = told.live;
    trace.gate = told.gate;
    trace.gone = told.gone === true;
    trace.size = told.size;
    return trace;
  });
}

class Page implements Frame {
  readonly states = new States();
  readonly traces: Trace[];
  readonly shell: Shell;
  private readonly follower: Follower | null;
  private readonly wereLive = new Set<Trace>();
  private worst = 0;
  /** whether it is known which trace is shown where the URL names none */
  settled: boolean;

  constructor(readonly session: Session) {
    this.traces = tracesOf(session);
    this.follower = session.served
      ? new Follower(session, this.traces, (trace, isOther) => this.changed(trace, isOther),
        () => this.drawLive())
      : null;
    this.settled = this.traces.length < 2 || this.states.current.params["trace"] !== undefined;
    this.shell = new Shell(root, this);
    onBusy((isBusy) => this.shell.main.setAttribute("aria-busy", String(isBusy)));
    this.states.on(() => this.drawLive());
    if (this.follower) setInterval(() => this.drawLive(), TICK_MS);
    this.shell.again();
  }

  /** The chosen one first; what is to be compared may come later. */
  async load(): Promise<void> {
    if (this.traces.length === 0) return;
    const first = this.settled ? this.traces.indexOf(this.trace) : -1;
    if (first >= 0) await this.loadOne(first);
    await Promise.all(this.traces.map((_, index) =>
      (index === first ? null : this.loadOne(index))));
    await this.settle();
    this.follower?.start();
  }

  /** Where the URL names none of several: the worst, so that no clean one stands for all. */
  private async settle(): Promise<void> {
    if (this.settled) return;
    const wishes = wishesOf({}, this.session.filter);
    const set = await Promise.all(
      this.traces.map((trace, index) => tell(trace, index, wishes)));
    this.worst = worstFirst(set)[0]!.index;
    this.settled = true;
    this.drawLive();
    this.shell.again();
  }

  private async loadOne(index: number): Promise<void> {
    const trace = this.traces[index]!;
    try {
      await trace.load(await imageOf(this.session, index));
      learnTop(this.session.source, trace.top);
    } catch (error) {
      trace.trouble = said(error);
    }
    this.drawLive();
    this.shell.again();
  }

  get trace(): Trace {
    const asked = this.states.current.params["trace"] ?? String(this.worst);
    const index = /^\d{1,6}$/.test(asked) ? Number(asked) : this.worst;
    return this.traces[index] ?? this.traces[this.worst]!;
  }

  say(text: string): void {
    this.shell.say(text);
  }

  private changed(trace: Trace, isOther: boolean): void {
    if (isOther)
      this.shell.notices.show(
        `${trace.name} was replaced by another recording: this is the new one.`, "note");
    learnTop(this.session.source, trace.top);
    this.drawLive();
    if (trace.trouble !== null) {
      trace.trouble = null; // it could not be opened before
      this.shell.again();
      return;
    }
    // These two are about all of them.
    const isOfAll = ["", "overview", "compare"].includes(this.states.current.view);
    if (trace === this.trace || isOfAll) this.shell.refresh();
  }

  private drawLive(): void {
    if (this.traces.length === 0 || !this.trace.loaded) return;
    if (this.trace.live) this.wereLive.add(this.trace);
    this.shell.live(
      liveSays(this.trace, this.follower?.following ?? null, this.wereLive.has(this.trace)));
  }

  hold(): void {
    if (this.follower?.following === "paused") this.follower.resume();
    else this.follower?.pause();
  }

  choose(index: number): void {
    const { view, rest, params } = this.states.current;
    this.states.go({ view: view || "overview", rest, params: { ...params, trace: String(index) } });
  }

  open(files: File[]): void {
    void files.reduce((before, file) => before.then(() => this.openOne(file)), Promise.resolve());
  }

  /** Beside what is open, which a file that is no trace leaves as it is. */
  private async openOne(file: File): Promise<void> {
    const trace = new Trace(file.name, file.name);
    this.say(`Opening ${file.name}`);
    try {
      const bytes = await readFile(file);
      const unclosed = isUnclosed(bytes);
      trace.size = bytes.length;
      await trace.load({ from: "bytes", bytes });
      if (unclosed)
        this.shell.notices.show(`${file.name} was not closed in order: its newest part lies in ` +
          `${file.name}-wal beside it, which this page does not see; 'rtctrack view' shows all.`,
          "note");
    } catch (error) {
      trace.db.close();
      this.shell.notices.show(`${file.name}: ${sentence(said(error))}`);
      return;
    }
    this.traces.push(trace);
    learnTop(this.session.source, trace.top);
    this.session.traces.push({
      name: trace.name, path: trace.path, revision: 0, live: false, size: trace.size, gate: null,
    });
    this.choose(this.traces.length - 1);
  }
}

/** In place of the page: what is wrong, and what to do. */
function message(title: string, text: string): void {
  fill(root, h("main", { class: "message" }, h("h1", {}, title), h("p", {}, sentence(text))));
}

async function begin(): Promise<void> {
  restoreTheme();
  preparePrint();
  await new Page(embeddedSession() ?? (await servedSession())).load();
}

begin().catch((error: unknown) => message("This page cannot be shown", said(error)));
