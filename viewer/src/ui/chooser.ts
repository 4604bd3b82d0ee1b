// SPDX-License-Identifier: Apache-2.0
/* Which of several traces is looked at. */
import type { Trace } from "../trace";
import { append, fill, h } from "./h";

export class Chooser {
  readonly element = h("label", { class: "chooser", hidden: true },
    h("span", { class: "hidden-text" }, "Trace"));
  private readonly select = h("select", { onchange: () => this.choose(Number(this.select.value)) });
  private shown = "";

  constructor(private readonly choose: (index: number) => void) {
    append(this.element, this.select);
  }

  draw(traces: readonly Trace[], chosen: Trace): void {
    this.element.hidden = traces.length < 2;
    const names = traces.map((trace, index) => nameOf(trace, index, traces));
    if (names.join("\n") !== this.shown) {
      this.shown = names.join("\n");
      fill(this.select, names.map((name, index) =>
        h("option", { value: index, title: traces[index]!.path }, name)));
    }
    this.select.value = String(traces.indexOf(chosen));
  }
}

/** Equal names are told apart by their number. */
export function nameOf(trace: Trace, index: number, traces: readonly Trace[]): string {
  const isOne = traces.filter((one) => one.name === trace.name).length === 1;
  const name = isOne ? trace.name : `${trace.name} (${index + 1})`;
  return trace.trouble === null ? name : `${name}: cannot be shown`;
}
