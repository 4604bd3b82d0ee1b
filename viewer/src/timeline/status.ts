// SPDX-License-Identifier: Apache-2.0
/* What is shown, in a line. */
import { count, duration } from "../ui/format";
import type { Model } from "./model";
import type { Found } from "./search";

export function foundText(found: Found | null): string {
  if (!found) return "";
  return found.count === 0 ? "no match" : `${count(found.count)}${found.more ? "+" : ""} found`;
}

/** Also what is not shown, plainly. */
export function summary(model: Model | null): string {
  if (!model) return "";
  const parts = [`${count(model.lifetimes)} lifetimes in ${duration(model.end)}`];
  const sums = model.folded.reduce((sum, one) => sum + one.count, 0);
  if (sums > 0) parts.push(`${count(sums)} more ended in order and are kept as sums only`);
  if (model.pathsLeft > 0) parts.push("there are too many classes: some are left out");
  return parts.join("; ");
}
