// SPDX-License-Identifier: Apache-2.0
/* One finding, told as the report tells it: what, by whom, why it is alive, where it was made. */
import "../finding/finding.css";
import type { App, View, ViewModule } from "../app";
import { link, type State } from "../state";
import { count } from "../ui/format";
import { fill, h } from "../ui/h";
import { severityOf } from "../ui/severity";
import { layOut, measureText } from "../finding/layout";
import {
  arrange, chooseFinding, identityOf, isExcused, nameOf, readFindings, searchFindings, titleOf,
  wanted, type Choice, type Finding,
} from "../finding/list";
import { readTold, type Told } from "../finding/load";
import { readMembers } from "../finding/members";
import { factsView, headView } from "../finding/view_head";
import type { Context } from "../finding/view_parts";
import { takeView } from "../finding/view_take";
import {
  growthView, membersView, referencesView, stacksView, storyView,
} from "../finding/view_tables";
import { whyView, type Laid } from "../finding/view_why";

const said = (error: unknown) => (error instanceof Error ? error.message : String(error));

class FindingView implements View {
  private readonly search = h("input", {
    type: "search", "data-search": true, "aria-label": "Search the findings",
    placeholder: "Search (/)", oninput: () => this.searched(),
  });
  private readonly list = h("ul", { class: "finding-list" });
  private readonly sum = h("p", { class: "dim", role: "status" });
  private readonly rest = h("button", { type: "button", hidden: true,
    onclick: () => this.app.states.patch({ all: "1" }) });
  private readonly article = h("article", { class: "finding", "aria-live": "off" });
  private findings: Finding[] | null = null;
  private told: Told | null = null;
  private identity = ""; // of what is told
  private laid: Laid = "waiting";
  /** what was asked for last; answers to older questions are dropped */
  private asking = 0;
  private wanted = "";
  private gone = false;
  private centered: Told | null = null;

  constructor(root: HTMLElement, private readonly app: App) {
    const side = h("nav", { class: "finding-side", "aria-label": "Findings",
      onkeydown: (event: KeyboardEvent) => this.key(event) }, this.search, this.sum, this.list,
      this.rest);
    root.append(h("div", { class: "finding-view" }, side, this.article));
    fill(this.article, h("h1", {}, "Findings"), h("p", { class: "dim" }, "Reading the trace…"));
  }

  update(_state: State): void {
    if (this.findings) this.show();
    else void this.read();
  }

  refresh(): void {
    void this.read();
  }

  destroy(): void {
    this.gone = true;
  }

  private get params(): Record<string, string> {
    return this.app.states.current.params;
  }

  /** The list anew; what is told of one is read again too. */
  private async read(): Promise<void> {
    const mine = ++this.asking;
    try {
      const found = await readFindings(this.app.trace.db, this.app.session.filter["mine"] ?? null);
      if (this.gone || mine !== this.asking) return;
      this.findings = arrange(found, this.app.trace.gate);
      this.wanted = "";
      this.show();
    } catch (error) {
      if (!this.gone) this.message("The findings cannot be read", said(error));
    }
  }

  private searched(): void {
    this.app.states.patch({ q: this.search.value });
  }

  private show(): void {
    const findings = this.findings ?? [];
    const { rest } = this.app.states.current;
    const first = wanted(findings, this.app.session.filter);
    const named = rest !== "" || this.params["id"] !== undefined;
    const choice = chooseFinding(named || first.length === 0 ? findings : first, rest,
      this.params["id"] ?? "");
    this.drawList(choice);
    if (choice.gone) this.notThere();
    else if (!choice.finding)
      this.message("No findings", this.app.trace.facts.finished
        ? "Nothing in this trace outlived what it belongs to, and no act in it was wrong."
        : "There are none yet: the recording did not come to its end.");
    else void this.tell(choice);
  }

  private notThere(): void {
    this.wanted = "";
    this.message("This finding is not there (any more)",
      "The trace has no finding of that fingerprint now. What was alive may have been closed " +
      "meanwhile, or the link is of another recording.");
  }

  private message(title: string, text: string): void {
    this.told = null;
    this.article.removeAttribute("aria-busy");
    fill(this.article, h("h1", {}, title), h("p", {}, text));
  }

  /* The list */

  private drawList(choice: Choice): void {
    const findings = this.findings ?? [];
    const words = this.params["q"] ?? "";
    if (this.search.value !== words) this.search.value = words;
    const left = wanted(findings, this.app.session.filter);
    const all = this.params["all"] === "1" || (choice.finding && !left.includes(choice.finding));
    const shown = searchFindings(all ? findings : left, words);
    const others = findings.length - left.length;
    this.sum.textContent = words || shown.length < findings.length
      ? `${count(shown.length)} of ${count(findings.length)} findings`
      : `${count(findings.length)} finding${findings.length === 1 ? "" : "s"}, the worst first`;
    this.rest.hidden = others === 0 || Boolean(all);
    this.rest.textContent = `Show ${count(others)} more, left out by --kind or --rule`;
    this.keepFocus(this.list, () => fill(this.list,
      shown.map((one) => h("li", {}, this.listLink(one, one === choice.finding)))));
  }

  private hrefOf(finding: Finding): { href: string; open: () => void } {
    const { rest, params } = nameOf(finding, this.findings ?? []);
    const { trace = "", q = "" } = this.params;
    return {
      href: link("finding", rest, { trace, q, ...params }),
      open: () => this.app.states.go({ view: "finding", rest, params: { q, ...params } }),
    };
  }

  private listLink(finding: Finding, chosen: boolean): HTMLElement {
    const severity = severityOf(finding.state);
    const { href, open } = this.hrefOf(finding);
    const excused = isExcused(finding, this.app.trace.gate);
    const where = finding.culprit.function || finding.culprit.module;
    return h("a", {
      href, "data-key": `finding ${finding.id}`, "aria-current": chosen ? "true" : null,
      class: excused ? "excused" : null,
      onclick: (event: MouseEvent) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        open();
      },
    },
    h("span", { class: `mark ${severity.css}`, "aria-hidden": "true" }, severity.symbol),
    h("span", { class: "list-text" },
      h("span", { class: "list-rule" }, `${finding.state} ${finding.rule}`,
        excused ? " (excused)" : ""),
      h("span", { class: "list-message" }, titleOf(finding)),
      where ? h("span", { class: "dim mono" }, where) : null));
  }

  private key(event: KeyboardEvent): void {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const links = [...this.list.querySelectorAll("a")];
    const focused = links.indexOf(document.activeElement as HTMLAnchorElement);
    const current = links.findIndex((one) => one.hasAttribute("aria-current"));
    const from = focused >= 0 ? focused : current;
    const first = document.activeElement === this.search;
    const to = first ? Math.max(0, current) : from + (event.key === "ArrowDown" ? 1 : -1);
    const next = links[to];
    if (!next) return;
    event.preventDefault();
    const key = next.dataset["key"];
    next.click();
    [...this.list.querySelectorAll("a")].find((one) => one.dataset["key"] === key)?.focus();
  }

  /* The finding */

  private pageWanted(): number {
    return Math.max(0, Math.trunc(Number(this.params["page"] ?? 1)) - 1 || 0);
  }

  private async tell(choice: Choice): Promise<void> {
    const finding = choice.finding!;
    const page = this.pageWanted();
    const identity = identityOf(finding, this.findings ?? []);
    const wanted = `${identity} ${page}`;
    if (wanted === this.wanted) {
      if (this.told) this.draw(choice);
      return;
    }
    const same = this.told !== null && this.wanted.startsWith(`${identity} `);
    this.wanted = wanted;
    const mine = ++this.asking;
    this.article.setAttribute("aria-busy", "true");
    try {
      const { db, gate, facts } = this.app.trace;
      const told = same
        ? { ...this.told!, members: await readMembers(db, finding, page) }
        : await readTold(db, finding, this.findings ?? [], gate, facts.endNs, page);
      if (this.gone || mine !== this.asking) return;
      const other = this.told === null || this.identity !== identity;
      this.told = told;
      this.identity = identity;
      if (other) this.laid = "waiting";
      if (!same) this.layOut(told);
      this.draw(choice);
      if (other) scrollTo(0, 0);
    } catch (error) {
      if (!this.gone && mine === this.asking)
        this.message("This finding cannot be read", said(error));
    }
  }

  /** A live trace keeps its old picture until the new one is there. */
  private layOut(told: Told): void {
    const { graph } = told;
    if (graph.edges.length === 0) return;
    layOut(graph, measureText())
      .then((layout) => ({ graph, layout }), (error: unknown) => ({ trouble: said(error) }))
      .then((laid) => {
        if (this.gone || this.told?.graph !== graph) return;
        this.laid = laid;
        this.show();
      });
  }

  private others(choice: Choice): HTMLElement {
    return h("span", {}, choice.alike.map((one) => {
      const { href } = this.hrefOf(one);
      return [h("a", { href, "aria-current": one === choice.finding ? "true" : null },
        one.culprit.function || `${one.rule} ${one.id}`), " "];
    }));
  }

  private draw(choice: Choice): void {
    const told = this.told!;
    const context: Context = {
      app: this.app, told, params: this.params,
      patch: (params) => this.app.states.patch(params),
    };
    const act = told.evidence.some((one) => one.act !== null);
    const grows = told.finding.state === "growing";
    const causes = [whyView(context, this.laid), referencesView(context)];
    const course = [storyView(context), stacksView(context)];
    const growth = growthView(context);
    const parts = [
      headView(context, choice.alike, this.others(choice)), grows ? growth : null,
      ...(act ? [factsView(context), ...course, ...causes]
        : [causes[0]!, factsView(context), causes[1]!, ...course]),
      membersView(context), grows ? null : growth, takeView(context),
    ];
    this.article.removeAttribute("aria-busy");
    this.keepFocus(this.article, () => fill(this.article, parts));
    this.center(told);
  }

  /** A wide graph in a narrow box begins with what it is about. */
  private center(told: Told): void {
    const box = this.article.querySelector(".graph-box");
    if (!box || this.centered === told) return;
    this.centered = told;
    const node = box.querySelector(".mark-leak, .mark-stuck")?.getBoundingClientRect();
    if (node) box.scrollLeft += node.left + node.width / 2 -
      (box.getBoundingClientRect().left + box.clientWidth / 2);
  }

  /** What is drawn anew keeps focus, open lists and scrolled boxes. */
  private keepFocus(where: Element, draw: () => void): void {
    const active = document.activeElement as HTMLElement | null;
    const key = active && where.contains(active) ? active.dataset["key"] : undefined;
    const box = where.querySelector(".graph-box");
    const scrolled = [box?.scrollLeft ?? 0, box?.scrollTop ?? 0] as const;
    const open = where.querySelector("details")?.open ?? false;
    draw();
    const again = where.querySelector(".graph-box");
    again?.scrollTo(...scrolled);
    const details = where.querySelector("details");
    if (details && open) details.open = true;
    if (key !== undefined)
      [...where.querySelectorAll<HTMLElement | SVGElement>("[data-key]")]
        .find((one) => one.dataset["key"] === key)?.focus({ preventScroll: true });
  }
}

export const finding: ViewModule = {
  name: "finding",
  title: "Finding",
  says: "Why one thing is alive, or went wrong: what keeps it, who holds it, every stack.",
  keys: [["↑ ↓", "the finding before, the next (in the list)"], ["Enter", "details of a node"]],
  mount: (root, app) => new FindingView(root, app),
};
