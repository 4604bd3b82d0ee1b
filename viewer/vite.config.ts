// SPDX-License-Identifier: Apache-2.0
import { createRequire } from "node:module";
import { defineConfig } from "vitest/config";
import { onePage, withoutFiles } from "./page";

const resolve = createRequire(import.meta.url).resolve;

export default defineConfig({
  plugins: [
    withoutFiles(),
    onePage({
      sqlite: resolve("@sqlite.org/sqlite-wasm/sqlite3.wasm"),
      elk: resolve("elkjs/lib/elk-worker.min.js"),
    }),
  ],
  worker: { format: "iife", plugins: () => [withoutFiles()] },
  build: {
    target: ["chrome109", "firefox115", "safari16.4"],
    modulePreload: false,
    cssCodeSplit: false,
    assetsInlineLimit: 1 << 30,
    chunkSizeWarningLimit: 4096,
    rollupOptions: { output: { inlineDynamicImports: true } },
  },
  test: { include: ["test/**/*.test.ts"] },
});
