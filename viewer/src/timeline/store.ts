// SPDX-License-Identifier: Apache-2.0
/*
 * What the lanes show, asked for as it comes into view. Small lanes are kept whole; large ones have a coarse
 * picture of all time, and one of the window that is seen: bars, or how many are alive where they are too
 * many. A question that has become old is not asked.
 */
import { barsByPath, barsOf, densityOf, densityOfBars, joinBars, pack, sumOf } from "./bars";
import type { Lane, One } from "./lanes";
import { EMPTY_BARS, type Bars, type Density, type Model, type Span } from "./model";
import { Names } from "./names";
import { readEnd, readModel, readSample } from "./read";
import {
  type Asker, barsSql, BELOW, birthsSql, deathsSql, EACH, prepare, smallSql,
} from "./tables";

/** A lane of no more is kept whole, until so many are kept. */
const SMALL = 1500;
const KEPT = 40_000;
/** More bars in a window are counted. */
const MOST_BARS = 1200;
const BUCKETS = 2048;
/** Before this many lifetimes a picture of a sample comes first. */
const LARGE = 60_000;
const EACH_PAGE = 50;
const OVERVIEW = 600;

/** What is known of a lane. */
export interface LaneData {
  /** all of it */
  bars: Bars | null;
  /** all of its time, not sharp */
  coarse: Density | null;
  /** the last window that was asked for */
  window: { span: Span; bars: Bars | null; density: Density | null } | null;
}

interface Large extends LaneData {
  asked: Span | null;
  coarseAsked: boolean;
}

interface EachRow {
  id: number;
  birth: number;
  death: number | null;
  alive: number;
  close: number | null;
  closed: number | null;
  name: string | null;
  subject: string;
}

export class Store {
  model: Model | null = null;
  /** "preparing ... 40 %"; null: all is there */
  progress: string | null = "reading the trace";
  /** why there is nothing; "": nothing is wrong */
  trouble = "";
  opening = false;
  /** rises when there may be other lanes than before */
  version = 0;
  /** how many are alive, of all */
  overview: Density | null = null;
  readonly names: Names;
  readonly each = new Map<number, One[]>();
  readonly below = new Map<number, Map<number, number>>();
  /** complete lanes: of a path, of a path below one lifetime, of one lifetime */
  private readonly whole = new Map<string, Bars>();
  private readonly large = new Map<string, Large>();
  private readonly densities = new WeakMap<Bars, Density>();
  private readonly asking = new Set<string>();
  private readonly again: (() => Promise<void>)[] = [];
  private ready = false;
  private kept = 0;

  constructor(
    private readonly db: Asker, private readonly told: { endNs: number; graceNs: number },
    public changed: () => void,
  ) {
    this.names = new Names(db, () => this.changed());
  }

  /** Makes the tables and reads what all lanes need; `trouble` says why it could not. */
  async open(): Promise<void> {
    this.opening = true;
    try {
      await this.read();
    } catch (error) {
      this.trouble = error instanceof Error ? error.message : String(error);
    }
    this.opening = false;
    this.changed();
    for (const again of this.again) await again();
  }

  private async read(): Promise<void> {
    const { end, lifetimes } = await readEnd(this.db, this.told.endNs);
    if (lifetimes > LARGE) await this.sample(end, lifetimes);
    await prepare(this.db, end, (part) => {
      if (lifetimes > LARGE) this.say(`Counts (≈) are estimates from a sample, without findings, while ` +
        `${lifetimes.toLocaleString("en-US")} lifetimes are sorted: ${Math.round(part * 100)} %`);
    });
    const model = await readModel(this.db, end, this.told.graceNs, lifetimes);
    this.whole.clear();
    this.large.clear();
    await this.keepSmall(model);
    if (!this.overview) await this.count(model);
    this.model = model;
    this.version++;
    this.ready = true;
    this.progress = null;
  }

  /** What was looked into before is looked into again, once all is there. */
  resume(before: Store): void {
    for (const path of before.each.keys()) this.again.push(() => this.more(path));
    for (const id of before.below.keys()) this.again.push(() => this.look(id));
  }

  private say(text: string): void {
    this.progress = text;
    this.changed();
  }

  private async sample(end: number, lifetimes: number): Promise<void> {
    const { model, lives } = await readSample(this.db, end, this.told.graceNs, lifetimes);
    for (const [path, { birth, death }] of lives) {
      const bars = { ...EMPTY_BARS, count: birth.length, birth, death, id: birth };
      const coarse = densityOfBars(bars, 0, end / 512, 512, model.weight);
      this.large.set(`${path}`, {
        bars: null, coarse, window: null, asked: null, coarseAsked: true,
      });
    }
    const all = [...lives.values()].map(({ birth, death }) =>
      ({ ...EMPTY_BARS, count: birth.length, birth, death, id: birth }));
    this.overview = densityOfBars(joinBars(all, end), 0, end / OVERVIEW, OVERVIEW, model.weight);
    this.model = model;
    this.version++;
    this.changed();
  }

  private async count(model: Model): Promise<void> {
    const columns = await this.db.columns("SELECT id, birth, death FROM temp.tl_lane ORDER BY birth");
    this.overview = densityOfBars(barsOf(columns, model.end), 0, model.end / OVERVIEW, OVERVIEW);
  }

  private async keepSmall(model: Model): Promise<void> {
    const paths: number[] = [];
    for (const row of [...model.paths].sort((a, b) => a.count - b.count)) {
      if (row.count > SMALL || this.kept + row.count > KEPT) break;
      this.kept += row.count;
      paths.push(row.path);
    }
    if (paths.length === 0) return;
    const found = barsByPath(await this.db.columns(smallSql(paths)), model.end);
    for (const [path, bars] of found) this.whole.set(`${path}`, bars);
  }

  private key(lane: Lane): string | null {
    const { source } = lane;
    if (source.from === "life") return `one ${source.id}`;
    if (source.from !== "paths") return null;
    const paths = source.paths.join(" ");
    return source.root === null ? paths : `${source.root}: ${paths}`;
  }

  /** What can be drawn now. */
  data(lane: Lane): LaneData | null {
    const key = this.key(lane);
    if (key === null) return null;
    const bars = this.whole.get(key) ?? this.joined(key, lane);
    if (!bars) return this.large.get(key) ?? this.sampled(key, lane);
    return { bars, coarse: bars.crowded ? this.counted(bars) : null, window: null };
  }

  /** Of a sample, what several classes come to. */
  private sampled(key: string, lane: Lane): LaneData | null {
    if (this.ready || lane.source.from !== "paths") return null;
    const parts = lane.source.paths.flatMap((path) => this.large.get(`${path}`)?.coarse ?? []);
    if (parts.length === 0) return null;
    const large = { bars: null, coarse: sumOf(parts), window: null, asked: null, coarseAsked: true };
    this.large.set(key, large);
    return large;
  }

  private counted(bars: Bars): Density {
    let density = this.densities.get(bars);
    if (!density) {
      const step = Math.max(1, Math.ceil((this.model!.end + 1) / BUCKETS));
      density = densityOfBars(bars, 0, step, BUCKETS);
      this.densities.set(bars, density);
    }
    return density;
  }

  private joined(key: string, lane: Lane): Bars | null {
    const { source } = lane;
    if (source.from !== "paths" || source.root !== null || source.paths.length < 2) return null;
    const parts = source.paths.map((path) => this.whole.get(`${path}`));
    if (parts.some((part) => !part)) return null;
    const bars = joinBars(parts as Bars[], this.model!.end);
    this.whole.set(key, bars);
    return bars;
  }

  /** Whether all of that lane's bars are there. */
  isWhole(lane: Lane): boolean {
    return !!this.data(lane)?.bars;
  }

  /** Asks for what these lanes lack in what is seen; `changed` tells when it came. */
  want(lanes: readonly Lane[], span: Span, width: number): void {
    if (!this.ready) return;
    for (const lane of lanes) {
      const key = this.key(lane);
      const { source } = lane;
      if (key === null || source.from !== "paths" || source.root !== null || this.isWhole(lane))
        continue;
      let large = this.large.get(key);
      if (!large) {
        large = { bars: null, coarse: null, window: null, asked: null, coarseAsked: false };
        this.large.set(key, large);
      }
      if (!large.coarseAsked) void this.askCoarse(key, large, source.paths);
      else if (large.coarse) void this.askWindow(key, large, source.paths, span, width);
    }
  }

  private async askCoarse(key: string, large: Large, paths: number[]): Promise<void> {
    large.coarseAsked = true;
    const { end } = this.model!;
    const step = Math.max(1, Math.ceil((end + 1) / BUCKETS));
    const density = await this.askDensity(key, paths, { from: 0, to: end }, step, BUCKETS);
    if (!density) {
      large.coarseAsked = false;
      return;
    }
    large.coarse = density;
    this.changed();
  }

  private async askDensity(
    key: string, paths: number[], span: Span, step: number, length: number,
  ): Promise<Density | null> {
    const { end } = this.model!;
    const params = { from: span.from, to: span.to, step };
    const births = this.db.columnsLatest(`tl births ${key}`, birthsSql(paths, span.from, end),
      params);
    const deaths = this.db.columnsLatest(`tl deaths ${key}`, deathsSql(paths, span.from, end),
      params);
    const [born, died] = await settled([births, deaths]);
    return born && died ? densityOf(born, died, span.from, step, length) : null;
  }

  /** A screen more at each side, so that panning finds something there. */
  private async askWindow(
    key: string, large: Large, paths: number[], span: Span, width: number,
  ): Promise<void> {
    const { end } = this.model!;
    const coarse = large.coarse!;
    const length = span.to - span.from;
    if (coarse.step <= (length / width) * 2) return; // sharp enough
    if (large.asked && holds(large.asked, span, end)) return;
    const wanted = {
      from: Math.max(0, Math.floor(span.from - length)), to: Math.min(end, Math.ceil(span.to + length)),
    };
    if (wanted.to <= wanted.from) return;
    large.asked = wanted;
    const found = await this.window(key, paths, wanted, width, coarse);
    if (large.asked !== wanted) return;
    if (!found) {
      large.asked = null; // the next picture asks again; there is nothing new to draw
      return;
    }
    large.window = { span: wanted, ...found };
    this.changed();
  }

  private async window(
    key: string, paths: number[], span: Span, width: number, coarse: Density,
  ): Promise<{ bars: Bars | null; density: Density | null } | null> {
    const { end } = this.model!;
    const step = Math.max(1, Math.ceil((span.to - span.from) / Math.max(300, width * 1.5)));
    if (fewIn(coarse, span)) {
      const [columns] = await settled([this.db.columnsLatest(`tl bars ${key}`,
        barsSql(paths, span.from, end, MOST_BARS + 1), { from: span.from, to: span.to })]);
      if (!columns) return null;
      const bars = columns.count <= MOST_BARS ? barsOf(columns, end) : null;
      if (bars && !bars.crowded) return { bars, density: null };
    }
    const length = Math.ceil((span.to - span.from) / step) + 1;
    const density = await this.askDensity(key, paths, span, step, length);
    return density ? { bars: null, density } : null;
  }

  /** The lifetimes of a class one by one: the first page, or one more. */
  async more(path: number): Promise<void> {
    const before = this.each.get(path)?.length ?? 0;
    await this.once(`each ${path}`, async () => {
      const first = JSON.stringify([...new Set(this.model!.flags.flatMap((flag) =>
        flag.member ? [flag.id, ...flag.owners] : []))]);
      const rows = await this.db.query<EachRow>(EACH, { path, most: before + EACH_PAGE, first });
      for (const row of rows) this.whole.set(`one ${row.id}`, this.oneBar(row));
      this.each.set(path, rows.map(({ id, name, subject }) => ({
        id, name: name ?? `${subject} · ${id}`,
      })));
    });
  }

  private oneBar(row: EachRow): Bars {
    const one = (value: number | null) => Float64Array.of(value ?? NaN);
    const birth = one(row.birth);
    const death = one(row.death);
    return {
      count: 1, id: one(row.id), birth, death, alive: one(row.alive), close: one(row.close), closed: one(row.closed),
      ...pack(birth, death, this.model!.end),
    };
  }

  /** All that belongs to that lifetime. */
  async look(id: number): Promise<void> {
    if (this.below.has(id)) return;
    await this.once(`below ${id}`, async () => {
      const found = barsByPath(await this.db.columns(BELOW, { id }), this.model!.end);
      this.below.set(id, new Map([...found].map(([path, bars]) => [path, bars.count])));
      for (const [path, bars] of found) this.whole.set(`${id}: ${path}`, bars);
    });
  }

  private async once(key: string, ask: () => Promise<void>): Promise<void> {
    if (!this.ready || this.asking.has(key)) return;
    this.asking.add(key);
    try {
      await ask();
      this.version++;
      this.changed();
    } catch {
      // The trace was replaced meanwhile, and its tables with it: the next picture asks again.
    } finally {
      this.asking.delete(key);
    }
  }
}

/** A question about tables that a newer image took away has no answer. */
async function settled<T>(asked: Promise<T | null>[]): Promise<(T | null)[]> {
  const all = await Promise.allSettled(asked);
  return all.map((one) => (one.status === "fulfilled" ? one.value : null));
}

/** Enough of a margin is left, and it is sharp enough. */
function holds(known: Span, span: Span, end: number): boolean {
  const length = span.to - span.from;
  const left = Math.max(0, span.from - length * 0.4);
  const right = Math.min(end, span.to + length * 0.4);
  return known.from <= left && known.to >= right && known.to - known.from <= length * 6;
}

/** Whether the coarse picture lets hope that they can be drawn one by one. */
function fewIn(coarse: Density, span: Span): boolean {
  const first = Math.max(0, Math.floor((span.from - coarse.from) / coarse.step));
  const last = Math.min(coarse.alive.length - 1,
    Math.floor((span.to - coarse.from) / coarse.step));
  let sum = 0;
  for (let i = first; i <= last; i++) sum += coarse.alive[i]!;
  return sum <= MOST_BARS * 20;
}

