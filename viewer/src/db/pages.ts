// SPDX-License-Identifier: Apache-2.0
/* Frames of the server: pages of a trace that changed, put where they belong. */

const MAGIC = 0x504b5452; // "RTKP", little endian
const HEAD = 24;

export interface Frame {
  revision: number;
  pageSize: number;
  pageCount: number;
  indexes: Uint32Array;
  pages: Uint8Array;
}

/** Throws a sentence where the frame is none, or is cut short. */
export function parseFrame(bytes: Uint8Array): Frame {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEAD || view.getUint32(0, true) !== MAGIC || view.getUint32(4, true) !== 1)
    throw new Error("the server's answer is of another version of rtctrack: reload the page");
  const pageSize = view.getUint32(12, true);
  const pageCount = view.getUint32(16, true);
  const count = view.getUint32(20, true);
  const pages = HEAD + count * 4;
  if (count > pageCount || bytes.length !== pages + count * pageSize)
    throw new Error("the server's answer is cut short: reload the page");
  const indexes = new Uint32Array(count);
  for (let i = 0; i < count; i++) indexes[i] = view.getUint32(HEAD + i * 4, true);
  return {
    revision: view.getUint32(8, true), pageSize, pageCount, indexes, pages: bytes.subarray(pages),
  };
}

/** The image after the frame; a new one, or before's memory where the size is the same. */
export function applyFrame(before: Uint8Array, frame: Frame): Uint8Array {
  const size = frame.pageSize * frame.pageCount;
  let image = before;
  if (before.length !== size) {
    image = new Uint8Array(size);
    image.set(before.subarray(0, size));
  }
  frame.indexes.forEach((index, i) => {
    if (index >= frame.pageCount) throw new Error("the server's answer is damaged: reload the page");
    const start = i * frame.pageSize;
    image.set(frame.pages.subarray(start, start + frame.pageSize), index * frame.pageSize);
  });
  return image;
}
