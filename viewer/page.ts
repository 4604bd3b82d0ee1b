// SPDX-License-Identifier: Apache-2.0
/*
 * Of what Vite built, one file: script and style inside the page, allowed by their hashes and nothing else;
 * the binaries that the page needs, compressed, as blocks of data. Beside it the policy as a header.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";

/** Where the command puts session and traces. */
export const MARKER = "<!--rtctrack-data-->";

const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

function policy(script: string, style: string): string[] {
  return [
    "default-src 'none'",
    `script-src ${hash(script)} 'wasm-unsafe-eval'`,
    `style-src ${hash(style)}`,
    "worker-src blob:",
    "img-src data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
  ];
}

function dataBlock(id: string, bytes: Uint8Array): string {
  const text = Buffer.from(gzipSync(bytes, { level: 9 })).toString("base64");
  return `<script type="text/plain" id="rtctrack-${id}">${text}</script>`;
}

interface Package {
  version?: string;
  license?: string;
  dev?: boolean;
  optional?: boolean;
}

/** Name, version and licence of each package that ends up in the page, with the licence's words. */
function licences(): Uint8Array {
  const lock = JSON.parse(readFileSync("package-lock.json", "utf8")) as
    { packages: Record<string, Package> };
  const texts = new Map<string, string[]>();
  for (const [path, told] of Object.entries(lock.packages)) {
    if (!path || told.dev || told.optional) continue;
    const files = readdirSync(path).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file));
    const text = files.map((file) => readFileSync(`${path}/${file}`, "utf8").trim()).join("\n\n");
    const name = `${path.replace(/^.*node_modules\//, "")} ${told.version} (${told.license})`;
    texts.set(text, [...(texts.get(text) ?? []), name]);
  }
  const parts = [...texts].map(([text, names]) => `${names.join("\n")}\n\n${text}`);
  return new TextEncoder().encode(parts.join(`\n\n${"-".repeat(72)}\n\n`));
}

/** What would end the element that the text is put into. */
function checked(text: string, ending: RegExp): string {
  if (ending.test(text)) throw new Error(`the built page contains ${ending}`);
  return text;
}

/** data: the blocks by name, each a file. */
export function onePage(data: Record<string, string>): Plugin {
  return {
    name: "one-page",
    enforce: "post",
    generateBundle(_options, bundle) {
      let script = "";
      let style = "";
      let html = "";
      for (const [name, item] of Object.entries(bundle)) {
        if (item.type === "chunk") script += item.code;
        else if (name.endsWith(".css")) style += String(item.source);
        else if (name.endsWith(".html")) html = String(item.source);
        else throw new Error(`${name} would be a file beside the page`);
        delete bundle[name];
      }
      script = checked(script, /<\/script|<!--/i);
      style = checked(style, /<\/style/i);
      const rules = policy(script, style);
      const head =
        `<meta http-equiv="Content-Security-Policy" content="${rules.join("; ")}">` +
        `<style>${style}</style>`;
      const blocks = Object.entries(data).map(([id, file]) => dataBlock(id, readFileSync(file)));
      blocks.push(dataBlock("licences", licences()));
      const body = `${blocks.join("\n")}\n${MARKER}\n<script type="module">${script}</script>`;
      html = html
        .replace(/<script type="module"[^>]*><\/script>/g, "")
        .replace(/<link rel="stylesheet"[^>]*>/g, "")
        .replace("</title>", () => `</title>${head}`)
        .replace("</body>", () => `${body}</body>`);
      if (html.split(MARKER).length !== 2) throw new Error("the page has not one marker");
      this.emitFile({ type: "asset", fileName: "page.html", source: html });
      const header = [...rules, "frame-ancestors 'none'"].join("; ");
      this.emitFile({ type: "asset", fileName: "policy.txt", source: header });
    },
  };
}

/**
 * The page gives SQLite its binary and starts its own worker: these files of the package are never
 * asked for, and would each be a file beside the page.
 */
export function withoutFiles(): Plugin {
  return {
    name: "sqlite-without-files",
    enforce: "pre",
    transform(code, id) {
      if (!id.includes("sqlite-wasm")) return null;
      return code
        .replace(/new URL\("sqlite3\.wasm", import\.meta\.url\)\.href/g, '""')
        .replace(/new Worker\(new URL\("[^"]+", import\.meta\.url\)(, \{ type: "module" \})?\)/g, "null");
    },
  };
}
