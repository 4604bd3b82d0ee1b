// SPDX-License-Identifier: Apache-2.0
/* What findings name, as it is drawn: past its scope's close, in a pattern and with a sign. */
import { severityOf } from "../ui/severity";
import type { Geometry } from "./geometry";
import type { Lane } from "./lanes";
import type { Flag, Model } from "./model";
import type { Tone } from "./palette";
import { arrow, type Scene, sign, xOf } from "./scene";

/** States of which being there is not what is wrong, but an act, a wait, or what could happen. */
const NOT_BY_BEING = ["broken", "possible"];

/** Of a life that a finding names: since when it should be gone, and since when that is marked. */
export interface RunOn {
  over: number;
  marked: number;
  until: number;
}

/** null: no scope of it was closed, or nothing of it is wrong by being there. */
export function runOnOf(flag: Flag, model: Pick<Model, "end" | "grace">): RunOn | null {
  const until = Number.isNaN(flag.death) ? model.end : flag.death;
  if (NOT_BY_BEING.includes(flag.state) || !Number.isNaN(flag.act) || Number.isNaN(flag.over)) return null;
  const over = Math.min(until, Math.max(flag.over, flag.birth));
  return { over, marked: Math.min(until, over + model.grace), until };
}

/** The bars of a lane, or the signs over them. */
export function drawFlags(scene: Scene, lane: Lane, geometry: Geometry, signs: boolean,
  rowOf: (flag: Flag) => number | undefined): void {
  const { context } = scene;
  context.save();
  lane.flags.forEach((flag, index) => {
    const row = rowOf(flag);
    if (row === undefined) return;
    context.globalAlpha = scene.lit && !scene.lit.has(flag.id) ? 0.35 : 1;
    const y = lane.y - scene.top + geometry.top + row * geometry.pitch;
    if (!signs) drawFlag(scene, flag, lane, y, geometry.thick);
    else if (geometry.thick >= 7 || index === 0 || !Number.isNaN(flag.act))
      signed(scene, flag, y, geometry.thick);
  });
  context.restore();
}

/** As it should have been, the grace time, and what came then. */
export function drawFlag(scene: Scene, flag: Flag, lane: Lane, y: number, thick: number): void {
  const { context, palette, model } = scene;
  const until = Number.isNaN(flag.death) ? model.end : flag.death;
  const tone: Tone = severityOf(flag.state).css;
  const left = Math.max(-4, xOf(scene, flag.birth));
  const right = Math.min(scene.width + 4, Math.max(left + 1, xOf(scene, until)));
  if (right < 0 || left > scene.width) return;
  const run = runOnOf(flag, model);
  if (run) {
    const begin = Math.max(-4, xOf(scene, run.over));
    const marked = Math.max(begin, Math.min(right, xOf(scene, run.marked)));
    context.fillStyle = palette.grace(lane.kind);
    context.fillRect(begin, y, marked - begin, thick);
    context.fillStyle = palette.runOn(tone);
    context.fillRect(marked, y, Math.max(0, right - marked), thick);
  }
  context.strokeStyle = context.fillStyle = palette.tone(tone);
  context.lineWidth = 1;
  if (thick >= 4) context.strokeRect(left + 0.5, y + 0.5, Math.max(0, right - left - 1), thick - 1);
  const end = xOf(scene, until);
  if (flag.alive && end <= scene.width) arrow(context, end, y, thick);
}

/** Where the act was; else where the run-on begins to be marked; else at the birth. */
export function signAt(flag: Flag, model: Pick<Model, "end" | "grace">): number {
  if (!Number.isNaN(flag.act)) return flag.act;
  const run = runOnOf(flag, model);
  return run === null ? flag.birth : run.marked < run.until ? run.marked : run.over;
}

function signed(scene: Scene, flag: Flag, y: number, thick: number): void {
  const x = Number.isNaN(flag.act) ? Math.max(0, xOf(scene, signAt(flag, scene.model))) + 2 :
    xOf(scene, flag.act) - 5;
  const right = xOf(scene, Number.isNaN(flag.death) ? scene.model.end : flag.death);
  if (x > -20 && x < scene.width && right > 0) sign(scene, flag.state, x, y, Math.max(8, thick));
}

type Marked = { flag: Flag; from: number; to: number };
const marked = new WeakMap<readonly Flag[], Marked[]>();

/** By time, so that what lies on what is drawn already costs nothing more. */
export function inOrder(flags: readonly Flag[], model: Pick<Model, "end" | "grace">): Marked[] {
  let known = marked.get(flags);
  if (!known) {
    known = flags.map((flag) => ({ flag, ...markOf(flag, model) })).sort((a, b) => a.from - b.from);
    marked.set(flags, known);
  }
  return known;
}

/** Where it is marked in little room: what runs on, or a point where the act was, or the birth. */
export function markOf(flag: Flag, model: Pick<Model, "end" | "grace">): { from: number; to: number } {
  const run = runOnOf(flag, model);
  if (run) return { from: run.over, to: run.until };
  const at = Number.isNaN(flag.act) ? flag.birth : flag.act;
  return { from: at, to: at };
}

/** What is folded into a lane that is shut shows at its foot. */
export function below(scene: Scene, lane: Lane): void {
  if (lane.below.length === 0) return;
  const { context, palette, model } = scene;
  const y = lane.y - scene.top + lane.height - 6;
  let done = -10;
  for (const { flag, from, to } of inOrder(lane.below, model)) {
    const left = Math.max(done, xOf(scene, from));
    const right = Math.min(scene.width, Math.max(xOf(scene, from) + 2, xOf(scene, to)));
    if (right <= left) continue;
    context.fillStyle = palette.runOn(severityOf(flag.state).css);
    context.fillRect(left, y, right - left, 4);
    done = right;
  }
}
