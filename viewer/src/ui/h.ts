// SPDX-License-Identifier: Apache-2.0
/* Elements from code. Whatever a trace says becomes text, never markup. */

import { clean } from "./clean";

type Child = Node | string | number | null | undefined | false;
export type Children = Child | Children[];
type Properties = Record<string, unknown>;

function apply(element: Element, properties: Properties): void {
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value as EventListener);
    else if (name === "style") setStyle(element as HTMLElement, value as Record<string, string>);
    else element.setAttribute(name, value === true ? "" : clean(String(value)));
  }
}

/** By the object model: the page's policy lets no style attribute through. */
function setStyle(element: HTMLElement, style: Record<string, string>): void {
  for (const [name, value] of Object.entries(style)) element.style.setProperty(name, value);
}

export function append(element: Element, children: Children): void {
  if (Array.isArray(children)) children.forEach((child) => append(element, child));
  else if (children instanceof Node) element.appendChild(children);
  else if (children !== null && children !== undefined && children !== false)
    element.appendChild(document.createTextNode(clean(String(children))));
}

/** `on...` are listeners, `style` is an object, `true` an attribute without value. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K, properties: Properties = {}, ...children: Children[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  apply(element, properties);
  append(element, children);
  return element;
}

/** The same for pictures. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K, properties: Properties = {}, ...children: Children[]
): SVGElementTagNameMap[K] {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  apply(element, properties);
  append(element, children);
  return element;
}

/** These children instead of those that are there. */
export function fill(element: Element, ...children: Children[]): void {
  element.replaceChildren();
  append(element, children);
}
