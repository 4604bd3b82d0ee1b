// SPDX-License-Identifier: Apache-2.0
/* Two traces beside each other: what is new, what is fixed, what grew. */
import type { App, View, ViewModule } from "../app";
import { comparisonOf, type Comparison } from "../compare/chosen";
import { aligned, pointsOf, readCurve, sharedMarks, STEPS } from "../compare/curve";
import { curvesPicture, type Line } from "../compare/curves";
import { Difference } from "../compare/difference";
import { diffFindings, readSide } from "../compare/findings";
import { kindRows, readKinds } from "../compare/kinds";
import { placeRows } from "../compare/places";
import { programOf, readRun, type Run, sessionsOf } from "../compare/runs";
import { amount, findingsSection, kindsSection, runsSection } from "../compare/tables";
import { flameData } from "../flame/data";
import { measures } from "../flame/chosen";
import { readSamples } from "../flame/sums";
import type { State } from "../state";
import type { Trace } from "../trace";
import { plural } from "../ui/format";
import { keepFocus } from "../ui/focus";
import { type Children, fill, h } from "../ui/h";
import { kinds } from "../ui/kinds";
import "../compare/compare.css";

interface Pair {
  before: Trace;
  now: Trace;
  runs: { before: Run; now: Run };
  /** what each side's numbers are multiplied by */
  scales: { before: number; now: number };
  unit: string;
}

/** Both, or each per session. */
function scalesOf(runs: Pair["runs"], perSession: boolean): Pick<Pair, "scales" | "unit"> {
  const before = sessionsOf(runs.before);
  const now = sessionsOf(runs.now);
  if (!perSession || before === now || before === 0 || now === 0)
    return { scales: { before: 1, now: 1 }, unit: "" };
  return { scales: { before: 1 / before, now: 1 / now }, unit: ", per session" };
}

/** Drawn anew, as it was left: what was unfolded stays so. */
function redraw(host: HTMLElement, children: Children): void {
  const open = [...host.querySelectorAll("details")].map((details) => details.open);
  keepFocus(host, () => fill(host, children));
  host.querySelectorAll("details").forEach((details, index) => {
    details.open = open[index] ?? false;
  });
}

class CompareView implements View {
  private readonly old = h("select", { onchange: () => this.choose("old", this.old.value) });
  private readonly fresh = h("select", { onchange: () => this.choose("new", this.fresh.value) });
  private readonly unequal = h("span");
  private readonly perSession = h("input", { type: "checkbox", onchange: () =>
    this.choose("per", this.perSession.checked ? "" : "all") });
  private readonly sessions = h("p", { class: "compare-tools" }, this.unequal,
    h("label", {}, this.perSession, "count places and kinds per session"),
    h("span", { class: "dim" }, "Findings and curves stay as they are."));
  private readonly warning = h("p");
  private readonly findings = h("div");
  private readonly runs = h("div");
  private readonly kinds = h("div");
  private readonly curves = h("div");
  private readonly kind = h("select", { onchange: () => this.choose("kind", this.kind.value) });
  private readonly align = h("select", { onchange: () => this.choose("align", this.align.value) },
    h("option", { value: "" }, "at the start"), h("option", { value: "marks" }, "at each mark"));
  private readonly measure = h("select", { onchange: () =>
    this.app.states.patch({ m: this.measure.value, zoom: "" }) },
    measures.map((one) => h("option", { value: one.name }, one.title)));
  private readonly where = h("h2");
  private readonly folded = h("input", { type: "checkbox", onchange: () =>
    this.app.states.patch({ frames: this.folded.checked ? "" : "all", zoom: "" }) });
  private readonly difference: Difference;
  private lines: Line[] = [];
  private width = 0; // that the curves were drawn for
  private readonly watch = new ResizeObserver(() => {
    if (this.curves.clientWidth !== this.width) this.drawCurves();
  });
  private laid = -1; // for so many traces
  private turn = 0;
  private readonly drawn = new Map<string, string>(); // part -> what it was drawn of

  constructor(private readonly root: HTMLElement, private readonly app: App) {
    this.difference = new Difference(app.session.source, (zoom) => app.states.patch({ zoom }));
    this.watch.observe(this.curves);
  }

  private choose(param: string, value: string): void {
    this.app.states.patch({ [param]: value });
  }

  private lay(): void {
    const options = () => this.app.traces.map((trace, index) =>
      h("option", { value: String(index) }, `${index + 1}: ${trace.name}`));
    fill(this.old, options());
    fill(this.fresh, options());
    fill(this.kind, h("option", { value: "" }, "all kinds"),
      kinds.map((kind) => h("option", { value: kind.name }, kind.name)));
    const section = (title: string, ...parts: Children[]) =>
      h("section", {}, h("h2", {}, title), parts);
    fill(this.root, h("h1", {}, "What changed between two recordings"),
      h("div", { class: "compare-tools" }, h("label", {}, "Old", this.old),
        h("button", { type: "button", onclick: () => this.swap() }, "⇄ Swap"),
        h("label", {}, "New", this.fresh)),
      this.warning, this.sessions, section("Findings", this.findings),
      section("How they ran", this.runs),
      section("Alive over time", h("div", { class: "compare-tools" },
        h("label", {}, "Of", this.kind), h("label", {}, "Aligned", this.align)), this.curves),
      h("section", {}, this.where, h("div", { class: "compare-tools" },
        h("label", {}, "Counted", this.measure),
        h("label", {}, this.folded, "only the program's own frames")), this.difference.element),
      section("Kinds and classes", this.kinds));
  }

  private swap(): void {
    const { old, new: fresh } = this.chosen(this.app.states.current);
    this.app.states.patch({ old: String(fresh), new: String(old) });
    this.app.say("swapped");
  }

  private chosen(state: State): Comparison {
    return comparisonOf(state.params, this.app.traces.length);
  }

  update(state: State): void {
    const { length } = this.app.traces;
    if (length !== this.laid) {
      this.laid = length;
      if (length < 2) this.alone();
      else this.lay();
    }
    if (length < 2) return;
    const chosen = this.chosen(state);
    this.old.value = String(chosen.old);
    this.fresh.value = String(chosen.new);
    this.kind.value = chosen.kind ?? "";
    this.align.value = chosen.byMarks ? "marks" : "";
    this.measure.value = chosen.measure.name;
    this.where.textContent = `${chosen.measure.heading}: more, or less`;
    this.folded.checked = chosen.folded;
    void this.read(chosen);
  }

  refresh(): void {
    this.update(this.app.states.current);
  }

  destroy(): void {
    this.turn = -1;
    this.watch.disconnect();
    this.difference.destroy();
  }

  private alone(): void {
    const one = this.app.traces[0];
    fill(this.root, h("h1", {}, "Compare two recordings"),
      h("div", { class: "card" },
        h("p", {}, one ? `Only ${one.name} is open. To compare it with another:`
          : "No recording is open. To compare two:"),
        h("ul", {},
          h("li", {}, "drop another trace (.db) on this page, or choose one by Open…, or"),
          h("li", {}, "start with both: ", h("code", {}, "rtctrack view OLD.db NEW.db")))));
  }

  private async read(chosen: Comparison): Promise<void> {
    const turn = this.turn < 0 ? this.turn : ++this.turn;
    const isOver = () => turn !== this.turn || turn < 0;
    const before = this.app.traces[chosen.old]!;
    const now = this.app.traces[chosen.new]!;
    try {
      const runs = {
        before: await readRun(before.db, before.facts.command),
        now: await readRun(now.db, now.facts.command),
      };
      if (isOver()) return;
      const pair = { before, now, runs, ...scalesOf(runs, chosen.perSession) };
      this.tellPair(pair, chosen);
      const parts: [string, unknown, () => Promise<() => void>][] = [
        ["findings", [], () => this.readFindings(pair, chosen)],
        ["curves", [chosen.kind, chosen.byMarks], () => this.readCurves(pair, chosen)],
        ["places", [chosen.measure.name, chosen.folded, chosen.zoom, chosen.perSession],
          () => this.readPlaces(pair, chosen)],
        ["kinds", [chosen.perSession], () => this.readKinds(pair)],
      ];
      const base = [chosen.old, before.revision, chosen.new, now.revision];
      for (const [name, of, part] of parts) {
        const wanted = JSON.stringify([base, of]);
        if (this.drawn.get(name) === wanted) continue;
        const draw = await part();
        if (isOver()) return;
        draw();
        this.drawn.set(name, wanted);
      }
    } catch (error) {
      if (isOver()) return;
      fill(this.warning, h("span", { class: "badge error" }, "✖ not all can be read"),
        ` ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  private tellPair({ before, now, runs }: Pair, chosen: Comparison): void {
    const differ = programOf(runs.before.command) !== programOf(runs.now.command);
    fill(this.warning, before === now
      ? [h("span", { class: "badge warning" }, "◌ the same"), " Both are one recording."]
      : differ ? [h("span", { class: "badge warning" }, "◌ different programs"),
        ` ${before.name} and ${now.name} are of different programs`,
        ` (${programOf(runs.before.command)} and ${programOf(runs.now.command)}):`,
        " little can be the same."] : null);
    fill(this.runs, runsSection(runs.before, runs.now));
    this.tellSessions(runs, chosen);
    const shared = sharedMarks(runs.before.marks, runs.now.marks).before.length;
    this.align.disabled = shared === 0;
    this.align.title = shared === 0 ? "the two have no marks in common" : plural(shared, "mark");
  }

  /** Numbers of unequal runs say little; what they are divided by is said. */
  private tellSessions(runs: Pair["runs"], chosen: Comparison): void {
    const before = sessionsOf(runs.before);
    const now = sessionsOf(runs.now);
    this.sessions.hidden = before === now || before === 0 || now === 0;
    this.perSession.checked = chosen.perSession;
    this.unequal.textContent =
      `The old one has ${plural(before, "session")}, the new one ${plural(now, "session")}.`;
  }

  private async readFindings({ before, now }: Pair, chosen: Comparison): Promise<() => void> {
    const old = await readSide(before.db, before.gate);
    const fresh = await readSide(now.db, now.gate);
    return () => redraw(this.findings, findingsSection(diffFindings(old, fresh),
      [before.name, now.name], [chosen.old, chosen.new], this.app.session.source));
  }

  private async readCurves({ before, now, runs }: Pair, chosen: Comparison): Promise<() => void> {
    const step = Math.max(before.facts.endNs, now.facts.endNs) / STEPS;
    const [old, fresh] = await Promise.all([
      readCurve(before.db, step, chosen.kind), readCurve(now.db, step, chosen.kind)]);
    const shared = sharedMarks(runs.before.marks, runs.now.marks);
    const move = chosen.byMarks ? (time: number) => aligned(time, shared.now, shared.before)
      : (time: number) => time;
    const lines: Line[] = [
      {
        name: before.name, css: "old", several: old.several,
        marks: runs.before.marks.map((mark) => mark.time),
        points: pointsOf(old, (time) => time, before.facts.endNs),
      },
      {
        name: now.name, css: "new", several: fresh.several,
        marks: runs.now.marks.map((mark) => move(mark.time)),
        points: pointsOf(fresh, move, now.facts.endNs),
      },
    ];
    return () => {
      this.lines = lines;
      this.drawCurves();
    };
  }

  private drawCurves(): void {
    this.width = this.curves.clientWidth;
    if (this.lines.length > 0) fill(this.curves, curvesPicture(this.lines, this.width));
  }

  private async readPlaces(
    { before, now, scales }: Pair, chosen: Comparison,
  ): Promise<() => void> {
    const filter = {
      measure: chosen.measure.name, kind: null, class: null, process: null, from: null, to: null,
    };
    const given = async (trace: Trace, scale: number) => {
      const { stacks } = await flameData(trace);
      const samples = await readSamples(trace.db, filter);
      const chainOf = (stack: number | null) => stacks.chain(stack, chosen.folded);
      return { samples, chainOf, scale };
    };
    const [old, fresh] = await Promise.all([
      given(before, scales.before), given(now, scales.now)]);
    const format = chosen.measure.name === "bytes" ? chosen.measure.format : amount;
    return () => this.difference.draw(placeRows(old, fresh), chosen.zoom, format);
  }

  private async readKinds({ before, now, scales, unit }: Pair): Promise<() => void> {
    await Promise.all([flameData(before), flameData(now)]);
    const [old, fresh] = await Promise.all([readKinds(before.db), readKinds(now.db)]);
    return () =>
      redraw(this.kinds, kindsSection(kindRows(old, fresh, scales.before, scales.now), unit));
  }
}

export const compare: ViewModule = {
  name: "compare",
  title: "Compare",
  says: "What is new, fixed, more or fewer in one recording against another.",
  keys: [
    ["← → ↑ ↓", "in the picture: from box to box"],
    ["Enter, Esc", "in the picture: zoom to the box, show all"],
  ],
  mount: (root, app) => new CompareView(root, app),
};
