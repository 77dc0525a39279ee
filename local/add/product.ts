import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { parse } from "@decimalturn/toml-patch";
import { z } from "zod";
import type { ProductForm } from "./options.ts";
import type { FunctionSection } from "./plan-config.ts";

/** The default table of obligations and its later changes: a project with a table of its own does without. */
export const DEFAULT_TABLE_MIGRATION = /^supabase\/migrations\/\d+_calendar_obligations[_.]/;

/** The variables of the functions, without values. */
export const ENV_EXAMPLE_PATH = "supabase/functions/calendar.env.example";

/** The variables of one installation: Supabase's .gitignore leaves a file of this name out. Where a host has a .env, that stays its own. */
export const ENV_FILE_PATH = "supabase/.env.calendar.local";

/** Where the bundles of the functions are, below the root. */
const BUNDLES_PATH = "dist/functions";

/** What is brought into a project. */
export interface Product {
  readonly version: string;
  readonly form: ProductForm;
  /** Texts by their path below the host's folder. */
  readonly files: ReadonlyMap<string, string>;
  readonly sections: readonly FunctionSection[];
}

const Package = z.object({ version: z.string() });
const Config = z.object({
  functions: z.record(z.string(), z.looseObject({ verify_jwt: z.boolean() })),
});

/**
 * Reads what this version brings.
 *
 * @param root of this repository, or of the installed package
 * @param form of the functions
 * @throws Error where they were not bundled yet
 */
export async function readProduct(root: string, form: ProductForm): Promise<Product> {
  const { version } = Package.parse(JSON.parse(await readFile(join(root, "package.json"), "utf8")));
  const config = Config.parse(parse(await readFile(join(root, "supabase/config.toml"), "utf8")));
  const names = Object.keys(config.functions).sort();
  const files = await readFiles(root, [...await pathsIn(root, "supabase/migrations"), ENV_EXAMPLE_PATH]);
  const functions = form === "bundle" ? await readBundles(root, names) : await readSources(root, names);
  const sections = names.map((name) => {
    const verify_jwt = config.functions[name]?.verify_jwt ?? true;
    return {
      name,
      values: form === "bundle" ? { verify_jwt, entrypoint: `./functions/${name}/index.js` } : {
        verify_jwt,
        import_map: `./functions/${name}/deno.json`,
        entrypoint: `./functions/${name}/index.ts`,
      },
    };
  });
  return { version, form, files: new Map([...files, ...functions]), sections };
}

/** Each function with an import map in its own folder, since the host may have one in `supabase/functions`. */
async function readSources(root: string, names: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const import_map = await readFile(join(root, "supabase/functions/deno.json"), "utf8");
  const folders = ["_shared", ...names].map((name) => `supabase/functions/${name}`);
  const paths = (await Promise.all(folders.map((folder) => pathsIn(root, folder)))).flat();
  const files = new Map(await readFiles(root, paths));
  for (const name of names) files.set(`supabase/functions/${name}/deno.json`, import_map);
  return files;
}

async function readBundles(root: string, names: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const name of names) {
    const code = await readFile(join(root, BUNDLES_PATH, name, "index.js"), "utf8").catch(() => null);
    if (code === null) throw new Error(`There is no bundle of ${name}. Run: npm run bundle`);
    files.set(`supabase/functions/${name}/index.js`, code);
  }
  return files;
}

async function readFiles(root: string, paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
  return new Map(
    await Promise.all(paths.map(async (path) => [path, await readFile(join(root, path), "utf8")] as const)),
  );
}

async function pathsIn(root: string, folder: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile() && /\.(ts|sql)$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
    .sort();
}
