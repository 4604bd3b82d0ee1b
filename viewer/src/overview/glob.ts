// SPDX-License-Identifier: Apache-2.0
/* Patterns as fnmatch of C reads them, for what --scope and --mine say: *, ?, [a-z], [!a], \x. */

/** Where the bracket at `at` ends, and whether it takes the letter; null: it is a plain '['. */
function bracket(pattern: string, at: number, letter: string): [number, boolean] | null {
  let i = at + 1;
  const negated = pattern[i] === "!" || pattern[i] === "^";
  if (negated) i++;
  let found = false;
  for (let first = true; i < pattern.length; first = false) {
    if (pattern[i] === "]" && !first) return [i + 1, found !== negated];
    if (pattern[i] === "\\" && i + 1 < pattern.length) i++;
    const low = pattern[i]!;
    const isRange = pattern[i + 1] === "-" && i + 2 < pattern.length && pattern[i + 2] !== "]";
    const high = isRange ? pattern[i + 2]! : low;
    if (low <= letter && letter <= high) found = true;
    i += isRange ? 3 : 1;
  }
  return null;
}

/** What one element of the pattern takes of the letter: where the next begins; -1: it does not. */
function takes(pattern: string, at: number, letter: string): number {
  if (pattern[at] === "?") return at + 1;
  if (pattern[at] === "[") {
    const found = bracket(pattern, at, letter);
    if (found) return found[1] ? found[0] : -1;
  }
  const literal = pattern[at] === "\\" && at + 1 < pattern.length ? at + 1 : at;
  return pattern[literal] === letter ? literal + 1 : -1;
}

/**
 * Only the last star is tried anew, so that no pattern takes more than length times length steps.
 */
export function matches(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let resume = 0;
  while (t < text.length) {
    if (pattern[p] === "*") {
      star = ++p;
      resume = t;
      continue;
    }
    const next = p < pattern.length ? takes(pattern, p, text[t]!) : -1;
    if (next >= 0) {
      p = next;
      t++;
    } else if (star >= 0) {
      p = star;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (pattern[p] === "*") p++;
  return p === pattern.length;
}

/** A path or its last part. */
export function matchesPath(pattern: string, path: string): boolean {
  return path !== "" &&
    (matches(pattern, path) || matches(pattern, path.slice(path.lastIndexOf("/") + 1)));
}
