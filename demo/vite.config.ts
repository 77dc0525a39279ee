import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { isolateStyles, STYLES_FOR } from "../settings/isolate-styles.ts";

const PACKAGE = "@ecocomply/calendar-settings";
const source = (path: string) => fileURLToPath(new URL(`../settings/src/${path}`, import.meta.url));

/** The gateway serves the page at its root, and what belongs to it below `/demo/`. */
export default defineConfig({
  base: "/demo/",
  css: { postcss: { plugins: [isolateStyles()] } },
  build: { outDir: "dist/pages", cssTarget: STYLES_FOR, modulePreload: false },
  resolve: {
    // From its sources, so that nothing has to be built first. A host of your own takes the package.
    alias: [
      { find: `${PACKAGE}/styles.css`, replacement: source("styles/calendar-settings.css") },
      { find: PACKAGE, replacement: source("index.ts") },
    ],
  },
});
