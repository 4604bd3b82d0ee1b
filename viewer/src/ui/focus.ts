// SPDX-License-Identifier: Apache-2.0
/* What is drawn anew while somebody is in it. */

/** Draws; if what had the focus was replaced, its successor (of the same data-key) gets it. */
export function keepFocus(root: Element, draw: () => void): void {
  const active = document.activeElement;
  const key = active && root.contains(active)
    ? active.closest("[data-key]")?.getAttribute("data-key") : null;
  draw();
  if (!key || root.contains(document.activeElement)) return;
  const next = root.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`);
  next?.focus({ preventScroll: true });
}
