// SPDX-License-Identifier: Apache-2.0
/* What lies under the pointer, in a few lines. */
import { duration } from "../ui/format";
import { fill, h } from "../ui/h";
import { severityOf } from "../ui/severity";
import type { Hit } from "./geometry";
import type { Name } from "./names";

const WIDE = 260;
const HIGH = 110;

export class Tip {
  readonly element = h("div", { class: "tl-tip", hidden: true });

  /** Whether there is something. */
  show(hit: Hit | null, event: PointerEvent | null, end: number, name: Name | undefined): boolean {
    const shown = hit !== null && hit.id !== null && event !== null;
    this.element.hidden = !shown;
    if (!shown) return false;
    const lived = (Number.isNaN(hit.death) ? end : hit.death) - hit.birth;
    const flag = hit.lane.flags.find((one) => one.id === hit.id);
    fill(this.element, h("strong", {}, hit.lane.label), ` ${hit.lane.kind}`,
      name ? [h("br"), name.long] : null, h("br"),
      `born ${duration(hit.birth)}, lived ${duration(lived)}`, hit.alive ? ", never ended" : "",
      flag ? [h("br"), `${severityOf(flag.state).symbol} ${flag.state}`] : null);
    this.element.style.left = `${Math.max(0, Math.min(event.clientX + 14, innerWidth - WIDE))}px`;
    this.element.style.top = `${Math.min(event.clientY + 16, innerHeight - HIGH)}px`;
    return true;
  }
}
