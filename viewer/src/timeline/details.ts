// SPDX-License-Identifier: Apache-2.0
/* The panel about one lifetime. */
import type { App } from "../app";
import { link } from "../state";
import { bytes, count, duration } from "../ui/format";
import { append, type Children, h } from "../ui/h";
import { severityOf } from "../ui/severity";
import type { Cells, Facts } from "./facts";
import { stackOf } from "./stacks";

/** What a click in the panel may ask for. */
export interface PanelActions {
  select(id: number): void;
  look(fingerprint: string): void;
  zoom(): void;
  close(): void;
}

const TRAITS: Record<string, string> = {
  "one-shot": "to be called once", "must-close": "must be closed", quiet: "quiet after its close",
  "close-notice": "tells of a close", "process-life": "lasts as long as the process",
  left: "its close never returned: the thread ended the program in it",
};

function text(value: unknown): string {
  return value === null || value === undefined ? "" : String(value);
}

function subjectOf(life: Cells): string {
  const fd = life["kind"] === "fd";
  const use = Number(life["generation"]);
  const again = use > 1 ? `, the ${ordinal(use)} use of this ${fd ? "number" : "address"}` : "";
  return `${fd ? `descriptor ${text(life["subject"])}` : text(life["subject"])}${again}`;
}

function at(time: unknown): string {
  return typeof time === "number" ? duration(time) : "?";
}

function term(name: string, ...value: Children[]): Children {
  return [h("dt", {}, name), h("dd", {}, ...value)];
}

function born(life: Cells): Children {
  if (life["earlier"] === 1) return term("born", "before the recording began");
  const call = life["birth_call"] ? [" by ", h("code", {}, text(life["birth_call"]))] : [];
  const inherited = life["inherited"] === 1 ? " (inherited)" : "";
  return term("born", at(life["birth_ns"]), ...call, inherited,
    h("span", { class: "dim" }, ` thread ${text(life["birth_tid"])}`));
}

function died(life: Cells, end: number): Children {
  const birth = Number(life["birth_ns"] ?? 0);
  if (typeof life["death_ns"] !== "number") {
    const process = life["process_end"];
    const [until, says] = typeof process === "number" ? [process, "its process ended"] :
      [end, "the recording ended"];
    return [term("ended", h("strong", {}, "never"), `: still there when ${says}`,
      life["ending"] ? `, ${text(life["ending"])}` : ""),
    term("lived", duration(Math.max(0, until - birth)))];
  }
  const call = life["death_call"] ? [" by ", h("code", {}, text(life["death_call"]))] : [];
  return [
    term("ended", at(life["death_ns"]), ...call, life["ending"] ? `, ${text(life["ending"])}` : "",
      life["death_tid"] === null ? "" :
        h("span", { class: "dim" }, ` thread ${text(life["death_tid"])}`)),
    term("lived", duration(life["death_ns"] - birth)),
  ];
}

/** The thread that closed it ended the program: nothing hung. */
function isLeft(life: Cells): boolean {
  return text(life["traits"]).split(",").includes("left");
}

function closed(life: Cells): Children {
  if (life["kind"] !== "scope") return [];
  if (typeof life["close_ns"] !== "number") return term("close", "never called");
  const returned = typeof life["closed_ns"] === "number" ?
    `, returned after ${duration(life["closed_ns"] - life["close_ns"])}` :
    isLeft(life) ? ", in which the program ended" : ", never returned";
  return term("close", `${at(life["close_ns"])}${returned}`);
}

function traffic(life: Cells): Children {
  if (typeof life["out_count"] !== "number" && typeof life["in_count"] !== "number") return [];
  return term("traffic",
    `out ${count(Number(life["out_count"] ?? 0))} (${bytes(Number(life["out_bytes"] ?? 0))}), ` +
    `in ${count(Number(life["in_count"] ?? 0))} (${bytes(Number(life["in_bytes"] ?? 0))})`);
}

function more(life: Cells): Children {
  const addresses = [life["local_address"], life["remote_address"]].filter(Boolean).map(text);
  const traits = text(life["traits"]).split(",").filter(Boolean)
    .map((one) => TRAITS[one] ?? one);
  return [
    life["name"] ? term("name", text(life["name"])) : [],
    addresses.length > 0 ? term("address", h("code", {}, addresses.join(" → "))) : [],
    typeof life["tid"] === "number" ? term("thread", text(life["tid"])) : [],
    typeof life["refs"] === "number" ? term("references left", text(life["refs"])) : [],
    typeof life["fires"] === "number" ? term("called", `${text(life["fires"])} times`) : [],
    traits.length > 0 ? term("traits", traits.join(", ")) : [],
    traffic(life),
  ];
}

function findings(facts: Facts, actions: PanelActions): Children {
  return facts.findings.map((one) => {
    const severity = severityOf(text(one["state"]));
    const fingerprint = text(one["fingerprint"]);
    return h("div", { class: `tl-finding ${severity.css}` },
      h("span", { class: `badge ${severity.css}` },
        h("span", { "aria-hidden": "true" }, severity.symbol), severity.state),
      " ", h("a", { href: link("finding", fingerprint) }, text(one["rule"])),
      h("p", {}, text(one["message"])),
      h("button", { type: "button", onclick: () => actions.look(fingerprint) },
        "Show all it is about"));
  });
}

function lifeLink(row: Cells, actions: PanelActions, label: string): HTMLElement {
  const id = Number(row["id"]);
  return h("a", {
    href: link("timeline", "", { select: String(id) }),
    onclick: (event: MouseEvent) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      actions.select(id);
    },
  }, label);
}

function owners(facts: Facts, actions: PanelActions): Children {
  if (facts.owners.length === 0) return [h("h3", {}, "Belongs to"), h("p", {}, "nothing that is followed")];
  return [h("h3", {}, "Belongs to"), h("ol", { class: "tl-chain" }, facts.owners.map((row) =>
    h("li", {},
      lifeLink(row, actions, `${text(row["kind"])} ${text(row["name"] ?? row["class"])}`),
      row["hint"] === 1 ? h("span", { class: "dim" }, " (a hint)") : null,
      h("span", { class: "dim" }, typeof row["close_ns"] === "number" ?
        ` closed ${at(row["close_ns"])}` : typeof row["death_ns"] === "number" ?
          ` gone ${at(row["death_ns"])}` : " never ended"))))];
}

function owned(facts: Facts): Children {
  if (facts.owned.length === 0) return [];
  return [h("h3", {}, "Owns"), h("ul", { class: "tl-chain" }, facts.owned.map((row) =>
    h("li", {}, `${count(Number(row["count"]))} ${text(row["class"])}`,
      h("span", { class: "dim" }, ` ${text(row["kind"])}`))))];
}

function references(facts: Facts, actions: PanelActions): Children {
  if (facts.references.length === 0) return [];
  return [h("h3", {}, "Held by"), h("table", {},
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Holder"), h("th", { scope: "col" }, "For"),
      h("th", { scope: "col", class: "number" }, "Taken"),
      h("th", { scope: "col", class: "number" }, "Released"))),
    h("tbody", {}, facts.references.map((row) => h("tr", {},
      h("td", {}, typeof row["holder_id"] === "number" ?
        lifeLink({ id: row["holder_id"] }, actions, text(row["holder"])) :
        text(row["holder"]) || "nobody in particular"),
      h("td", {}, text(row["tag"])), h("td", { class: "number" }, text(row["retained"])),
      h("td", { class: "number" }, text(row["released"]))))))];
}

function acts(facts: Facts): Children {
  if (facts.acts.length === 0) return [];
  return [h("h3", {}, "What was done to it"), h("ul", { class: "tl-chain" }, facts.acts.map((row) =>
    h("li", {}, `${text(row["what"])}${row["call"] ? ` by ${text(row["call"])}` : ""}`,
      h("span", { class: "dim" }, ` ${at(row["time_ns"])}, thread ${text(row["tid"])}`))))];
}

/** Fills the panel. The heading takes the focus, so that it is read. */
export function showFacts(panel: HTMLElement, facts: Facts, app: App, end: number,
  actions: PanelActions): void {
  const { life } = facts;
  append(panel, [
    h("div", { class: "tl-panel-head" },
      h("h2", { tabindex: "-1" }, text(life["class"]), " ",
        h("span", { class: "dim" }, text(life["kind"]))),
      h("button", { type: "button", onclick: () => actions.zoom() }, "Zoom to it"),
      h("button", { type: "button", "aria-label": "Close the panel", onclick: () => actions.close() },
        "✕")),
    findings(facts, actions),
    h("dl", {}, term("what", subjectOf(life)), born(life), closed(life), died(life, end), more(life)),
    owners(facts, actions), references(facts, actions), owned(facts), acts(facts),
    h("h3", {}, "Stacks"),
    stackOf("Born at", facts.birth, app, true), stackOf("Closed at", facts.close, app, false),
    stackOf("Died at", facts.death, app, false),
    facts.birth.length + facts.death.length + facts.close.length === 0 ?
      h("p", {}, "None was taken.") : null,
  ]);
}

function ordinal(value: number): string {
  const end = value % 100 > 10 && value % 100 < 14 ? "th" : ["th", "st", "nd", "rd"][value % 10] ?? "th";
  return `${count(value)}${end}`;
}
