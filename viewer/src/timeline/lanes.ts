// SPDX-License-Identifier: Apache-2.0
/* The tree at the left: which lanes there are, which are open, and where each lies. */
import { severityOf } from "../ui/severity";
import { familiesOf } from "./processes";
import { kindRank, type Flag, type Folded, type Model, type PathRow, type ProcessRow,
  type Wait } from "./model";

/** Where a lane's bars come from. */
export type Source =
  | { from: "process"; process: ProcessRow }
  | { from: "processes"; processes: readonly ProcessRow[] }
  | { from: "paths"; paths: number[]; root: number | null }
  | { from: "life"; id: number }
  | { from: "wait"; wait: Wait }
  | { from: "folded"; folded: Folded }
  | { from: "none" };

export interface Lane {
  /** the same for the same lane in every reading of the trace: stands in the URL */
  key: string;
  depth: number;
  label: string;
  kind: string;
  count: number;
  /** the count is an estimate, or that of sums */
  about: boolean;
  hint: boolean;
  openable: boolean;
  open: boolean;
  source: Source;
  /** what has to be read before it can be shown open */
  needs: { each: number } | { below: number } | null;
  /** below it, itself included: members of findings, and the worst state of them */
  flagged: number;
  state: string | null;
  /** the members, of this very lane, and of what is folded into it */
  flags: readonly Flag[];
  below: readonly Flag[];
  y: number;
  height: number;
  /** among its siblings, from 1 */
  position: number;
  siblings: number;
}

/** One lifetime as a lane of its own. */
export interface One {
  id: number;
  name: string;
}

/** What somebody has looked into. */
export interface Inner {
  /** a page of the lifetimes of a path */
  each: ReadonlyMap<number, readonly One[]>;
  /** how many of each path belong to one lifetime */
  below: ReadonlyMap<number, ReadonlyMap<number, number>>;
}

export interface Choice {
  /** lanes that are not as they would be by themselves */
  toggled: ReadonlySet<string>;
  /** empty: all */
  kinds: ReadonlySet<string>;
  states: ReadonlySet<string>;
  onlyFindings: boolean;
  text: string;
}

export const NO_CHOICE: Choice = {
  toggled: new Set(), kinds: new Set(), states: new Set(), onlyFindings: false, text: "",
};

/** So few lanes are all shown. */
const FEW = 48;
const FEW_PROCESSES = 4;
/** A list longer than this is cut, and says so. */
const LONGEST = 300;

interface Facts {
  children: Map<number | null, PathRow[]>;
  byPath: Map<number, PathRow>;
  flags: Map<number, Flag[]>;
  /** of all below */
  deep: Map<number, Flag[]>;
}

function factsOf(model: Model, choice: Choice): Facts {
  const facts: Facts = { children: new Map(), byPath: new Map(), flags: new Map(), deep: new Map() };
  for (const row of model.paths) facts.byPath.set(row.path, row);
  for (const row of model.paths) {
    const parent = row.parent !== null && facts.byPath.has(row.parent) ? row.parent : null;
    const list = facts.children.get(parent);
    if (list) list.push(row);
    else facts.children.set(parent, [row]);
  }
  for (const flag of model.flags) {
    if (!flag.member || (choice.states.size > 0 && !choice.states.has(flag.state))) continue;
    const own = facts.flags.get(flag.path);
    if (own) own.push(flag);
    else facts.flags.set(flag.path, [flag]);
    climb(facts, flag);
  }
  return facts;
}

function climb(facts: Facts, flag: Flag): void {
  let path: number | null = flag.path;
  for (let i = 0; path !== null && i < 64; i++) {
    const deep = facts.deep.get(path);
    if (deep) deep.push(flag);
    else facts.deep.set(path, [flag]);
    path = facts.byPath.get(path)?.parent ?? null;
  }
}

function worst(flags: readonly Flag[]): string | null {
  let state: string | null = null;
  for (const flag of flags)
    if (state === null || severityOf(flag.state).rank < severityOf(state).rank) state = flag.state;
  return state;
}

/** Several findings may name one. */
function lives(flags: readonly Flag[]): number {
  return new Set(flags.map((flag) => flag.id)).size;
}

/** A thread that hangs is one of the lifetimes, if it has one: the main one has none. */
function hanging(flags: readonly Flag[], hangs: readonly Wait[]): number {
  const threads = hangs.map((one) => one.thread ?? `w${one.id}`);
  return new Set([...flags.map((flag) => flag.id), ...threads]).size;
}

/** Those with findings first, then scopes, then kind by kind; of equal ones the earlier. */
function ordered(rows: PathRow[], facts: Facts): PathRow[] {
  const rank = (row: PathRow) => {
    const state = worst(facts.deep.get(row.path) ?? []);
    return state === null ? 100 : severityOf(state).rank;
  };
  return [...rows].sort((a, b) =>
    Math.min(rank(a), 100) - Math.min(rank(b), 100) || kindRank(a.kind) - kindRank(b.kind) ||
    a.first - b.first || b.count - a.count || a.path - b.path);
}

/** Builds the list; one for each drawing, since it is cheap. */
class Builder {
  readonly lanes: Lane[] = [];
  private readonly facts: Facts;
  private readonly few: boolean;
  /** how deep processes stand */
  private base = 0;
  /** those that the filter names */
  private readonly named: ReadonlySet<number>;

  constructor(
    private readonly model: Model, private readonly choice: Choice, private readonly inner: Inner,
  ) {
    this.facts = factsOf(model, choice);
    this.few = model.paths.length <= FEW;
    this.named = new Set(choice.text === "" ? [] : model.processes.filter((one) =>
      `${one.name} ${one.pid}`.toLowerCase().includes(choice.text.toLowerCase())).map((one) => one.id));
  }

  private isOpen(key: string, byItself: boolean): boolean {
    return this.choice.toggled.has(key) ? !byItself : byItself;
  }

  private filtered(): boolean {
    const { kinds, states, onlyFindings, text } = this.choice;
    return kinds.size > 0 || states.size > 0 || onlyFindings || text !== "";
  }

  private matches(row: PathRow): boolean {
    const { kinds, states, onlyFindings, text } = this.choice;
    if (kinds.size > 0 && !kinds.has(row.kind)) return false;
    if ((states.size > 0 || onlyFindings) && !this.facts.flags.has(row.path)) return false;
    return text === "" || this.named.has(row.process) ||
      row.cls.toLowerCase().includes(text.toLowerCase());
  }

  /** What it leads to is kept, too. */
  private kept(row: PathRow, depth = 0): boolean {
    if (!this.filtered() || this.matches(row)) return true;
    return depth < 64 &&
      (this.facts.children.get(row.path) ?? []).some((one) => this.kept(one, depth + 1));
  }

  private push(lane: Partial<Lane> & Pick<Lane, "key" | "depth" | "label" | "source">): Lane {
    const full: Lane = {
      kind: "", count: 0, about: false, hint: false, openable: false, open: false, flagged: 0,
      state: null, flags: [], below: [], needs: null, y: 0, height: 0, position: 1, siblings: 1, ...lane,
    };
    this.lanes.push(full);
    return full;
  }

  build(): Lane[] {
    const roots = (this.facts.children.get(null) ?? []).filter((row) => this.kept(row));
    const known = new Set(this.model.processes.map((one) => one.id));
    const processes = [...this.model.processes];
    for (const row of roots)
      if (!known.has(row.process)) {
        known.add(row.process);
        processes.push({
          id: row.process, pid: 0, ppid: 0, name: `process ${row.process}`, start: 0, end: this.model.end,
          count: 0,
        });
      }
    const told = new Set(this.model.waits.filter((one) => one.state !== null)
      .map((one) => one.process));
    for (const row of roots) if (this.facts.deep.has(row.path)) told.add(row.process);
    for (const list of familiesOf(processes, (one) => !told.has(one.id)))
      if (list.length === 1) this.process(list[0]!, roots);
      else this.alike(list, roots);
    return this.lanes;
  }

  private alike(list: ProcessRow[], roots: PathRow[]): void {
    const ids = new Set(list.map((one) => one.id));
    if (this.filtered() && !roots.some((row) => ids.has(row.process))) return;
    const key = `g${list[0]!.id}`;
    const open = this.isOpen(key, false);
    this.push({
      key, depth: 0, label: `${list.length} × ${list[0]!.name}`, kind: "process",
      count: list.reduce((sum, one) => sum + one.count, 0), openable: true, open,
      source: { from: "processes", processes: list },
    });
    if (!open) return;
    this.base = 1;
    for (const process of list) this.process(process, roots);
    this.base = 0;
  }

  private process(process: ProcessRow, roots: PathRow[]): void {
    const own = roots.filter((row) => row.process === process.id);
    const waits = this.model.waits.filter((one) => one.process === process.id);
    const folded = this.model.folded.filter((one) => one.process === process.id);
    const deep = own.flatMap((row) => this.facts.deep.get(row.path) ?? []);
    const hangs = waits.filter((one) => one.state !== null);
    if (this.filtered() && own.length === 0) return;
    const key = `p${process.id}`;
    const few = this.model.processes.length <= FEW_PROCESSES;
    const open = this.isOpen(key, few || deep.length > 0 || hangs.length > 0);
    this.push({
      key, depth: this.base, label: process.pid > 0 ? `${process.name} ${process.pid}` : process.name,
      kind: "process", count: process.count, openable: own.length + waits.length > 0, open,
      source: { from: "process", process }, flagged: hanging(deep, hangs),
      state: worst(deep) ?? hangs[0]?.state ?? null, below: open ? [] : deep,
    });
    if (!open) return;
    if (!this.filtered()) this.waits(key, waits, hangs);
    this.loose(key, own);
    if (!this.filtered()) this.folded(key, folded);
  }

  private waits(parent: string, waits: Wait[], hangs: Wait[]): void {
    if (waits.length === 0) return;
    const key = `${parent}.waits`;
    const open = this.isOpen(key, hangs.length > 0);
    this.push({
      key, depth: this.base + 1, label: "waiting at the end", kind: "thread", count: waits.length,
      openable: true, open, source: { from: "none" }, flagged: hangs.length,
      state: hangs[0]?.state ?? null,
    });
    if (!open) return;
    for (const wait of waits)
      this.push({
        key: `w${wait.id}`, depth: this.base + 2, label: wait.name, kind: "thread", count: 1,
        source: { from: "wait", wait }, flagged: wait.state === null ? 0 : 1, state: wait.state,
      });
  }

  /** Scopes with what belongs to them; all else by kind. */
  private loose(parent: string, own: PathRow[]): void {
    const groups = new Map<string, PathRow[]>();
    for (const row of ordered(own, this.facts)) {
      const nests = row.kind === "scope" || this.facts.children.has(row.path);
      const name = nests ? `path ${row.path}` : row.kind;
      const group = groups.get(name);
      if (group) group.push(row);
      else groups.set(name, [row]);
    }
    let shown = 0;
    for (const [name, rows] of groups) {
      if (++shown > LONGEST) continue;
      if (rows.length === 1) this.path(rows[0]!, this.base + 1, null);
      else this.kind(`${parent}.${name}`, name, rows);
    }
    this.left(parent, this.base + 1, groups.size - LONGEST);
  }

  private left(parent: string, depth: number, left: number): void {
    if (left <= 0) return;
    this.push({
      key: `${parent}.left`, depth, label: `${left} more classes: filter by name`, count: left,
      source: { from: "none" },
    });
  }

  private kind(key: string, kind: string, rows: PathRow[]): void {
    const flags = rows.flatMap((row) => this.facts.flags.get(row.path) ?? []);
    const open = this.isOpen(key, flags.length > 0 || this.filtered());
    const sampled = this.model.weight > 1; // whose they are is not known yet
    this.push({
      key, depth: this.base + 1, label: sampled ? kind : `${kind}, of no scope`, kind, about: sampled,
      count: rows.reduce((sum, row) => sum + row.count, 0), openable: true, open,
      source: { from: "paths", paths: rows.slice(0, 50).map((row) => row.path), root: null },
      flagged: lives(flags), state: worst(flags), flags,
    });
    if (!open) return;
    for (const row of rows.slice(0, LONGEST)) this.path(row, this.base + 2, null);
    this.left(key, this.base + 2, rows.length - LONGEST);
  }

  /** A class, of all its owners, or of one (`root`) of them. */
  private path(row: PathRow, depth: number, root: number | null): void {
    const counts = root === null ? null : (this.inner.below.get(root) ?? new Map<number, number>());
    const children = ordered(this.facts.children.get(row.path) ?? [], this.facts)
      .filter((one) => this.kept(one) && (!counts || counts.has(one.path)));
    const mine = (flag: Flag) => root === null || flag.owners.includes(root);
    const deep = (this.facts.deep.get(row.path) ?? []).filter(mine);
    const key = root === null ? `c${row.path.toString(36)}` : `i${root}.${row.path.toString(36)}`;
    const count = counts?.get(row.path) ?? row.count;
    const nests = children.length > 0;
    const open = nests && this.isOpen(key,
      root !== null || this.few || deep.length > 0 || this.filtered());
    const flags = (this.facts.flags.get(row.path) ?? []).filter(mine);
    this.push({
      key, depth, label: row.cls || "(no class)", kind: row.kind, count, about: this.model.weight > 1,
      hint: row.hint, openable: nests, open, source: { from: "paths", paths: [row.path], root },
      flagged: lives(deep), state: worst(deep), flags,
      below: open ? [] : deep.filter((flag) => flag.path !== row.path),
    });
    if (!open) return;
    if (row.parent === null && row.count > 1) this.each(row, depth + 1);
    for (const child of children.slice(0, LONGEST)) this.path(child, depth + 1, root);
    this.left(key, depth + 1, children.length - LONGEST);
  }

  private each(row: PathRow, depth: number): void {
    const key = `e${row.path.toString(36)}`;
    const open = this.isOpen(key, false);
    const ones = this.inner.each.get(row.path) ?? [];
    this.push({
      key, depth, label: "one by one", kind: row.kind, count: row.count, openable: true, open,
      source: { from: "none" }, needs: { each: row.path },
    });
    if (!open) return;
    for (const one of ones) this.one(row, one, depth + 1);
    if (ones.length > 0 && ones.length < row.count)
      this.push({
        key: `${key}.more`, depth: depth + 1, count: row.count - ones.length,
        label: "more: press to show", source: { from: "none" }, needs: { each: row.path },
      });
  }

  private one(row: PathRow, one: One, depth: number): void {
    const key = `i${one.id}`;
    const counts = this.inner.below.get(one.id);
    const open = this.isOpen(key, false);
    const deep = (this.facts.deep.get(row.path) ?? [])
      .filter((flag) => flag.id === one.id || flag.owners.includes(one.id));
    const { onlyFindings, states } = this.choice;
    if ((onlyFindings || states.size > 0) && deep.length === 0) return;
    this.push({
      key, depth, label: one.name || `${row.cls} ${one.id}`, kind: row.kind, count: 1,
      openable: this.facts.children.has(row.path), open, source: { from: "life", id: one.id },
      needs: { below: one.id },
      flagged: lives(deep), state: worst(deep), flags: deep.filter((flag) => flag.id === one.id),
      below: open ? [] : deep.filter((flag) => flag.id !== one.id),
    });
    if (!open || !counts) return;
    const children = ordered(this.facts.children.get(row.path) ?? [], this.facts);
    for (const child of children.filter((child) => counts.has(child.path)))
      this.path(child, depth + 1, one.id);
  }

  private folded(parent: string, folded: Folded[]): void {
    if (folded.length === 0) return;
    const key = `${parent}.folded`;
    const open = this.isOpen(key, false);
    this.push({
      key, depth: this.base + 1, label: "kept as sums only", kind: "", about: true,
      count: folded.reduce((sum, one) => sum + one.count, 0), openable: true, open,
      source: { from: "none" },
    });
    if (!open) return;
    for (const one of folded)
      this.push({
        key: `${key}.${one.kind}.${one.cls}`, depth: this.base + 2, label: one.cls, kind: one.kind, about: true,
        count: one.count, source: { from: "folded", folded: one },
      });
  }
}

const NOTHING: Inner = { each: new Map(), below: new Map() };

export function lanesOf(model: Model, choice: Choice, inner: Inner = NOTHING): Lane[] {
  const lanes = new Builder(model, choice, inner).build();
  const open: { depth: number; list: Lane[] }[] = [];
  for (const lane of lanes) {
    while (open.length > 0 && open[open.length - 1]!.depth > lane.depth) open.pop();
    let level = open[open.length - 1];
    if (!level || level.depth < lane.depth) open.push((level = { depth: lane.depth, list: [] }));
    level.list.push(lane);
    lane.position = level.list.length;
  }
  number(lanes);
  return lanes;
}

/** How many siblings each has, walking backwards: the last one knows. */
function number(lanes: Lane[]): void {
  const known: (number | undefined)[] = [];
  for (let i = lanes.length - 1; i >= 0; i--) {
    const lane = lanes[i]!;
    known.length = lane.depth + 1;
    known[lane.depth] ??= lane.position;
    lane.siblings = known[lane.depth]!;
    if (lane.position === 1) known[lane.depth] = undefined;
  }
}

/** Puts them below each other; the height of all. */
export function place(lanes: Lane[], heightOf: (lane: Lane) => number): number {
  let y = 0;
  for (const lane of lanes) {
    lane.y = y;
    lane.height = heightOf(lane);
    y += lane.height;
  }
  return y;
}

/** The first lane that reaches below that height; lanes.length where none does. */
export function laneAt(lanes: readonly Lane[], y: number): number {
  let low = 0;
  let high = lanes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (lanes[middle]!.y + lanes[middle]!.height > y) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The keys of lanes that have to be opened, so that the path is seen. */
export function ancestorKeys(model: Model, path: number): string[] {
  const byPath = new Map(model.paths.map((row) => [row.path, row]));
  const keys: string[] = [];
  let row = byPath.get(path);
  const process = row?.process;
  for (let i = 0; row && row.parent !== null && i < 64; i++) {
    keys.push(`c${row.parent.toString(36)}`);
    row = byPath.get(row.parent);
  }
  if (row) keys.push(`p${process}.${row.kind}`, `p${process}`);
  return keys;
}

/** The shut lane of many processes in which that path's process is. */
export function foldedIn(lanes: readonly Lane[], model: Model, path: number): Lane | undefined {
  const process = model.paths.find((row) => row.path === path)?.process;
  return lanes.find(({ source, open }) => !open && source.from === "processes" &&
    source.processes.some((one) => one.id === process));
}
