// SPDX-License-Identifier: Apache-2.0
/* The blocks of data that lie in the page. */
import { inflate } from "./db/inflate";

/** The block's text; null: there is none. It is taken out of the page, which may be large. */
export function takeBlock(id: string): string | null {
  const element = document.getElementById(`rtctrack-${id}`);
  const text = element?.textContent ?? null;
  element?.remove();
  return text;
}

const assets = new Map<string, Promise<Uint8Array>>();

/** A binary that the page was built with, a copy for each who asks. */
export async function asset(name: string): Promise<Uint8Array> {
  let found = assets.get(name);
  if (!found) {
    const text = takeBlock(name);
    if (text === null) throw new Error(`this page lacks its part '${name}': copy the file again`);
    found = inflate(text);
    assets.set(name, found);
  }
  return found;
}
