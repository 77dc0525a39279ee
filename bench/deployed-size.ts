import { ROOT } from "../local/paths.ts";
import type { Row } from "./table.ts";

/** How much code is deployed. */
export async function deployedSize(): Promise<readonly Row[]> {
  const bytes = await bytesIn(`${ROOT}/supabase`);
  return [[
    "size of what is deployed",
    `${Math.round(bytes / 1024)} KiB`,
    "functions and migrations, without packages",
  ]];
}

async function bytesIn(folder: string): Promise<number> {
  let bytes = 0;
  for await (const entry of Deno.readDir(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) bytes += entry.name.startsWith(".") ? 0 : await bytesIn(path);
    else if (/\.(ts|sql|json|toml)$/.test(entry.name)) bytes += (await Deno.stat(path)).size;
  }
  return bytes;
}
