import { builtinModules } from "node:module";
import type { BuildOptions, Plugin } from "esbuild";
import { ROOT } from "../paths.ts";

/** Packages name Node's modules with and without `node:`; Deno knows them with it alone. */
const NODE_MODULES: Plugin = {
  name: "node modules",
  setup({ onResolve }) {
    onResolve({ filter: new RegExp(`^(?:${builtinModules.join("|")})$`) }, ({ path }) => ({
      path: `node:${path}`,
      external: true,
    }));
  },
};

/** Source maps of packages name files that are not installed: ours ends at what is. */
const INSTALLED_SOURCES: Plugin = {
  name: "installed sources",
  setup({ onLoad }) {
    onLoad({ filter: /node_modules.*\.(?:js|mjs|cjs)$/ }, async ({ path }) => ({
      contents: (await Deno.readTextFile(path)).replaceAll(/^\/\/# sourceMappingURL=.*$/gm, ""),
      loader: "js",
    }));
  },
};

/** Packages in CommonJS call `require` for Node's modules. */
const REQUIRE =
  `import { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);`;

/**
 * How everything is bundled: one module with all its packages, for what knows Node's modules. Names stay, so that stack traces can be
 * read. Modules are preferred to CommonJS: of those only what is used is taken.
 */
export const NODE_BUNDLE = {
  absWorkingDir: ROOT,
  bundle: true,
  write: false,
  format: "esm",
  platform: "node",
  target: "esnext",
  mainFields: ["module", "main"],
  plugins: [NODE_MODULES, INSTALLED_SOURCES],
  banner: { js: REQUIRE },
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "none",
  logLevel: "silent",
} as const satisfies BuildOptions;
