import { join } from "node:path";
import { build, stop } from "esbuild";
import { functionNames } from "../functions/function-source.ts";
import { ROOT } from "../paths.ts";
import { writeWhole } from "../write-whole.ts";
import { NODE_BUNDLE } from "./node-bundle.ts";

/** The files of one function's bundle. */
export interface FunctionBundle {
  readonly name: string;
  /** `index.js`: the function with all that it imports. */
  readonly code: string;
  /** `index.js.map`, with the text of every source. */
  readonly map: string;
  /** The paths, below the root, of all that was read: also of what nothing of came into the bundle. */
  readonly sources: readonly string[];
}

/** Where `npm run bundle` writes, below the root. */
export const BUNDLES_PATH = "dist/functions";

/**
 * Writes the bundles and their source maps to {@link BUNDLES_PATH}.
 *
 * @returns what was written
 */
export async function writeFunctionBundles(): Promise<readonly FunctionBundle[]> {
  const bundles = await bundleFunctions();
  for (const { name, code, map } of bundles) {
    const folder = join(ROOT, BUNDLES_PATH, name);
    await writeWhole(join(folder, "index.js.map"), map);
    await writeWhole(join(folder, "index.js"), code);
  }
  return bundles;
}

/**
 * Bundles every function. The same sources and packages give the same bytes, wherever the repository is.
 *
 * @throws Error with esbuild's reason
 */
export async function bundleFunctions(): Promise<readonly FunctionBundle[]> {
  try {
    return await Promise.all((await functionNames()).map(bundleFunction));
  } finally {
    await stop();
  }
}

async function bundleFunction(name: string): Promise<FunctionBundle> {
  const { outputFiles, metafile } = await build({
    ...NODE_BUNDLE,
    conditions: ["deno", "node", "import"],
    metafile: true,
    sourcemap: "linked",
    sourcesContent: true,
    entryPoints: [join("supabase/functions", name, "index.ts")],
    outfile: join(BUNDLES_PATH, name, "index.js"),
  });
  const textOf = (end: string) => outputFiles.find(({ path }) => path.endsWith(end))?.text ?? "";
  return {
    name,
    code: textOf("index.js"),
    map: textOf("index.js.map"),
    sources: Object.keys(metafile.inputs).sort(),
  };
}
