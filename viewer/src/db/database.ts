// SPDX-License-Identifier: Apache-2.0
/*
 * A trace as the views see it: SQL in, rows out, off the main thread. One statement after the other; a
 * question that a newer one replaces is not asked at all.
 */
import { asset } from "../assets";
import type { Columns, Params, Row } from "./engine";
import type { Answer, Image, Loaded, Reply, Request } from "./messages";
import TraceWorker from "./worker?worker&inline";

export type { Columns, Params, Row, Value } from "./engine";

/** How many traces are asked something now; the page tells those who wait, or read the page aloud. */
let busy = 0;
let tell: (isBusy: boolean) => void = () => undefined;

export function onBusy(listener: (isBusy: boolean) => void): void {
  tell = listener;
  tell(busy > 0);
}

function count(change: number): void {
  busy += change;
  tell(busy > 0);
}

/** A file may be large: it moves to the worker, and is not copied. */
function given(request: Request): Transferable[] {
  if (request.op !== "load" || request.image.from === "text") return [];
  const { image } = request;
  return [(image.from === "bytes" ? image.bytes : image.frame).buffer as ArrayBuffer];
}

interface Waiting {
  request: Request;
  slot: string | null;
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

export class Database {
  private readonly worker = new TraceWorker({ name: "trace" });
  private readonly queue: Waiting[] = [];
  private current: Waiting | null = null;
  private id = 0;
  private broken: string | null = null;

  constructor() {
    this.worker.onmessage = (event: MessageEvent<Reply>) => this.finished(event.data);
    this.worker.onerror = (event) => {
      this.broken = event.message || "this browser could not start the page's worker";
      this.finished({ id: this.id, error: this.broken });
    };
    this.ask({ op: "start", binary: new Uint8Array(0) }, null).catch(() => undefined);
  }

  /** Put aside in favour of a newer question of the same slot: null. */
  private ask(request: Request, slot: string | null): Promise<Answer> {
    if (slot !== null) {
      const index = this.queue.findIndex((one) => one.slot === slot);
      if (index >= 0) this.queue.splice(index, 1)[0]!.resolve(null);
    }
    return new Promise((resolve, reject) => {
      this.queue.push({ request, slot, resolve, reject });
      if (this.current) return;
      count(1);
      void this.next();
    });
  }

  private async next(): Promise<void> {
    const waiting = this.queue.shift() ?? null;
    this.current = waiting;
    if (!waiting) {
      count(-1);
      return;
    }
    const { request } = waiting;
    try {
      if (this.broken !== null) throw new Error(this.broken);
      if (request.op === "start") request.binary = await asset("sqlite");
      this.worker.postMessage({ id: ++this.id, request }, given(request));
    } catch (error) {
      this.finished({ id: this.id, error: error instanceof Error ? error.message : String(error) });
    }
  }

  private finished(reply: Reply): void {
    const waiting = this.current;
    if (!waiting || reply.id !== this.id) return;
    if (reply.error !== undefined) waiting.reject(new Error(reply.error));
    else waiting.resolve(reply.answer ?? null);
    void this.next();
  }

  async load(image: Image): Promise<Loaded> {
    return (await this.ask({ op: "load", image }, null)) as Loaded;
  }

  async query<T = Row>(sql: string, params: Params = {}): Promise<T[]> {
    return (await this.ask({ op: "query", sql, params }, null)) as T[];
  }

  async columns(sql: string, params: Params = {}): Promise<Columns> {
    return (await this.ask({ op: "columns", sql, params }, null)) as Columns;
  }

  /** As query; null if a newer question of that slot came before this one was asked. */
  async queryLatest<T = Row>(slot: string, sql: string, params: Params = {}): Promise<T[] | null> {
    return (await this.ask({ op: "query", sql, params }, slot)) as T[] | null;
  }

  async columnsLatest(slot: string, sql: string, params: Params = {}): Promise<Columns | null> {
    return (await this.ask({ op: "columns", sql, params }, slot)) as Columns | null;
  }

  /** TEMP tables and indexes; :t0 stands for the trace's start. */
  async exec(sql: string): Promise<void> {
    await this.ask({ op: "exec", sql }, null);
  }

  close(): void {
    if (this.current) count(-1);
    this.current = null;
    this.worker.terminate();
  }
}
