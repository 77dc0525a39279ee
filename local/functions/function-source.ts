import { join } from "node:path";
import { ROOT } from "../paths.ts";

/** Where a function's code is. */
export interface FunctionSource {
  readonly name: string;
  /** The file that is run. */
  readonly entrypoint: string;
  /** Deno's flags that say where packages are. */
  readonly flags: readonly string[];
}

/** The functions of this repository, run from their source. */
export async function repositoryFunctions(): Promise<readonly FunctionSource[]> {
  return (await functionNames()).map((name) => ({
    name,
    entrypoint: join(ROOT, "supabase/functions", name, "index.ts"),
    flags: [`--config=${join(ROOT, "deno.json")}`],
  }));
}

/** The names of this project's functions: folders that are not shared. */
export async function functionNames(): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(`${ROOT}/supabase/functions`)) {
    if (isDirectory && !name.startsWith("_")) names.push(name);
  }
  return names.sort();
}
