// SPDX-License-Identifier: Apache-2.0
/* What page and worker tell each other. */
import type { Columns, Params, Row } from "./engine";

/** A trace as it comes: compressed text of the page, bytes of a file, or pages of the server. */
export type Image =
  | { from: "text"; text: string }
  | { from: "bytes"; bytes: Uint8Array }
  | { from: "pages"; frame: Uint8Array };

export type Request =
  | { op: "start"; binary: Uint8Array }
  | { op: "load"; image: Image }
  | { op: "query"; sql: string; params: Params }
  | { op: "columns"; sql: string; params: Params }
  | { op: "exec"; sql: string };

export type Answer = Row[] | Columns | Loaded | null;

export interface Loaded {
  startNs: string;
  revision: number;
}

export interface Envelope {
  id: number;
  request: Request;
}

export interface Reply {
  id: number;
  answer?: Answer;
  error?: string;
}
