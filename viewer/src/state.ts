// SPDX-License-Identifier: Apache-2.0
/*
 * What the user chose, all of it in the URL's fragment: #view/rest?key=value&... Reload and a shared
 * link show the same.
 */

export interface State {
  view: string;
  /** what stands behind the view's name: a finding's fingerprint */
  rest: string;
  params: Record<string, string>;
}

export function parseState(fragment: string): State {
  const text = fragment.replace(/^#/, "");
  const [path = "", query = ""] = split(text, "?");
  const [view = "", rest = ""] = split(path, "/");
  return { view: decode(view), rest: decode(rest), params: paramsOf(query) };
}

function split(text: string, at: string): [string, string] {
  const index = text.indexOf(at);
  return index < 0 ? [text, ""] : [text.slice(0, index), text.slice(index + 1)];
}

/** What is no proper escape stands for itself. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function paramsOf(query: string): Record<string, string> {
  const params: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [key, value] of new URLSearchParams(query)) params[key] = value;
  return params;
}

export function formatState(state: State): string {
  const kept = Object.entries(state.params).filter(([, value]) => value !== "");
  const query = new URLSearchParams(kept).toString();
  const rest = state.rest ? `/${encodeURIComponent(state.rest)}` : "";
  return `#${encodeURIComponent(state.view)}${rest}${query ? `?${query}` : ""}`;
}

const WRITE_MS = 150;

type Listener = (state: State) => void;

/** Of one page; listeners are told of every change, also of those by the back button. */
export class States {
  private readonly listeners: Listener[] = [];
  private written: string;
  private timer: ReturnType<typeof setTimeout> | null = null;
  current: State;

  constructor() {
    this.written = location.hash;
    this.current = parseState(location.hash);
    addEventListener("hashchange", () => {
      if (location.hash === this.written) return;
      this.written = location.hash;
      this.current = parseState(location.hash);
      this.tell();
    });
  }

  on(listener: Listener): void {
    this.listeners.push(listener);
  }

  private tell(): void {
    for (const listener of this.listeners) listener(this.current);
  }

  /** Another place: the back button leads here again. The chosen trace stays. */
  go(to: { view: string; rest?: string; params?: Record<string, string> }): void {
    const trace = this.current.params["trace"];
    const params = { ...(trace ? { trace } : {}), ...to.params };
    this.write(); // where the user was is where the back button leads
    this.current = { view: to.view, rest: to.rest ?? "", params };
    location.hash = formatState(this.current);
    this.written = location.hash;
    this.tell();
  }

  /** The same place, seen differently (zoom, filter); "" takes a key away. */
  patch(params: Record<string, string>): void {
    const merged = { ...this.current.params, ...params };
    for (const key of Object.keys(merged)) if (merged[key] === "") delete merged[key];
    this.current = { ...this.current, params: merged };
    this.timer ??= setTimeout(() => this.write(), WRITE_MS);
    this.tell();
  }

  /** What patches came to; browsers refuse to write the URL with every frame. */
  private write(): void {
    if (this.timer === null) return;
    clearTimeout(this.timer);
    this.timer = null;
    history.replaceState(null, "", formatState(this.current));
    this.written = location.hash;
  }
}

/** The fragment for a link to that place. */
export function link(view: string, rest = "", params: Record<string, string> = {}): string {
  return formatState({ view, rest, params });
}
