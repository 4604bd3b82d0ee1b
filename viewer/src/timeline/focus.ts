// SPDX-License-Identifier: Apache-2.0
/* What somebody looks at: the selected lifetime with its panel, a finding's members, and what was searched. */
import type { App } from "../app";
import { count, duration } from "../ui/format";
import { append, h } from "../ui/h";
import { severityOf } from "../ui/severity";
import { showFacts } from "./details";
import { type Looked, readFacts, readFinding } from "./facts";
import type { Model, PathRow } from "./model";
import { type Found, LIFE, type LifeRow, NEIGHBOUR, nextMatch, search } from "./search";

export interface Life {
  id: number;
  path: number;
  birth: number;
  death: number;
  /** it never died */
  alive: boolean;
}

/** What the focus needs of the view. */
export interface Host {
  model(): Model | null;
  changed(): void;
  /** opens what it lies in, scrolls and pans to it */
  reveal(life: Life, near: boolean): void;
  zoomTo(from: number, to: number): void;
  patch(params: Record<string, string>): void;
  focusLanes(): void;
  /** there is less room for the lanes than before */
  inView(): void;
}

/** The trace was, and the tables with it: all is asked for again when the new ones are there. */
function replaced(): undefined {
  return undefined;
}

function lifeOf(row: LifeRow): Life {
  return {
    id: row.id, path: row.path, birth: row.birth, death: row.death ?? NaN, alive: row.alive === 1,
  };
}

export class Focus {
  life: Life | null = null;
  looked: Looked | null = null;
  found: Found | null = null;
  readonly panel = h("aside", { class: "tl-panel", "aria-label": "Details", hidden: true });
  /** what is selected, or is about to be */
  asked: number | null = null;
  private query = "";
  private fingerprint = "";

  constructor(private readonly app: App, private readonly host: Host) {
    this.panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.clear();
    });
  }

  private get db() {
    return this.app.trace.db;
  }

  /** By a click or a key: it is seen already, or near. */
  select(id: number, reveal: boolean): void {
    void this.show(id, reveal, true);
    this.host.patch({ select: String(id) });
  }

  clear(): void {
    this.asked = null;
    this.life = null;
    this.panel.hidden = true;
    this.host.patch({ select: "" });
    this.host.focusLanes();
    this.host.changed();
  }

  /** As the URL says. */
  show(id: number | null, reveal: boolean, near = false): Promise<void> {
    this.asked = id;
    return this.read(id, reveal, near).catch(replaced);
  }

  private async read(id: number | null, reveal: boolean, near: boolean): Promise<void> {
    if (id === null) {
      this.life = null;
      this.panel.hidden = true;
      this.host.changed();
      return;
    }
    const [row] = await this.db.query<LifeRow>(LIFE, { id });
    if (this.asked !== id) return;
    if (!row) {
      this.app.say(`There is no lifetime ${id} in this trace.`);
      return;
    }
    this.life = lifeOf(row);
    if (reveal) this.host.reveal(this.life, near);
    this.announce();
    this.host.changed();
    await this.fillPanel(id);
  }

  private rowOf(path: number): PathRow | undefined {
    return this.host.model()?.paths.find((row) => row.path === path);
  }

  private announce(): void {
    const { life } = this;
    const model = this.host.model();
    if (!life || !model) return;
    const row = this.rowOf(life.path);
    const flag = model.flags.find((one) => one.id === life.id && one.member);
    const lived = (Number.isNaN(life.death) ? model.end : life.death) - life.birth;
    this.app.say(`${row?.cls ?? ""} ${row?.kind ?? ""}, born ${duration(life.birth)}, ` +
      `lived ${duration(lived)}${life.alive ? ", never ended" : ""}` +
      (flag ? `, ${flag.state}: ${severityOf(flag.state).says}` : ""));
  }

  private async fillPanel(id: number): Promise<void> {
    const facts = await readFacts(this.db, id);
    const model = this.host.model();
    if (this.life?.id !== id || !facts || !model) return;
    const shown = !this.panel.hidden;
    const open = this.panel.contains(document.activeElement);
    this.panel.replaceChildren();
    this.panel.hidden = false;
    showFacts(this.panel, facts, this.app, model.end, {
      select: (other) => this.select(other, true),
      look: (fingerprint) => this.host.patch({ finding: fingerprint }),
      zoom: () => this.zoom(), close: () => this.clear(),
    });
    if (open) this.enter();
    if (!shown) this.host.inView();
    this.host.changed();
  }

  /** Into the panel. */
  enter(): void {
    this.panel.querySelector<HTMLElement>("h2")?.focus();
  }

  zoom(): void {
    const { life } = this;
    if (!life) return;
    const end = this.host.model()?.end ?? life.birth;
    this.host.zoomTo(life.birth, Number.isNaN(life.death) ? end : life.death);
  }

  /** The next lifetime of the same class, where the lane does not know them all. */
  async neighbour(by: 1 | -1): Promise<void> {
    if (!this.life) return;
    const { path, birth, id } = this.life;
    const [row] = await this.db.query<LifeRow>(NEIGHBOUR[by], { path, birth, id }).catch(() => []);
    if (row) this.select(row.id, true);
    else this.app.say(by > 0 ? "This was the last one." : "This was the first one.");
  }

  /** Where a lane only counts: the last one that was born by then. */
  async nearest(path: number, time: number): Promise<void> {
    const params = { path, birth: Math.round(time), id: Number.MAX_SAFE_INTEGER };
    const [row] = await this.db.query<LifeRow>(NEIGHBOUR[-1], params).catch(() => []);
    if (row) this.select(row.id, false);
  }

  /** As the URL says. `again`: the trace is a new one. */
  async search(text: string, again = false): Promise<void> {
    const model = this.host.model();
    if (!model || (text === this.query && !again)) return;
    this.query = text;
    if (text === "") {
      this.found = null;
      this.host.changed();
      return;
    }
    const found = await search(this.db, text, model.end).catch(replaced);
    if (!found || this.query !== text) return;
    this.found = found;
    this.app.say(`${count(found.count)}${found.more ? " or more" : ""} found`);
    this.host.changed();
  }

  match(by: 1 | -1, from: number): void {
    const { found } = this;
    if (!found) return;
    const after = this.life ?? { birth: by > 0 ? from : Infinity, id: -1 };
    const index = nextMatch(found, after, by);
    if (index >= 0) this.select(found.id[index]!, true);
    else this.app.say("Nothing was found.");
  }

  /** As the URL says. */
  async look(fingerprint: string, zoom: boolean, again = false): Promise<void> {
    const model = this.host.model();
    if (!model || (fingerprint === this.fingerprint && !again)) return;
    this.fingerprint = fingerprint;
    const looked = fingerprint ? await readFinding(this.db, fingerprint, model.end).catch(replaced) : null;
    if (this.fingerprint !== fingerprint || looked === undefined) return;
    this.looked = looked;
    if (fingerprint && !looked) this.app.say("There is no such finding in this trace.");
    if (looked && looked.ids.size > 0 && zoom) {
      const first = looked.lives[0]!;
      this.host.reveal({ ...first, birth: looked.from, alive: true }, true);
      this.host.zoomTo(looked.from, looked.to);
    }
    this.host.changed();
  }

  /** Says what a person has to know at once. */
  note(): HTMLElement | null {
    const { looked } = this;
    if (!looked) return null;
    const note = h("span", {});
    append(note, [`${looked.rule}: ${count(looked.ids.size)} lifetimes lit `,
      h("button", { type: "button", onclick: () => this.host.patch({ finding: "" }) }, "Show all")]);
    return note;
  }
}
