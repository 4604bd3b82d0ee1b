// SPDX-License-Identifier: Apache-2.0
/* Where a line of source can be read. */
import schemeRows from "../contract/source_schemes.def?raw";
import type { Session } from "./session";
import { tableOf } from "./ui/contract";

const schemes = new Set(tableOf(schemeRows, "SOURCE_SCHEME").map((row) => row[0]!));

/** As text, and as a link where --source-url was given and the file lies below the root. */
export interface Place {
  /** below the root, or below what all sources of a trace have in front */
  text: string;
  full: string;
  url: string | null;
}

/** The programs' own sources, by their whole paths. */
export const SOURCES_SQL = `
SELECT DISTINCT substr(CAST(f.file AS TEXT), 1, 1000) AS file
FROM frame f JOIN location l ON l.id = f.location_id
WHERE l.path IN (SELECT exe FROM process) AND f.file LIKE '/%' AND f.file NOT LIKE '/usr/%'
  AND f.file NOT LIKE '/rustc/%' LIMIT 20000`;

/** The folder that all of these lie in; "" if it is not worth a cut. */
export function topOf(files: Iterable<string>): string {
  let common: string[] | null = null;
  for (const file of files) {
    const parts: string[] = file.split("/").slice(0, -1);
    const differs: number = common ? common.findIndex((one, index) => one !== parts[index]) : -1;
    common = common === null ? parts : differs < 0 ? common : common.slice(0, differs);
  }
  return common && common.length > 2 ? `${common.join("/")}/` : "";
}

/** Of a trace that is open: its sources are told from there on. */
export function learnTop(source: Session["source"], top: string): void {
  if (top === "" || source.tops?.includes(top)) return;
  source.tops = [...(source.tops ?? []), top].sort((one, other) => other.length - one.length);
}

function shortOf(file: string, source: Session["source"]): string {
  const below = relativeFile(file, source.root);
  const top = below === file ? source.tops?.find((one) => file.startsWith(one)) : undefined;
  return top ? file.slice(top.length) : below;
}

/** Below the repository's top, if it is. */
export function relativeFile(file: string, root: string | null): string {
  if (root && file.startsWith(root.endsWith("/") ? root : `${root}/`))
    return file.slice(root.endsWith("/") ? root.length : root.length + 1);
  return file;
}

function escapePath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

/** A path that leads upward could lead out of the repository that the template names. */
function climbs(path: string): boolean {
  return path.split(/[/\\]/).some((part) => part === ".." || part === ".");
}

export function placeOf(
  file: string | null, line: number | null, source: Session["source"],
): Place | null {
  if (!file) return null;
  const shown = relativeFile(file, source.root);
  const at = line ? `:${line}` : "";
  const told = { text: shortOf(file, source) + at, full: file + at };
  const scheme = /^([^:]*):/.exec(source.url ?? "")?.[1] ?? "";
  if (!source.url || !schemes.has(scheme) || climbs(shown)) return { ...told, url: null };
  if (shown.startsWith("/") && /^https?:/i.test(source.url)) return { ...told, url: null };
  const url = source.url
    .replaceAll("{file}", () => escapePath(shown))
    .replaceAll("{line}", String(line ?? 1));
  return { ...told, url };
}
