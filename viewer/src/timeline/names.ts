// SPDX-License-Identifier: Apache-2.0
/* What tells a lifetime from its like: a descriptor's number and address, a name, else where it lies. */
import type { Asker } from "./tables";

/** Read for what is seen only, so many at once, and kept until there are too many. */
const MOST_ASKED = 400;
const MOST_KEPT = 20_000;

/** A 64-bit address is no number of the page: it comes as text. */
export const NAMES = `
SELECT id, kind, name, local_address AS local, remote_address AS remote, tid,
       CASE WHEN kind = 'fd' THEN CAST(subject AS TEXT) ELSE printf('0x%x', subject) END AS subject
FROM resource WHERE id IN (SELECT value FROM json_each(:ids))`;

interface NameRow {
  id: number;
  kind: unknown;
  name: unknown;
  local: unknown;
  remote: unknown;
  tid: unknown;
  subject: unknown;
}

/** Where there is room, and where there is little. */
export interface Name {
  long: string;
  short: string;
  /** it is only where it lies */
  bare: boolean;
}

export function nameOf(row: Omit<NameRow, "id">): Name {
  const own = row.name === null || row.name === "" ? "" : String(row.name);
  const addresses = [row.local, row.remote].filter((one) => one !== null && one !== "").join(" → ");
  const thread = row.kind === "thread" && row.tid !== null ? `thread ${String(row.tid)}` : "";
  const short = row.kind === "fd" ? `fd ${String(row.subject)}` : own || thread || String(row.subject);
  const more = [short === own ? "" : own, addresses, short === thread ? "" : thread];
  const bare = short === String(row.subject) && addresses === "";
  return { short, long: [short, ...more].filter(Boolean).join(" "), bare };
}

export class Names {
  private readonly known = new Map<number, Name>();
  private readonly wanted = new Set<number>();
  private asking = false;

  constructor(private readonly db: Asker, private readonly changed: () => void) {}

  /** undefined: not yet known; `ask` then asks. */
  get(id: number): Name | undefined {
    const name = this.known.get(id);
    if (!name && this.wanted.size < MOST_ASKED) this.wanted.add(id);
    return name;
  }

  async ask(): Promise<void> {
    if (this.asking || this.wanted.size === 0) return;
    const ids = [...this.wanted];
    this.wanted.clear();
    this.asking = true;
    const rows = await this.db.query<NameRow>(NAMES, { ids: JSON.stringify(ids) }).catch(() => []);
    this.asking = false;
    if (this.known.size > MOST_KEPT) this.known.clear();
    for (const row of rows) this.known.set(row.id, nameOf(row));
    if (rows.length > 0) this.changed();
  }
}
