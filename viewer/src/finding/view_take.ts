// SPDX-License-Identifier: Apache-2.0
/* What can be taken along: a suppression, and command lines to go on. */
import { h } from "../ui/h";
import { commandLines } from "./commands";
import { copyBox } from "./copy";
import { gateOf } from "./list";
import { HEADING } from "./suppression";
import { stateFails } from "../contract";
import { section, type Context } from "./view_parts";

function suppressionWhy(context: Context): string {
  const { finding, suppression, strict } = context.told;
  if (stateFails(finding.state) === "NEVER") return "It fails no gate, and needs no suppression.";
  if (!suppression) return "Nothing is known of it that a suppression could name.";
  const says = gateOf(finding, context.app.trace.gate);
  const others = suppression.covers.filter((one) => one.id !== finding.id).length;
  const also = others > 0
    ? ` It is about ${others} other finding${others === 1 ? "" : "s"} of this trace too.` : "";
  if (says && !says.fails) return `The gate lets it pass as it is.${also}`;
  return strict ? `It fails a gate with --strict only; this line lets it pass there.${also}`
    : `A line for the file of --suppressions that lets it pass, and no more of it.${also}`;
}

export function takeView(context: Context): HTMLElement {
  const { finding, suppression } = context.told;
  const { trace } = context.app;
  const text = suppression ? `${HEADING}\n${suppression.text}` : null;
  return section("To go on", "take",
    h("h3", {}, "Suppression"), h("p", {}, suppressionWhy(context)),
    text ? copyBox(context.app, "the suppression", text, "suppression") : null,
    h("h3", {}, "Commands"),
    ...commandLines(finding, trace.path || trace.name).map((one, index) =>
      h("div", {}, h("p", {}, one.does),
        copyBox(context.app, "the command", one.line, `command ${index}`))));
}
