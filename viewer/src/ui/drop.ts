// SPDX-License-Identifier: Apache-2.0
/* Files that are dropped anywhere on the page, or chosen by a button. */
import { h } from "./h";

export class DropZone {
  private readonly input = h("input", {
    type: "file", multiple: true, accept: ".db", hidden: true, "aria-label": "Traces to open",
    onchange: () => this.take(this.input.files),
  });
  private readonly overlay = h("div", { class: "drop", hidden: true },
    h("p", {}, "Let go to open it beside what is there"));
  private depth = 0;

  constructor(root: HTMLElement, private readonly open: (files: File[]) => void) {
    root.append(this.input, this.overlay);
    addEventListener("dragenter", (event) => this.drag(event, 1));
    addEventListener("dragleave", (event) => this.drag(event, -1));
    addEventListener("dragover", (event) => {
      if (hasFiles(event)) event.preventDefault();
    });
    addEventListener("drop", (event) => this.drop(event));
  }

  button(text: string): HTMLButtonElement {
    return h("button", {
      type: "button", title: "Open a trace (.db), or drop it anywhere on the page",
      onclick: () => this.input.click(),
    }, text);
  }

  /** Enter and leave come for every element on the way. */
  private drag(event: DragEvent, change: number): void {
    if (!hasFiles(event)) return;
    event.preventDefault();
    this.depth = Math.max(0, this.depth + change);
    this.overlay.hidden = this.depth === 0;
  }

  private drop(event: DragEvent): void {
    if (!hasFiles(event)) return;
    event.preventDefault();
    this.depth = 0;
    this.overlay.hidden = true;
    this.take(event.dataTransfer!.files);
  }

  private take(files: FileList | null): void {
    const list = [...(files ?? [])];
    this.input.value = ""; // so that the same file can be chosen again
    if (list.length) this.open(list);
  }
}

function hasFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes("Files") ?? false;
}
