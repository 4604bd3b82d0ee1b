// SPDX-License-Identifier: Apache-2.0
/* Files of the user's own: dropped on the page, or chosen. Nothing of them leaves the page. */
import { bytes as bytesSay } from "./ui/format";

/** More does not fit into what a browser gives a page: SQLite's memory is 32 bits wide. */
export const FILE_MAX = 1.5 * 2 ** 30;

/** What is wrong with a file before it is read; null: nothing that shows. */
export function fileTrouble(name: string, size: number): string | null {
  if (size === 0) return "it is empty: was the recording copied while it was made?";
  if (/\.db-(wal|shm)$/.test(name))
    return "it belongs to a trace that is still recorded, or whose recorder was killed: " +
      "'rtctrack view' with the .db beside it shows both";
  if (size > FILE_MAX)
    return `it has ${bytesSay(size)}, and a page can hold ${bytesSay(FILE_MAX)}: ` +
      "'rtctrack report' reads it, and 'rtctrack run --trace-budget' makes smaller ones";
  return null;
}

const HEADER = 20;
const WRITE_VERSION = 18; // 2: SQLite keeps the newest rows in a file beside it

/** Of a trace that was not closed in order: a part of it lies elsewhere. */
export function isUnclosed(head: Uint8Array): boolean {
  return head.length >= HEADER && head[WRITE_VERSION] === 2;
}

export async function readFile(file: File): Promise<Uint8Array> {
  const trouble = fileTrouble(file.name, file.size);
  if (trouble) throw new Error(trouble);
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch (error) {
    throw new Error("it cannot be read: is it a folder, or was it removed meanwhile?",
      { cause: error });
  }
}
