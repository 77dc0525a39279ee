import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { declarations } from "./declarations.ts";
import { isolateStyles, STYLES_FOR } from "./isolate-styles.ts";

/** `vite build --config vite.package.config.ts` makes the component that a host application embeds. */
export default defineConfig({
  css: { postcss: { plugins: [isolateStyles()] } },
  build: {
    outDir: "dist/package",
    cssTarget: STYLES_FOR,
    lib: { entry: "src/index.ts", formats: ["es"], fileName: "index", cssFileName: "styles" },
    rolldownOptions: {
      // What a host has, or installs with the package.
      external: [
        /^react($|\/)/,
        /^react-dom($|\/)/,
        /^@supabase\//,
        /^@tanstack\//,
        /^qrcode\.react$/,
        /^radix-ui$/,
      ],
      // For hosts that render on a server.
      output: { banner: '"use client";' },
    },
  },
  plugins: [declarations(fileURLToPath(new URL("tsconfig.package.json", import.meta.url)))],
});
