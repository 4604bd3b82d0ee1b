// SPDX-License-Identifier: Apache-2.0
/* The thread of one trace: its database, asked one question after the other. */
import sqlite3InitModule from "@sqlite.org/sqlite-wasm";
import { type Columns, Engine } from "./engine";
import { inflate } from "./inflate";
import type { Answer, Envelope, Image, Loaded, Reply, Request } from "./messages";
import { applyFrame, parseFrame } from "./pages";

let engine: Promise<Engine> | null = null;
let pages = new Uint8Array(0); // of a trace that may change: what the next frame is applied to

async function start(binary: Uint8Array): Promise<Engine> {
  const init = sqlite3InitModule as unknown as (options: object) =>
    ReturnType<typeof sqlite3InitModule>;
  const quiet = () => undefined;
  // It would say that it finds no file system of the browser's, which nobody wants here.
  Object.assign(globalThis, { sqlite3ApiConfig: { log: quiet, warn: quiet } });
  return new Engine(await init({ wasmBinary: binary, print: quiet, printErr: quiet }));
}

async function bytesOf(image: Image): Promise<{ bytes: Uint8Array; revision: number }> {
  if (image.from === "text") return { bytes: await inflate(image.text), revision: 0 };
  if (image.from === "bytes") return { bytes: image.bytes, revision: 0 };
  const frame = parseFrame(image.frame);
  pages = applyFrame(pages, frame) as typeof pages;
  return { bytes: pages, revision: frame.revision };
}

async function load(image: Image): Promise<Loaded> {
  const { bytes, revision } = await bytesOf(image);
  const opened = await engine!;
  opened.load(bytes);
  return { startNs: opened.startNs(), revision };
}

async function answer(request: Request): Promise<Answer> {
  if (request.op === "start") {
    engine = start(request.binary);
    await engine;
    return null;
  }
  if (request.op === "load") return load(request.image);
  const opened = await engine!;
  if (request.op === "query") return opened.query(request.sql, request.params);
  if (request.op === "columns") return opened.columns(request.sql, request.params);
  opened.exec(request.sql);
  return null;
}

function transferred(answer: Answer): Transferable[] {
  const data = (answer as Columns | null)?.data;
  if (!Array.isArray(data)) return [];
  return data.filter((one) => one instanceof Float64Array).map((one) => one.buffer as ArrayBuffer);
}

// One after the other: a load is not overtaken by a question.
let last: Promise<void> = Promise.resolve();

self.onmessage = (event: MessageEvent<Envelope>) => {
  const { id, request } = event.data;
  last = last.then(async () => {
    const reply: Reply = { id };
    try {
      reply.answer = await answer(request);
    } catch (error) {
      reply.error = error instanceof Error ? error.message : String(error);
    }
    self.postMessage(reply, { transfer: reply.answer ? transferred(reply.answer) : [] });
  });
};
