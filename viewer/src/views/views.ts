// SPDX-License-Identifier: Apache-2.0
/* The views, in the order of the tabs; the digit of each is its place. */
import type { ViewModule } from "../app";
import { compare } from "./compare";
import { finding } from "./finding";
import { flame } from "./flame";
import { overview } from "./overview";
import { timeline } from "./timeline";

export const views: readonly ViewModule[] = [overview, finding, timeline, flame, compare];
