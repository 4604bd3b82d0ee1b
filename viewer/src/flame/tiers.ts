// SPDX-License-Identifier: Apache-2.0
/*
 * Whose code a frame is, by the tables that the findings' culprits are found with: runtime.def, and
 * what the trace itself says of plumbing and packed libraries.
 */
import go from "../../contract/go_library.def?raw";
import runtime from "../../contract/runtime.def?raw";
import { matches } from "../overview/glob";
import { tableOf } from "../ui/contract";
import { baseName } from "../ui/format";

/** The higher, the better a culprit. */
export type Tier = 0 | 1 | 2 | 3 | 4;
export const TIER_BASE: Tier = 0; // every program has it
export const TIER_RUNTIME: Tier = 1; // a language's, or a packed library
const TIER_INSTALLED: Tier = 2; // packages of others
export const TIER_PLUMBING: Tier = 3; // the program's, by its own word not to blame
export const TIER_PROJECT: Tier = 4;

export const tierNames: readonly string[] = [
  "C library", "runtime or packed library", "installed package", "plumbing of the program",
  "the program",
];

interface Rule {
  /** as fnmatch reads it, without flags: * stands for slashes too */
  pattern: string;
  tier: Tier;
}

function rulesOf(text: string, name: string, tierOf: (word: string) => Tier): Rule[] {
  return tableOf(text, name).map(([pattern, word]) => ({
    pattern: pattern ?? "", tier: tierOf(word ?? ""),
  }));
}

const modules = rulesOf(runtime, "ANALYZE_RUNTIME",
  (word) => (word === "BASE" ? TIER_BASE : TIER_RUNTIME));
const functions = [
  ...rulesOf(runtime, "ANALYZE_RUNTIME_FUNCTION", () => TIER_RUNTIME),
  ...rulesOf(go, "GO_LIBRARY", () => TIER_RUNTIME),
];
const files = [
  ...rulesOf(runtime, "ANALYZE_RUNTIME_FILE", () => TIER_RUNTIME),
  ...rulesOf(runtime, "ANALYZE_INSTALLED", () => TIER_INSTALLED),
];

function firstOf(rules: readonly Rule[], text: string | null): Tier | null {
  if (text === null) return null;
  return rules.find((rule) => matches(rule.pattern, text))?.tier ?? null;
}

/** The annotations' own header. */
function isAnnotation(name: string | null, file: string | null): boolean {
  if (!file || !/(^|\/)track\.h$/.test(file)) return false;
  return file.endsWith("track/track.h") || /^track(_|::)/.test(name ?? "");
}

function belowBuild(file: string): string {
  return file.replace(/^(\.\.?\/)+/, "");
}

/** As the compiler was told it, maybe without the folder in front. */
export function isSameFile(left: string, right: string): boolean {
  const a = belowBuild(left);
  const b = belowBuild(right);
  const [long, short] = a.length > b.length ? [a, b] : [b, a];
  return long === short || long.endsWith(`/${short}`);
}

const PERF_MAP = /^\/tmp\/perf-[0-9][^/]*\.map$/;

export class Tiers {
    private readonly programs: Set<string>;
  private readonly plumbing = new Map<string, string[]>(); // by base name
  private readonly known = new Map<string, Tier>();

  constructor(
    plumbing: readonly string[], private readonly packed: readonly string[],
    programs: readonly string[],
  ) {
    this.programs = new Set(programs);
    for (const file of plumbing) {
      const name = baseName(file);
      this.plumbing.set(name, [...(this.plumbing.get(name) ?? []), file]);
    }
  }

  private ofModule(path: string): Tier {
    const known = this.known.get(path);
    if (known !== undefined) return known;
    const name = baseName(path);
    let tier = firstOf(modules, name) ?? TIER_PROJECT;
    if (tier === TIER_PROJECT && !this.programs.has(path) &&
        this.packed.some((pattern) => matches(pattern, name)))
      tier = TIER_RUNTIME;
    this.known.set(path, tier);
    return tier;
  }

  private isPlumbing(file: string): boolean {
    return (this.plumbing.get(baseName(file)) ?? []).some((one) => isSameFile(one, file));
  }

  of(path: string, name: string | null, file: string | null): Tier {
    const isScript = PERF_MAP.test(path);
    const tier = this.ofModule(isScript && name === null ? "" : path);
    if (tier !== TIER_PROJECT) return tier;
    const found = firstOf(files, file) ?? (isScript ? null : firstOf(functions, name));
    if (found !== null) return found;
    if (isAnnotation(name, file)) return TIER_RUNTIME;
    return file !== null && this.isPlumbing(file) ? TIER_PLUMBING : TIER_PROJECT;
  }
}
