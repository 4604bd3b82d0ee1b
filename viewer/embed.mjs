// SPDX-License-Identifier: Apache-2.0
// embed.mjs PAGE OUT TRACE...: the page with these traces in it, as report --format html writes it.
import { readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { gzipSync } from "node:zlib";

const [page, out, ...traces] = process.argv.slice(2);
const session = {
  schema: 1,
  version: "dev",
  served: false,
  source: { url: "https://example.com/blob/main/{file}#L{line}", root: null },
  filter: {},
  traces: traces.map((path) => ({
    name: basename(path),
    path,
    revision: 1,
    live: false,
    size: readFileSync(path).length,
    gate: null,
  })),
};
const json = JSON.stringify(session).replaceAll("<", "\\u003c");
const blocks = [`<script type="application/json" id="rtctrack-session">${json}</script>`];
traces.forEach((path, index) => {
  const text = gzipSync(readFileSync(path)).toString("base64");
  blocks.push(`<script type="text/plain" id="rtctrack-trace-${index}">${text}</script>`);
});
const html = readFileSync(page, "utf8");
writeFileSync(out, html.replace("<!--rtctrack-data-->", () => blocks.join("\n")));
console.log(out);
