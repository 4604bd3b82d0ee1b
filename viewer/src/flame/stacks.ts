// SPDX-License-Identifier: Apache-2.0
/* Stacks as chains of functions. */
import { baseName } from "../ui/format";
import type { FrameRow, StackRows } from "./sums";
import { TIER_BASE, TIER_PROJECT, Tiers, type Tier } from "./tiers";

/** A function at a line. Two of one id are one box of the picture. */
export interface Frame {
  /** module and function: the same in another run */
  id: string;
  name: string;
  module: string;
  file: string | null;
  line: number | null;
  tier: Tier;
}

const NAME_MAX = 300;

function clip(text: string): string {
  return text.length > NAME_MAX ? `${text.slice(0, NAME_MAX - 1)}…` : text;
}

/** Where no function is known: the module and the place in it. */
function nameOf(row: FrameRow): string {
  if (row.function) return row.function;
  return row.path ? `${baseName(row.path)}+${row.address}` : row.address;
}

function frameOf(row: FrameRow, tiers: Tiers): Frame {
  const name = nameOf(row);
  return {
    id: `${baseName(row.path)}\0${name}`, name: clip(name), module: row.path, file: row.file,
    line: row.line, tier: tiers.of(row.path, row.function, row.file),
  };
}

function apart(name: string, tier: Tier): Frame {
  return { id: `\0${name}`, name, module: "", file: null, line: null, tier };
}

const NO_STACK = apart("(born before, or no stack was taken)", TIER_BASE);
const NO_FRAMES = apart("(frames not known)", TIER_BASE);
const NOT_READ = apart("(too many stacks: those with the fewest are not told apart)", TIER_BASE);

export class Stacks {
  private readonly places = new Map<number, Frame[]>(); // innermost inlined first
  private readonly chains = new Map<string, readonly Frame[]>();

  constructor(private readonly rows: StackRows) {
    const tiers = new Tiers(rows.plumbing, rows.packed, rows.programs);
    for (const row of rows.locations) {
      const frame = frameOf(row, tiers);
      const there = this.places.get(row.location);
      if (there) there.push(frame);
      else this.places.set(row.location, [frame]);
    }
  }

  /** From the thread's start to where it was born; never empty. Folded: only the best frames. */
  chain(stack: number | null, folded: boolean): readonly Frame[] {
    if (stack === null) return [NO_STACK];
    const key = `${stack}${folded ? "f" : ""}`;
    let chain = this.chains.get(key);
    if (!chain) {
      chain = this.make(stack, folded);
      this.chains.set(key, chain);
    }
    return chain;
  }

  private make(stack: number, folded: boolean): readonly Frame[] {
    const frames = (this.rows.stacks.get(stack) ?? [])
      .flatMap((place) => this.places.get(place) ?? []).reverse();
    if (frames.length === 0) return [this.rows.full ? NOT_READ : NO_FRAMES];
    return folded ? fold(frames) : frames;
  }
}

/** The program's own frames; where it has none, those that tell most. */
export function fold(frames: readonly Frame[]): readonly Frame[] {
  const best = frames.reduce<Tier>((most, frame) => (frame.tier > most ? frame.tier : most),
    TIER_BASE);
  const kept = frames.filter((frame) => frame.tier === best);
  return best === TIER_PROJECT ? kept : kept.slice(-1);
}
