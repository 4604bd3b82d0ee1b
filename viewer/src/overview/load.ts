// SPDX-License-Identifier: Apache-2.0
/* What the overview asks of a trace, in the order in which it is shown: findings first. */
import type { Columns, Params, Row } from "../db/engine";
import type { Trace } from "../trace";
import { numberOf } from "./cells";
import {
  type Coverage, coverageOf, NOTES_SQL, STRAYS_SQL, straysSay, TELLER_SQL,
} from "./coverage";
import { CLOSES_SQL, FOUND_SQL, type Lane, lanesOf, MARKS_SQL } from "./events";
import {
  blamedOf, FRAMES_SQL, type Known, MARK_SQL, membersOf, SCOPES_SQL, scopesOf, SINCE_SQL, sinceNs,
  type Wishes,
} from "./filter";
import { CAUSES_SQL, type Finding, FINDINGS_SQL, findingsOf } from "./findings";
import { DURATION_SQL, META_SQL, PROCESSES_SQL, type Run, runOf } from "./run";
import {
  type Course, EXACT_MAX, exactCourse, exactSql, FOLDED_SQL, foldedOf, INHERITED_SQL, inheritedOf,
  SIZE_SQL, steppedCourse, STEPS, stepsSql, stepOf,
} from "./series";
import { type Soak, soakOf, TRENDS_SQL } from "./soak";
import { DEADLOCK_SQL, PLACES_SQL, STANDING_SQL, type Stood, stoodOf } from "./threads";
import { PARTS_SQL, type Tree, treeOf } from "./tree";

export interface Main {
  run: Run;
  findings: Finding[];
  /** that there are */
  total: number;
  coverage: Coverage;
  strays: string | null;
}

export interface Rest {
  soak: Soak | null;
  stood: { lines: Stood[]; more: number };
  deadlock: string | null;
  tree: Tree;
}

export class Loader {
  /** what could not be read: the rest is shown all the same */
  readonly troubles = new Set<string>();

  constructor(private readonly trace: Trace) {}

  private async ask(sql: string, params: Params = {}): Promise<Row[]> {
    try {
      return await this.trace.db.query(sql, params);
    } catch (error) {
      this.troubles.add(error instanceof Error ? error.message : String(error));
      return [];
    }
  }

  private async askColumns(sql: string): Promise<Columns> {
    try {
      return await this.trace.db.columns(sql);
    } catch (error) {
      this.troubles.add(error instanceof Error ? error.message : String(error));
      return { names: [], count: 0, data: [] };
    }
  }

  async main(): Promise<Main> {
    const [findings, causes, meta, processes, notes, strays, duration] = await Promise.all(
      [FINDINGS_SQL, CAUSES_SQL, META_SQL, PROCESSES_SQL, NOTES_SQL, STRAYS_SQL, DURATION_SQL]
        .map((sql) => this.ask(sql))) as [Row[], Row[], Row[], Row[], Row[], Row[], Row[]];
    const run = runOf(meta, processes, duration[0], this.trace.live);
    if (run.live) run.durationNs = Math.max(run.durationNs, this.trace.lastedNs());
    const coverage = coverageOf(run, notes, strays);
    const first = coverage.strays[0];
    const teller = first ? await this.ask(TELLER_SQL, { stack: first.stackId }) : [];
    return {
      run, coverage,
      findings: findingsOf(findings, causes, this.trace.gate),
      total: numberOf(findings[0], "total"),
      strays: straysSay(coverage, teller[0]),
    };
  }

  /** What only some wishes need. trouble: why one of them chooses nothing. */
  async known(wishes: Wishes): Promise<{ known: Known; trouble: string | null }> {
    const known: Known = { scopes: new Map(), since: new Map(), mine: new Map() };
    let trouble: string | null = null;
    if (wishes.scope) known.scopes = scopesOf(await this.ask(SCOPES_SQL));
    if (wishes.mine) known.mine = blamedOf(wishes.mine, await this.ask(FRAMES_SQL));
    if (wishes.since) {
      const since = await this.sinceOf(wishes.since);
      if (since === null) trouble = `--since ${wishes.since}: there is no such mark`;
      else known.since = membersOf(await this.ask(SINCE_SQL, { since }));
    }
    return { known, trouble };
  }

  private async sinceOf(text: string): Promise<number | null> {
    const ns = sinceNs(text);
    if (ns !== null) return ns;
    const [mark] = await this.ask(MARK_SQL, { text });
    return mark ? numberOf(mark, "at") : null;
  }

  async rest(run: Run): Promise<Rest> {
    const [trends, standing, places, deadlock, parts] = await Promise.all(
      [TRENDS_SQL, STANDING_SQL, PLACES_SQL, DEADLOCK_SQL, PARTS_SQL].map((sql) => this.ask(sql)),
    ) as [Row[], Row[], Row[], Row[], Row[]];
    const fingerprint = deadlock[0]?.["fingerprint"];
    return {
      soak: soakOf(run, trends),
      stood: stoodOf(run, standing, places),
      deadlock: typeof fingerprint === "string" ? fingerprint : null,
      tree: treeOf(run.processes, parts),
    };
  }

  async course(run: Run): Promise<Course> {
    const endNs = Math.max(1, run.durationNs);
    const [size] = await this.ask(SIZE_SQL);
    const joined = numberOf(size, "processes") > 1;
    const folded = foldedOf(await this.ask(FOLDED_SQL), endNs);
    const inherited = inheritedOf(await this.ask(INHERITED_SQL));
    const step = stepOf(endNs);
    const course = numberOf(size, "few") <= EXACT_MAX
      ? exactCourse(await this.askColumns(exactSql(joined)), folded, endNs)
      : steppedCourse(await this.ask(stepsSql(joined), { step }), folded, endNs, step);
    return { ...course, inherited };
  }

  async lanes(run: Run): Promise<Lane[]> {
    const endNs = Math.max(1, run.durationNs);
    const step = Math.max(1, Math.ceil(endNs / STEPS));
    const [found, closes, marks] = await Promise.all(
      [FOUND_SQL, CLOSES_SQL, MARKS_SQL].map((sql) => this.ask(sql, { step })),
    ) as [Row[], Row[], Row[]];
    return lanesOf(found, closes, marks, endNs);
  }
}
