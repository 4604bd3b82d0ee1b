// SPDX-License-Identifier: Apache-2.0
/* One recording that is open: its database, the facts that every view needs, and its changes. */
import { Database } from "./db/database";
import type { Image } from "./db/messages";
import type { Gate } from "./session";
import { SOURCES_SQL, topOf } from "./source";

export interface TraceFacts {
  /** CLOCK_MONOTONIC of the first process' start, as text; all other times count from it */
  startNs: string;
  /** the last moment that is known of */
  endNs: number;
  command: string;
  finished: boolean;
  graceNs: number;
}

const FACTS = `
SELECT max(
         coalesce((SELECT max(end_ns) FROM process), 0),
         coalesce((SELECT max(birth_ns) FROM resource), 0),
         coalesce((SELECT max(death_ns) FROM resource), 0),
         coalesce((SELECT max(time_ns) FROM mark), 0),
         coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'ended_ns'), 0),
         :t0) - :t0 AS end_ns,
       coalesce((SELECT value FROM meta WHERE key = 'command'),
                (SELECT command FROM process ORDER BY start_ns, id LIMIT 1), '') AS command,
       coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'finished'), 0) AS finished,
       coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'grace_ns'), 1000000000)
         AS grace_ns,
       (SELECT realtime_ns / 1000000 FROM process ORDER BY start_ns, id LIMIT 1) AS started_ms`;

/** A clock that says more is of another machine, or was set. */
const LASTS_MAX_NS = 30 * 24 * 3600 * 1e9;

interface FactsRow {
  end_ns: number;
  command: string;
  finished: number;
  grace_ns: number;
  started_ms: number | null;
}

export class Trace {
  readonly db = new Database();
  facts: TraceFacts = { startNs: "0", endNs: 0, command: "", finished: false, graceNs: 1e9 };
  live = false;
  /** its file was removed; what was read of it stays */
  gone = false;
  revision = 0;
  gate: Gate | null = null;
  /** of the file, in bytes */
  size = 0;
  /** what its programs' sources have in front; "" nothing worth a cut */
  top = "";
  private startedMs: number | null = null;
  loaded = false;
  /** why it cannot be shown; null: nothing is known against it */
  trouble: string | null = null;

  constructor(readonly name: string, readonly path: string) {}

  /** Rejects with a sentence. */
  async load(image: Image): Promise<void> {
    const loaded = await this.db.load(image);
    const [row] = await this.db.query<FactsRow>(FACTS);
    this.revision = loaded.revision;
    this.facts = {
      startNs: loaded.startNs,
      endNs: row!.end_ns,
      command: row!.command,
      finished: row!.finished === 1,
      graceNs: row!.grace_ns,
    };
    this.startedMs = row!.started_ms;
    const sources = await this.db.query<{ file: string }>(SOURCES_SQL);
    this.top = topOf(sources.map(({ file }) => file));
    this.loaded = true;
  }

  /** How long the run lasts by now; of a live one by the clock on the wall. */
  lastedNs(): number {
    const lasted = this.startedMs === null ? NaN : (Date.now() - this.startedMs) * 1e6;
    const { endNs } = this.facts;
    return this.live && lasted < LASTS_MAX_NS ? Math.max(endNs, lasted) : endNs;
  }
}
