// SPDX-License-Identifier: Apache-2.0
/* Light or dark: as the system says, until the user chooses. */

const KEY = "rtctrack-theme";

/** A file that opens from disk may have no storage. */
function stored(): string | null {
  try {
    const chosen = localStorage.getItem(KEY);
    return chosen === "dark" || chosen === "light" ? chosen : null;
  } catch {
    return null;
  }
}

const system = matchMedia("(prefers-color-scheme: dark)");

function show(theme: string): void {
  document.documentElement.dataset["theme"] = theme;
  dispatchEvent(new Event("themechange"));
}

/** As chosen before, else as the system says now and from now on. */
export function restoreTheme(): void {
  show(stored() ?? (system.matches ? "dark" : "light"));
  system.addEventListener("change", () => {
    if (stored() === null) show(system.matches ? "dark" : "light");
  });
}

export function toggleTheme(): void {
  const chosen = document.documentElement.dataset["theme"] === "dark" ? "light" : "dark";
  try {
    localStorage.setItem(KEY, chosen);
  } catch {
    // then it holds for as long as the page is open
  }
  show(chosen);
}

/** What a canvas has to ask for: a variable of theme.css. Views draw anew on "themechange". */
export function themeColor(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
