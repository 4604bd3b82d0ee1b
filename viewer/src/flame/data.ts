// SPDX-License-Identifier: Apache-2.0
/* What is read of a trace once, and kept until it changes. */
import type { Trace } from "../trace";
import { Stacks } from "./stacks";
import {
  type Asked, type Choices, prepareSums, readChoices, readStacks, readTold, type Told,
} from "./sums";

export interface FlameData {
  stacks: Stacks;
  choices: Choices;
  told: Told[];
}

interface Kept {
  revision: number;
  data: Promise<FlameData>;
}

const kept = new WeakMap<Trace, Kept>();

async function read(db: Asked): Promise<FlameData> {
  await prepareSums(db);
  return {
    stacks: new Stacks(await readStacks(db)),
    choices: await readChoices(db),
    told: await readTold(db),
  };
}

/** The sums' TEMP tables are there once this has resolved, until the trace's next revision. */
export function flameData(trace: Trace): Promise<FlameData> {
  const known = kept.get(trace);
  if (known?.revision === trace.revision) return known.data;
  const data = read(trace.db);
  kept.set(trace, { revision: trace.revision, data });
  data.catch(() => kept.delete(trace));
  return data;
}
