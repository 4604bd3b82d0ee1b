// SPDX-License-Identifier: Apache-2.0
/* On paper: light, and with nothing folded away; afterwards as it was. */

let theme: string | undefined;
let opened: HTMLDetailsElement[] = [];

function before(): void {
  theme = document.documentElement.dataset["theme"];
  document.documentElement.dataset["theme"] = "light";
  dispatchEvent(new Event("themechange"));
  opened = [...document.querySelectorAll<HTMLDetailsElement>("main details:not([open])")];
  for (const details of opened) details.open = true;
}

function after(): void {
  if (theme === undefined) delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
  dispatchEvent(new Event("themechange"));
  for (const details of opened) details.open = false;
  opened = [];
}

export function preparePrint(): void {
  addEventListener("beforeprint", before);
  addEventListener("afterprint", after);
}
