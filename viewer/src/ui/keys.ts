// SPDX-License-Identifier: Apache-2.0
/* Keys as the help names them. */

/** What is a key of its own, and what only joins keys: "w s, Ctrl and wheel". */
export function keysOf(keys: string): { text: string; isKey: boolean }[] {
  return keys.split(/(, +| +and +| +– +| +)/).map((text, index) =>
    ({ text, isKey: index % 2 === 0 }));
}
