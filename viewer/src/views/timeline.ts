// SPDX-License-Identifier: Apache-2.0
import type { ViewModule } from "../app";
import { KEYS } from "../timeline/input";
import "../timeline/timeline.css";
import { Timeline } from "../timeline/view";

export const timeline: ViewModule = {
  name: "timeline",
  title: "Timeline",
  says: "What lived from when to when, what it belongs to, and what lives on after its scope's close.",
  keys: KEYS,
  mount: (root, app) => new Timeline(root, app),
};
