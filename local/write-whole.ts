import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import process from "node:process";

/** Writes a file whole or not at all, whenever the process ends and whoever reads it meanwhile. Makes its folder. */
export async function writeWhole(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const unfinished = `${path}.${process.pid}.unfinished`;
  await writeFile(unfinished, text);
  await rename(unfinished, path);
}
