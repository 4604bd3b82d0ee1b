// SPDX-License-Identifier: Apache-2.0
/* Blocks of data of the page: base64 of gzip. */

const CHUNK = 1 << 20; // of text, a multiple of four

function decode(text: string): Uint8Array {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** Rejects with a sentence where the text is cut short. */
export async function inflate(text: string): Promise<Uint8Array> {
  const clean = text.trim();
  let at = 0;
  const compressed = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at >= clean.length) {
        controller.close();
        return;
      }
      controller.enqueue(decode(clean.slice(at, at + CHUNK)));
      at += CHUNK;
    },
  });
  const gunzip = new DecompressionStream("gzip") as unknown as
    ReadableWritablePair<Uint8Array, Uint8Array>;
  try {
    return new Uint8Array(await new Response(compressed.pipeThrough(gunzip)).arrayBuffer());
  } catch (error) {
    throw new Error("this file is cut short or was changed: copy it again", { cause: error });
  }
}
