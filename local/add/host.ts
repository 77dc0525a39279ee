import { execFile } from "node:child_process";
import { readdir, readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { type Manifest, MANIFEST_PATH, parseManifest } from "./manifest.ts";
import { CONFIG_PATH } from "./plan-config.ts";

/** A Supabase project that the product is brought into. */
export interface Host {
  /** Absolute. */
  readonly folder: string;
  /** The text of config.toml. */
  readonly config: string;
  /** Null: nothing was brought yet. */
  readonly manifest: Manifest | null;
  /** The migrations: their texts by path, in their order. */
  readonly migrations: ReadonlyMap<string, string>;
  /** The text of a file below the folder; null where there is none. */
  read(path: string): Promise<string | null>;
  /** Files below `supabase` with changes that version control does not have yet. */
  readonly uncommitted: readonly string[];
}

/**
 * Looks at a folder.
 *
 * @throws Error with one line where it is no Supabase project
 */
export async function readHost(given: string): Promise<Host> {
  const folder = resolve(given);
  const is_folder = await stat(folder).then((found) => found.isDirectory(), () => false);
  if (!is_folder) throw new Error(`There is no folder ${folder}.`);
  const read = async (path: string) => await readText(join(folder, path));
  const config = await read(CONFIG_PATH);
  if (config === null) {
    if (await read("config.toml") !== null && folder.endsWith("supabase")) {
      throw new Error(`Name the folder that holds supabase/, not supabase/ itself: ${resolve(folder, "..")}`);
    }
    throw new Error(
      `${folder} is no Supabase project: it has no ${CONFIG_PATH}. Run there: npx supabase init`,
    );
  }
  const manifest = await read(MANIFEST_PATH);
  const migrations = new Map<string, string>();
  const names = await readdir(join(folder, "supabase/migrations")).catch(() => []);
  for (const name of names.filter((name) => name.endsWith(".sql")).sort()) {
    const path = `supabase/migrations/${name}`;
    migrations.set(path, await read(path) ?? "");
  }
  return {
    folder,
    config,
    manifest: manifest === null ? null : parseManifest(manifest),
    migrations,
    read,
    uncommitted: await uncommittedIn(folder),
  };
}

async function readText(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error: unknown) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (code === "ENOENT" || code === "ENOTDIR") return null;
    throw new Error(`${path} cannot be read: ${code || "no reason given"}.`);
  }
}

/** Tracked files that were changed since they were last staged. Without git, or outside a repository: none. */
async function uncommittedIn(folder: string): Promise<string[]> {
  try {
    const { stdout } = await promisify(execFile)(
      "git",
      ["-C", folder, "-c", "core.quotePath=false", "diff", "--name-only", "--relative", "--", "supabase"],
    );
    return stdout.split("\n").filter((line) => line !== "");
  } catch {
    return [];
  }
}
