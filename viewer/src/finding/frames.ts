// SPDX-License-Identifier: Apache-2.0
/* Stacks, innermost first, and what of them is worth a line. */
import type { Row } from "../db/engine";
import { baseName } from "../ui/format";
import { isOfGo } from "../contract";
import { idList, num, said, text, type Asked } from "./values";

const FRAMES = `
SELECT sf.stack_id, sf.position, f.function, f.file, f.line, l.path,
       printf('0x%x', l.address) AS address,
       EXISTS (SELECT 1 FROM plumbing p WHERE f.file = p.file
         OR substr(f.file, -length(p.file) - 1) = '/' || p.file
         OR substr(p.file, -length(f.file) - 1) = '/' || f.file) AS plumbing,
       CASE WHEN f.position = (SELECT max(g.position) FROM frame g WHERE g.location_id = l.id)
         THEN c.suffix END AS clone,
       f.position < (SELECT max(g.position) FROM frame g WHERE g.location_id = l.id) AS inlined
FROM stack_frame sf JOIN location l ON l.id = sf.location_id
LEFT JOIN frame f ON f.location_id = l.id LEFT JOIN clone c ON c.location_id = l.id
WHERE sf.stack_id IN (SELECT value FROM json_each(:ids))
ORDER BY sf.stack_id, sf.position, f.position LIMIT 50000`;

export interface Frame {
  function: string | null;
  file: string | null;
  line: number | null;
  module: string;
  address: string;
  /** of the program, and by its own word not to blame */
  plumbing: boolean;
  /** of what every program of its language has in it */
  runtime: boolean;
  inlined: boolean;
}

interface Placed extends Frame {
  position: number;
  clone: string;
}

export type Stacks = ReadonlyMap<number, Frame[]>;

function placedOf(row: Row): Placed {
  const name = text(row["function"]);
  return {
    function: name, file: text(row["file"]), line: num(row["line"]), module: said(row["path"]),
    address: said(row["address"]), inlined: num(row["inlined"]) === 1,
    plumbing: num(row["plumbing"]) === 1, runtime: name !== null && isOfGo(name),
    position: num(row["position"]) ?? 0, clone: said(row["clone"]),
  };
}

/** The caller is the same function, of which the compiler put the piece aside. */
function isRestOf(caller: Placed, piece: Placed): boolean {
  if (piece.function === null || caller.function !== piece.function || caller.file !== piece.file)
    return false;
  if (caller.position === piece.position) return true;
  return piece.clone !== "" && caller.clone.length < piece.clone.length &&
    piece.clone.startsWith(caller.clone);
}

export function stacksOf(rows: readonly Row[]): Map<number, Frame[]> {
  const placed = new Map<number, Placed[]>();
  for (const row of rows) {
    const id = num(row["stack_id"]);
    if (id === null) continue;
    const frames = placed.get(id) ?? [];
    placed.set(id, frames);
    frames.push(placedOf(row));
  }
  const stacks = new Map<number, Frame[]>();
  for (const [id, frames] of placed)
    stacks.set(id, frames.filter(
      (one, index) => index === 0 || !isRestOf(one, frames[index - 1]!)));
  return stacks;
}

export async function readStacks(asked: Asked, ids: Iterable<number | null>): Promise<Stacks> {
  const list = idList(ids);
  return list === "[]" ? new Map() : stacksOf(await asked.query(FRAMES, { ids: list }));
}

/** Of the recorder itself, which is in every stack. */
export function isOurs(frame: Frame): boolean {
  if (baseName(frame.module) === "libtrack.so") return true;
  const file = frame.file ?? "";
  if (/(^|\/)track\/track\.h$/.test(file)) return true;
  return /(^|\/)track\.h$/.test(file) && /^track(_|::)/.test(frame.function ?? "");
}

const START_UP = ["_start", "__libc_start_main", "__libc_start_main_impl", "__libc_start_call_main",
  "start_thread", "clone", "clone3", "__clone3"];

function isStartUp(frame: Frame): boolean {
  if (frame.function === null) return baseName(frame.module).startsWith("libc.so.");
  return START_UP.includes(frame.function);
}

/** How the C library waits, below the call that does. */
function isWait(frame: Frame): boolean {
  return baseName(frame.module).startsWith("libc.so.") &&
    /^(__futex_|futex_|_{2,3}pthread_|__lll_|lll_)/.test(frame.function ?? "");
}

/** It only passes on what others asked for. */
function isPassing(frame: Frame): boolean {
  return frame.plumbing || frame.runtime;
}

/** Frames that stand together: shown, or folded behind a word for what they are. */
export type Fold = "" | "plumbing" | "libraries" | "above" | "start";

export interface Part {
  fold: Fold;
  frames: Frame[];
}

/** So many frames are worth to be left out, since the stack before has them. */
const ABOVE_LEAST = 3;

/** From which frame on both are the same; the first of these is shown: there the ways part. */
function commonFrom(frames: readonly Frame[], before: readonly Frame[]): number {
  let common = 0;
  while (common < frames.length && common < before.length) {
    const one = frames[frames.length - 1 - common]!;
    const other = before[before.length - 1 - common]!;
    if (one.address !== other.address || one.module !== other.module) break;
    common++;
  }
  return frames.length - common;
}

function foldsOf(frames: readonly Frame[], withPlumbing: boolean, above: number): Fold[] {
  let end = frames.length;
  while (end > 1 && isStartUp(frames[end - 1]!)) end--;
  let first = 0;
  while (first + 1 < end && isWait(frames[first]!)) first++;
  return frames.map((one, index): Fold => {
    if (index > above) return "above";
    if (index >= end) return "start";
    if (index < first || (one.runtime && !withPlumbing)) return "libraries";
    return one.plumbing && !withPlumbing ? "plumbing" : "";
  });
}

/** In a story about locks plumbing is a part: there they were taken. */
export function partsOf(
  stack: readonly Frame[], withPlumbing: boolean, before: readonly Frame[] | null = null,
): Part[] {
  const ours = (one: Frame) => !isOurs(one);
  const frames = stack.filter(ours);
  const plain = withPlumbing || frames.every(isPassing);
  const above = before ? commonFrom(frames, before.filter(ours)) : frames.length;
  let folds = foldsOf(frames, plain, above);
  if (folds.filter((one) => one === "above").length < ABOVE_LEAST)
    folds = foldsOf(frames, plain, frames.length);
  const parts: Part[] = [];
  frames.forEach((frame, index) => {
    const last = parts.at(-1);
    if (last && last.fold === folds[index]) last.frames.push(frame);
    else parts.push({ fold: folds[index]!, frames: [frame] });
  });
  return parts;
}

/** "carrier_open", or its module and the place in it. */
export function frameName(frame: Frame): string {
  return frame.function ?? `${baseName(frame.module) || "?"}+${frame.address}`;
}

/** Where a stack is said to be, in a line: "checklist_add checklist.c:130". */
export function placeText(stack: readonly Frame[] | undefined, withPlumbing: boolean): string {
  const shown = partsOf(stack ?? [], withPlumbing).find((one) => one.fold === "")?.frames[0];
  if (!shown) return "";
  const place = shown.file ? ` ${baseName(shown.file)}${shown.line ? `:${shown.line}` : ""}` : "";
  return `${frameName(shown)}${place}`;
}

/** The frame that tells most in a line. */
export function tellerOf(stack: readonly Frame[] | undefined): Frame | null {
  return stack?.find((one) => one.function !== null && !isOurs(one) && !isPassing(one)) ??
    stack?.find((one) => !isOurs(one)) ?? null;
}

/** All of it, as the report would print it. */
export function stackText(stack: readonly Frame[]): string {
  return stack.filter((one) => !isOurs(one)).map((one, index) => {
    const place = one.file ? `${one.file}${one.line ? `:${one.line}` : ""}`
      : `(${baseName(one.module) || "?"})`;
    return `#${index} ${frameName(one)}  ${place}${one.inlined ? "  [inlined]" : ""}`;
  }).join("\n");
}
