// SPDX-License-Identifier: Apache-2.0
/* The parts of the comparison that are tables. */
import type { Session } from "../session";
import { link } from "../state";
import { count, duration, plural } from "../ui/format";
import { type Children, h } from "../ui/h";
import { placeLink } from "../ui/place";
import { severityOf } from "../ui/severity";
import { changes, type Diff, type DiffItem } from "./findings";
import { type Counts, type KindRow } from "./kinds";
import { type Run, runRows, wordsDiff } from "./runs";

/** How a change is marked: [sign, class of theme.css]. */
const marks: Record<string, readonly [string, string]> = {
  new: ["✚", "error"], more: ["▲", "error"], unseen: ["?", "warning"], fewer: ["▼", "good"],
  fixed: ["✔", "good"], unchanged: ["=", "note"],
};

function changeBadge(change: string, text = change): HTMLElement {
  const [sign, css] = marks[change] ?? ["·", "note"];
  return h("span", { class: `badge ${css}` }, `${sign} ${text}`);
}

function badges(counts: ReadonlyMap<string, number>): Children {
  return changes.filter((change) => change !== "unseen" || (counts.get(change) ?? 0) > 0)
    .map((change) => {
      const number = counts.get(change) ?? 0;
      const text = `${number} ${change}`;
      return number > 0 ? changeBadge(change, text) : h("span", { class: "dim" }, text);
    });
}

function findingRow(item: DiffItem, traces: readonly [number, number], source: Session["source"]):
  HTMLElement {
  const trace = String(item.now > 0 ? traces[1] : traces[0]);
  const { symbol } = severityOf(item.state);
  return h("tr", {}, h("td", {}, changeBadge(item.change)),
    h("td", { class: "number" }, `${count(item.before)} → ${count(item.now)}`),
    h("td", { class: "whole" }, `${symbol} ${item.state}`),
    h("td", {},
      h("a", {
        href: link("finding", item.fingerprint, { trace }), "data-key": item.fingerprint,
      }, item.rule), " ",
      h("span", {}, item.message || item.class),
      h("div", { class: "dim" }, h("span", { class: "mono" }, item.function ?? ""), " ",
        placeLink(item.file, item.line, source), " ",
        h("span", { class: "mono" }, `[${item.fingerprint}]`))));
}

const FINDINGS_SHOWN = 20; // at once; the others are folded away
const FINDINGS_MAX = 1000;

function findingsTable(
  items: readonly DiffItem[], title: string, traces: readonly [number, number],
  source: Session["source"],
): Children {
  const table = (some: readonly DiffItem[]) =>
    h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": title },
      h("table", {}, h("thead", {}, h("tr", {}, ["Change", "Old → new", "State", "Finding"].map(
        (text, index) => h("th", { scope: "col", class: index === 1 ? "number" : null }, text)))),
      h("tbody", {}, some.map((item) => findingRow(item, traces, source)))));
  const rest = items.slice(FINDINGS_SHOWN, FINDINGS_MAX);
  return [
    items.length > 0 ? table(items.slice(0, FINDINGS_SHOWN)) : null,
    rest.length > 0 ? h("details", {}, h("summary", {}, plural(rest.length, "more finding")),
      table(rest)) : null,
    items.length > FINDINGS_MAX
      ? h("p", { class: "dim" }, `${items.length - FINDINGS_MAX} more are not shown here.`) : null,
  ];
}

function incomplete(text: string): HTMLElement {
  return h("p", {}, h("span", { class: "badge warning" }, "◌ incomplete"), ` ${text}`);
}

/** As `rtctrack diff` tells it. */
export function findingsSection(
  diff: Diff, names: readonly [string, string], traces: readonly [number, number],
  source: Session["source"],
): Children {
  const failing = diff.items.filter((item) => !item.onlyStrict);
  const strict = diff.items.filter((item) => item.onlyStrict);
  return [
    h("p", { class: "badges" }, badges(diff.counts)),
    diff.items.length === 0
      ? h("p", {}, "Neither has findings that fail a gate, nor such that would with --strict.")
      : null,
    findingsTable(failing, "Findings that differ", traces, source),
    strict.length > 0 ? [
      h("h3", {}, "What fails a gate only with --strict"),
      h("p", { class: "badges" }, badges(diff.strictCounts)),
      findingsTable(strict, "Findings that fail a gate only with --strict", traces, source),
    ] : null,
    diff.nowComplete ? null
      : incomplete(`Evidence is missing in ${names[1]}: what is unseen there may not be fixed.`),
    diff.beforeComplete ? null
      : incomplete(`Evidence is missing in ${names[0]}: what is new may have been there.`),
    diff.unjudged.map((which) => incomplete(`${names[which === "old" ? 0 : 1]} did not end in` +
      " order, and nothing was looked for in it: open it by rtctrack view, which does.")),
    diff.leftOut > 0 ? h("p", { class: "dim" },
      `${plural(diff.leftOut, "finding")} left out, since the policy excuses` +
      ` ${diff.leftOut === 1 ? "it" : "them"}.`) : null,
  ];
}

function commandLine(before: Run, now: Run): Children {
  const words = wordsDiff(before.command, now.command);
  const key = (side: "old" | "new") => words.some((one) => one.side === side);
  return [h("p", { class: "mono" }, words.map(({ text, side }) => [
    side === "old" ? h("del", { title: "only in the old one" }, text)
      : side === "new" ? h("ins", { title: "only in the new one" }, text) : text,
    " ",
  ])), h("p", { class: "dim" }, key("old") ? [h("del", {}, "struck out"), ": only in the old one. "]
    : null, key("new") ? [h("ins", {}, "underlined"), ": only in the new one."] : null)];
}

/** Programs, commands, options. */
export function runsSection(before: Run, now: Run): Children {
  const rows = runRows(before, now);
  return [
    before.command === now.command
      ? h("p", {}, "Both ran: ", h("span", { class: "mono" }, now.command))
      : commandLine(before, now),
    rows.length === 0 ? h("p", { class: "dim" }, "All else that is known of the two is the same.")
      : h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Options" },
        h("table", {}, h("thead", {}, h("tr", {}, ["", "Old", "New"].map((text) =>
          text === "" ? h("td") : h("th", { scope: "col" }, text)))),
        h("tbody", {}, rows.map((row) => h("tr", {}, h("th", { scope: "row" }, row.title),
          h("td", { class: "mono" }, row.before), h("td", { class: "mono" }, row.now)))))),
  ];
}

/** Whole numbers as they are; per session with a decimal. */
export function amount(value: number): string {
  return Number.isInteger(value) || Math.abs(value) >= 100 ? count(value)
    : String(Number(value.toFixed(2)));
}

export function signed(value: number, format = amount): string {
  if (Math.abs(value) < 1e-9) return "=";
  return value > 0 ? `+${format(value)}` : `−${format(-value)}`;
}

/** Two lengths of one scale, above each other; the numbers stand beside them. */
export function twoBars(before: number, now: number, most: number): HTMLElement {
  const bar = (value: number, css: string) => h("span", {
    class: `bar ${css}`, style: { width: `${most > 0 ? (100 * value) / most : 0}%` },
  });
  return h("span", { class: "bars", "aria-hidden": "true" }, bar(before, "old"), bar(now, "new"));
}

const KINDS_SHOWN = 200;

function kindRow(row: KindRow, mostBorn: number): HTMLElement {
  const pair = (value: (counts: Counts) => number) => [
    h("td", { class: "number" }, amount(value(row.before))),
    h("td", { class: "number" }, amount(value(row.now))),
    h("td", { class: "number" }, signed(value(row.now) - value(row.before))),
  ];
  const lengths = (value: (counts: Counts) => number | null) =>
    h("td", { class: "number" }, [row.before, row.now].map((counts, index) => {
      const length = value(counts);
      return `${index > 0 ? " → " : ""}${length === null ? "–" : duration(length)}`;
    }));
  const name = row.kind === row.class ? row.kind : `${row.kind} ${row.class}`;
  return h("tr", {}, h("th", { scope: "row" }, name),
    h("td", {}, twoBars(row.before.born, row.now.born, mostBorn)),
    pair((counts) => counts.alive), pair((counts) => counts.born),
    lengths((counts) => counts.median), lengths((counts) => counts.longest));
}

function kindsTable(rows: readonly KindRow[], unit: string, most: number, label: string): Children {
  const group = (text: string) => h("th", { colspan: 3, scope: "colgroup" }, text + unit);
  const three = () => ["old", "new", "+/−"].map((text) =>
    h("th", { class: "number", scope: "col" }, text));
  const shown = rows.slice(0, KINDS_SHOWN);
  return [
    h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": label },
      h("table", { class: "kinds" }, h("thead", {},
        h("tr", {}, h("th", { rowspan: 2, scope: "col" }, "Kind and class"),
          h("th", { rowspan: 2, scope: "col" }, "Born", h("span", { class: "key old" }, "old"),
            h("span", { class: "key new" }, "new")),
          group("Alive at the end"), group("Born"),
          h("th", { rowspan: 2, scope: "col", class: "number" }, "Median life ≈"),
          h("th", { rowspan: 2, scope: "col", class: "number" }, "Longest life")),
        h("tr", {}, three(), three())),
      h("tbody", {}, shown.map((row) => kindRow(row, most))))),
    rows.length > shown.length
      ? h("p", { class: "dim" }, `${rows.length - shown.length} more are not shown.`) : null,
  ];
}

/** What each kind and class came to; those of equal counts are folded away. */
export function kindsSection(rows: readonly KindRow[], unit: string): Children {
  const most = rows.reduce((sum, row) => Math.max(sum, row.before.born, row.now.born), 0);
  const isSame = ({ before, now }: KindRow) => Math.abs(before.alive - now.alive) < 1e-9 &&
    Math.abs(before.born - now.born) < 1e-9;
  const same = rows.filter(isSame);
  const differing = rows.filter((row) => !isSame(row));
  return [
    differing.length > 0 ? kindsTable(differing, unit, most, "Kinds and classes that differ")
      : h("p", {}, "Of every kind and class, as many were born and are alive in both."),
    same.length > 0 ? h("details", {},
      h("summary", {},
        `${plural(same.length, "kind or class", "kinds and classes")} with equal counts`),
      kindsTable(same, unit, most, "Kinds and classes with equal counts")) : null,
    h("p", { class: "dim" },
      "How long: of those that ended; the median is right to about 4 %."),
  ];
}
