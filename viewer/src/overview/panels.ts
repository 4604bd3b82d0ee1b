// SPDX-License-Identifier: Apache-2.0
/* The smaller parts of the overview: counts, a soak's table, where threads stood, processes. */
import type { App } from "../app";
import { count, plural } from "../ui/format";
import { type Children, h } from "../ui/h";
import { kindOf } from "../ui/kinds";
import { findingLink } from "./head";
import { placeLink } from "./place";
import type { Run } from "./run";
import type { Course } from "./series";
import type { Soak } from "./soak";
import type { Stood } from "./threads";
import type { Tree } from "./tree";

const oneOf = (kind: string) => kindOf(kind).plural.replace(/s$/, "");

/** What the report leaves out as well: it is the parent's. */
export function inheritedSay(inherited: ReadonlyMap<string, number>): string | null {
  const parts = [...inherited].filter(([, many]) => many > 0)
    .map(([kind, many]) => `${count(many)} ${many === 1 ? oneOf(kind) : kindOf(kind).plural}`);
  return parts.length ? `not counted: inherited from the parent: ${parts.join(", ")}` : null;
}

const left = (one: Course["series"][number]) => Math.max(0, one.begun - one.ended);

/** "25 opened, 11 closed, 14 alive at the end", and what is kept as sums. */
export function talliesPart(course: Course, run: Run): Children {
  const folded = course.series.reduce((sum, one) => sum + (one.folded?.count ?? 0), 0);
  const began = course.series.filter((one) => one.begun > 0);
  const ofProcesses = began.some((one) => one.left > 0);
  const columns = ["", "begun", "over", ofProcesses ? "left at its process' end" :
    run.live ? "alive now" : "alive at the end"];
  const inherited = inheritedSay(course.inherited);
  if (began.length === 0) return [h("p", { class: "dim" }, "Nothing was born that is followed.")];
  return [
    h("table", { class: "tallies" },
      h("caption", { class: "hidden-text" },
        "What was born, what ended, and what was alive at the end"),
      h("thead", {}, h("tr", {}, columns.map((name, index) =>
        index ? h("th", { scope: "col", class: "number" }, name) : h("td", {}, name)))),
      h("tbody", {}, began.map((one) => h("tr", {},
        h("th", { scope: "row" }, kindOf(one.kind).plural),
        h("td", { class: "number" }, `${count(one.begun)} ${kindOf(one.kind).begun}`),
        h("td", { class: "number" }, `${count(one.ended)} ${kindOf(one.kind).over}`),
        h("td", { class: "number alive" }, count(left(one))))))),
    inherited && h("p", { class: "dim" }, inherited),
    folded > 0 && h("p", { class: "dim" },
      `folded: ${count(folded)} that ended in order, kept as sums; ` +
      "the dashed lines of the charts add them as their average"),
    run.marks > 0 && h("p", { class: "dim" },
      `marks: ${count(run.marks)}` +
        (run.marks < 3 ? " (growth shows from 3 of one series on)" : "")),
  ];
}

const VERDICTS: Record<string, string> = { growing: "▲", unclear: "◐", cache: "◔", steady: "✓" };

const TREND_COLUMNS = ["trend", "class", "born in", "first → last", "a session (95 %)", ""];

export function soakPart(app: App, soak: Soak): Children {
  const symbol = (verdict: string) => (Object.hasOwn(VERDICTS, verdict) ? VERDICTS[verdict] : "·");
  return [
    h("h2", {}, soak.heading),
    soak.noVerdict && h("p", { class: "warned" }, `no verdict on growth: ${soak.noVerdict}`),
    soak.rows.length > 0 && h("div", {
      class: "wide", tabindex: "0", role: "region", "aria-label": "Trend of the soak",
    },
      h("table", {},
        h("thead", {}, h("tr", {}, TREND_COLUMNS.map((name) =>
          name ? h("th", { scope: "col" }, name) : h("td", {})))),
        h("tbody", {}, soak.rows.map((one) => h("tr", {},
          h("td", {}, h("strong", {}, `${symbol(one.verdict)} ${one.verdict}`)),
          h("td", {}, one.className),
          h("td", {}, h("span", { class: "mono" }, one.place)),
          h("td", { class: "number" }, one.counts),
          h("td", { class: "number" }, one.slope),
          h("td", {}, placeLink(app, one.file, one.line),
            one.limit && h("div", {}, one.limit))))))),
    ...soak.says.map((text) => h("p", { class: "dim" }, text)),
  ];
}

/** deadlock: the finding that tells it all. */
export function stoodPart(
  app: App, stood: { lines: Stood[]; more: number }, deadlock: string | null,
): Children {
  return [
    h("h2", {}, "Where its threads stood"),
    ...(deadlock ? [h("p", {}, h("a", { href: findingLink(app, deadlock), "data-key": "deadlock" },
      "The circle in which they wait for each other"))] : []),
    h("ul", { class: "stood" },
      stood.lines.map((line) => h("li", {}, h("strong", {}, line.who), ` ${line.says} `,
        line.place && [" at ", h("span", { class: "mono" }, line.place.name), " ",
          placeLink(app, line.place.file, line.place.line)])),
      stood.lines.length === 0 && h("li", {}, "in no wait that is followed"),
      stood.more > 0 && h("li", { class: "dim" }, `+${count(stood.more)} more`)),
  ];
}

const INDENT_MAX = 10;

export function treePart(tree: Tree): Children {
  return [
    h("h2", {}, "Processes"),
    h("ul", { class: "tree" },
      tree.lines.map((line) => h("li", {
        style: { "padding-left": `${Math.min(line.depth, INDENT_MAX) * 1.2}rem` },
      },
        line.count > 1 && `${count(line.count)} × `,
        h("code", {}, line.command),
        ` ${line.pid === null ? "" : `(pid ${line.pid})`}, ${line.end}`,
        line.findings > 0 && h("strong", {}, `, ${plural(line.findings, "finding")}`),
        line.lost > 0 && h("strong", {}, `, evidence lost: ${count(line.lost)}`))),
      tree.more > 0 && h("li", { class: "dim" }, `+${count(tree.more)} more`)),
  ];
}
