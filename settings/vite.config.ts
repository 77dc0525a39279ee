import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { inFrontOf } from "./dev-server.ts";

const leftOut = fileURLToPath(new URL("src/page/left-out.ts", import.meta.url));

/** `vite build` makes the page; `vite build --mode package` the component that a host application embeds. */
export default defineConfig(({ mode }) =>
  mode === "package"
    ? {
      build: {
        outDir: "dist/package",
        lib: { entry: "src/index.ts", formats: ["es"], fileName: "index", cssFileName: "styles" },
        rolldownOptions: {
          external: [/^react($|\/)/, /^react-dom($|\/)/, /^@supabase\//, /^@tanstack\//, /^radix-ui$/],
          // For hosts that render on a server.
          output: { banner: '"use client";' },
        },
      },
    }
    : {
      base: "/settings/",
      build: {
        outDir: "dist/page",
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
    }
);
