import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { inFrontOf } from "./dev-server.ts";
import { isolateStyles, STYLES_FOR } from "./isolate-styles.ts";

const leftOut = fileURLToPath(new URL("src/page/left-out.ts", import.meta.url));

/** `vite build` makes the page. */
export default defineConfig({
  base: "/settings/",
  css: { postcss: { plugins: [isolateStyles()] } },
  build: {
    outDir: "dist/page",
    cssTarget: STYLES_FOR,
    modulePreload: false,
    // What the first sight of the page needs is one file: it is smaller than its parts, and one request.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: "first", tags: ["$initial"] }] } } },
  },
  plugins: [inFrontOf(process.env["STACK_URL"] ?? "http://127.0.0.1:54321")],
  resolve: {
    // 28 kB, gzipped, of what this page never does: listen to channels, store files, read tables.
    alias: {
      "@supabase/realtime-js": leftOut,
      "@supabase/storage-js": leftOut,
      "@supabase/postgrest-js": leftOut,
    },
  },
});
