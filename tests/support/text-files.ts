import { join } from "node:path";

/** What is not checked in, see .gitignore, and git's own files. */
const LEFT_OUT = new Set([
  ".git",
  "node_modules",
  ".temp",
  ".branches",
  ".data",
  ".env",
  "dist",
  "cache",
  "screenshots",
]);
const PICTURES = /\.(webp|png|ico)$/;

/**
 * The files of the repository, without those that are made on the spot.
 *
 * @param root where to begin
 * @param under relative to it; the paths that are returned begin with it
 */
export async function* textFiles(
  root: string,
  under = "",
): AsyncGenerator<{ readonly path: string; readonly content: string }> {
  for await (const { name, isDirectory } of Deno.readDir(join(root, under))) {
    const path = join(under, name);
    if (LEFT_OUT.has(name)) continue;
    if (isDirectory) yield* textFiles(root, path);
    else if (!PICTURES.test(name)) yield { path, content: await Deno.readTextFile(join(root, path)) };
  }
}
