// SPDX-License-Identifier: Apache-2.0
/* The tables of a finding: references, what happened when, members, growth; and its stacks. */
import { bytes, count, duration, plural } from "../ui/format";
import { h, svg } from "../ui/h";
import { link } from "../state";
import { isAboutLocks } from "./circle";
import { thin, type MarkPoint } from "./growth";
import { PAGE_ROWS } from "./members";
import { REFERENCES_MOST, sortReferences, type Reference } from "./references";
import {
  addressesOf, labelOf, nounOf, standOf, traitsOf, whichOf, type Resource,
} from "./resource";
import { section, stackCard, tellerLink, type Context } from "./view_parts";

type Cell = Node | string | (Node | string)[] | null;

function table(label: string, heads: Node[], rows: HTMLElement[]): HTMLElement {
  return h("div", { class: "table-box", tabindex: "0", role: "group", "aria-label": label },
    h("table", {}, h("thead", {}, h("tr", {}, heads)), h("tbody", {}, rows)));
}

const head = (text: string, css = "") => h("th", { scope: "col", class: css || null }, text);
const cell = (value: Cell, css = "") => h("td", { class: css || null }, value);

const COLUMNS: readonly [string, string, string][] = [
  ["what", "what is held", ""], ["holder", "by", ""], ["tag", "tag", ""],
  ["retained", "retained", "number"], ["released", "released", "number"],
  ["balance", "balance", "number"], ["taken", "taken at", ""],
];

/** A column's button: again turns it round. */
function sortHead(
  context: Context, [by, text, css]: readonly [string, string, string],
): HTMLElement {
  const sort = context.params["sort"] ?? "balance";
  const is = sort.replace(/^-/, "") === by;
  const down = sort.startsWith("-");
  return h("th", { scope: "col", class: css || null,
    "aria-sort": is ? (down ? "descending" : "ascending") : null },
  h("button", { type: "button", class: "sort", "data-key": `sort ${by}`,
    onclick: () => context.patch({ sort: is && !down ? `-${by}` : by }) },
  `${text}${is ? (down ? " ▾" : " ▴") : ""}`));
}

function referenceRow(context: Context, row: Reference, what: string): HTMLElement {
  const balance = row.balance > 0
    ? h("span", { class: "badge error" }, `▲ ${row.balance} not released`)
    : row.balance < 0 ? h("span", { class: "badge error" }, `▼ ${-row.balance} too many`)
      : h("span", { class: "dim" }, "= 0");
  return h("tr", { class: row.balance === 0 ? null : "unbalanced" },
    cell(what), cell(row.holder || h("span", { class: "dim" }, "nobody in particular")),
    cell(row.waker ? `${row.tag ?? ""} (waker)` : row.tag === null ? "" : `"${row.tag}"`),
    cell(count(row.retained), "number"), cell(count(row.released), "number"),
    cell(balance, "number"), cell(tellerLink(context, row.stackId, `t${row.id}`)),
    cell(tellerLink(context, row.releasedStack, `l${row.id}`)));
}

/** Of many that are balanced, a number is enough. */
const BALANCED_MOST = 6;

function balancedButton(context: Context, count: number, all: boolean): HTMLElement {
  return h("p", {}, h("button", {
    type: "button", "aria-expanded": String(all), "data-key": "balanced",
    onclick: () => context.patch({ balanced: all ? "" : "1" }),
  }, all ? "Hide what is balanced" : `Show ${plural(count, "row")} that ${
    count === 1 ? "is" : "are"} balanced`));
}

export function referencesView(context: Context): HTMLElement | null {
  const { references, chain } = context.told;
  if (references.length === 0) return null;
  const names = new Map(chain.map((one) => [one.id, labelOf(one)]));
  const whatOf = (id: number) => names.get(id) ?? "?";
  const rows = sortReferences(references, context.params["sort"] ?? "balance", whatOf);
  const left = rows.filter((one) => one.balance !== 0).length;
  const many = rows.length - left > BALANCED_MOST;
  const all = context.params["balanced"] === "1";
  const shown = many && !all ? rows.filter((one) => one.balance !== 0) : rows;
  return section("Reference balance", "references",
    h("p", {}, left === 0 ? "All that were taken were released."
      : `${left} of ${plural(rows.length, "row")} ${left === 1 ? "is" : "are"} not balanced.`,
    references.length >= REFERENCES_MOST ? ` The first ${REFERENCES_MOST} are shown.` : ""),
    shown.length === 0 ? null : table("Reference balance",
      [...COLUMNS.map((one) => sortHead(context, one)), head("last released at")],
      shown.map((row) => referenceRow(context, row, whatOf(row.resourceId)))),
    many ? balancedButton(context, rows.length - left, all) : null);
}

export function storyView(context: Context): HTMLElement | null {
  const { moments } = context.told;
  if (moments.length < 2) return null;
  const { count: all } = context.told.finding;
  return section("In the order of time", "story",
    all > 1 ? h("p", { class: "dim" },
      `Of the first of ${count(all)}; the others went the same way.`) : null,
    table("In the order of time",
      [head("at", "number"), head("what"), head("of"), head("thread"), head("place")],
      moments.map((one, index) => h("tr", {}, cell(duration(one.atNs), "number"),
        cell(h("strong", {}, one.says)), cell(one.who),
        cell(one.tid === null ? "" : String(one.tid)),
        cell(tellerLink(context, one.stackId, `m${index}`))))));
}

export function stacksView(context: Context): HTMLElement | null {
  const { steps, finding, stacks } = context.told;
  if (steps.length === 0) return null;
  const locks = isAboutLocks(finding);
  const cards = steps.map((step, index) => {
    const last = steps.slice(0, index).findLast((one) => one.stackId !== null)?.stackId ?? null;
    const before = locks || last === null ? null : stacks.get(last) ?? null;
    return stackCard(context, step.says, step.stackId, `s${index}`, locks, before);
  });
  return section("Stacks", "stacks",
    h("div", { class: locks ? "stacks side-by-side" : "stacks" }, cards));
}

function lifeText(resource: Resource): string {
  if (resource.earlier) return "before the recording began";
  return resource.birthNs === null ? "?" : duration(resource.birthNs);
}

interface MemberColumn {
  title: string;
  css: string;
  /** "" where there is nothing to say */
  says(context: Context, one: Resource): string;
}

const MEMBER_COLUMNS: readonly MemberColumn[] = [
  { title: "addresses", css: "", says: (_, one) => addressesOf(one) },
  { title: "traffic", css: "", says: (_, one) => (one.outCount === null ? ""
    : `sent ${count(one.outCount)} (${bytes(one.outBytes ?? 0)}), ` +
      `received ${count(one.inCount ?? 0)} (${bytes(one.inBytes ?? 0)})`) },
  { title: "running", css: "", says: (_, one) => one.startRoutine },
  { title: "born at", css: "number", says: (_, one) => lifeText(one) },
  { title: "at the end", css: "", says: (context, one) => standOf(one, context.told.endNs) },
  { title: "last used at", css: "number",
    says: (_, one) => (one.lastUseNs === null ? "" : duration(one.lastUseNs)) },
  { title: "references left", css: "number",
    says: (_, one) => (one.refs === null ? "" : String(one.refs)) },
  { title: "traits", css: "", says: (_, one) => traitsOf(one) },
];

function memberRow(
  context: Context, one: Resource, columns: readonly MemberColumn[],
): HTMLElement {
  const trace = context.params["trace"];
  const href = link("timeline", "", { ...(trace ? { trace } : {}), select: String(one.id) });
  return h("tr", {},
    cell(h("a", { href, title: "Show it in the timeline" },
      `${one.kind === "fd" ? "" : `${nounOf(one)} `}${whichOf(one)}`)),
    columns.map((column) => cell(column.says(context, one), column.css)));
}

function pager(context: Context, page: number, total: number): HTMLElement | null {
  const pages = Math.ceil(total / PAGE_ROWS);
  if (pages < 2) return null;
  const button = (text: string, to: number) => h("button", {
    type: "button", disabled: to < 0 || to >= pages, "data-key": `page ${text}`,
    onclick: () => context.patch({ page: to === 0 ? "" : String(to + 1) }),
  }, text);
  return h("p", { class: "pager" }, button("Before", page - 1),
    ` ${page + 1} of ${pages} `, button("Next", page + 1));
}

export function membersView(context: Context): HTMLElement | null {
  const { members, finding } = context.told;
  if (members.total === 0) return null;
  const more = finding.count > members.total
    ? h("p", { class: "dim" },
      `${count(members.total)} of ${count(finding.count)} are named in the trace.`) : null;
  const columns = MEMBER_COLUMNS.filter(
    (column) => members.rows.some((one) => column.says(context, one) !== ""));
  return section(`Members (${count(members.total)})`, "members", more,
    table("Members", [head("which"), ...columns.map((one) => head(one.title, one.css))],
      members.rows.map((one) => memberRow(context, one, columns))),
    pager(context, members.page, members.total));
}

const SPARK = { width: 320, height: 72, points: 200 };

function sparkline(points: readonly MarkPoint[]): SVGElement {
  const shown = thin(points, SPARK.points);
  const most = Math.max(1, ...shown.map((one) => one.alive));
  const x = (index: number) => 6 + (index * (SPARK.width - 12)) / Math.max(1, shown.length - 1);
  const y = (alive: number) => SPARK.height - 6 - (alive * (SPARK.height - 12)) / most;
  const line = shown.map((one, index) => `${x(index)},${y(one.alive)}`).join(" ");
  const last = shown.length - 1;
  return svg("svg", { class: "spark", width: SPARK.width, height: SPARK.height, role: "img",
    "aria-label": `Alive at each mark: from ${points[0]!.alive} to ${points.at(-1)!.alive}` },
  svg("line", { class: "axis", x1: 0, x2: SPARK.width, y1: SPARK.height - 5.5,
    y2: SPARK.height - 5.5 }),
  svg("polyline", { class: "spark-line", points: line }),
  shown.length > 40 ? null : shown.map((one, index) =>
    svg("circle", { class: "spark-dot", cx: x(index), cy: y(one.alive), r: 3 },
      svg("title", {}, `${one.text}: ${one.alive}`))),
  svg("circle", { class: "spark-dot", cx: x(last), cy: y(shown[last]!.alive), r: 4 }));
}

export function growthView(context: Context): HTMLElement | null {
  const { growth, finding } = context.told;
  const { points } = growth;
  if (points.length === 0 && growth.trends.length === 0) return null;
  const few = thin(points, 12);
  const text = few.length === 0 ? null : h("p", {},
    `Alive at ${few[0]!.text} … ${few.at(-1)!.text}: `,
    h("strong", {}, few.map((one) => count(one.alive)).join(" → ")),
    points.length > few.length ? ` (${few.length} of ${plural(points.length, "mark")})` : "",
    finding.slope ? `; ${Number(finding.slope.toPrecision(3))} more at each` : "");
  return section("Growth", "growth",
    few.length === 0 ? null : h("div", { class: "growth" }, sparkline(points)), text,
    ...growth.trends.map((one) => h("p", {}, `soak: ${one}`)));
}
