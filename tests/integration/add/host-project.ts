import { dirname, join } from "node:path";
import type { FunctionSource } from "../../../local/functions/function-source.ts";
import { ROOT } from "../../../local/paths.ts";

/** A Supabase project of a host, in a folder of its own. */
export interface HostProject {
  readonly folder: string;
  /** Writes a file, as the host's developers do. */
  write(path: string, text: string): Promise<void>;
  read(path: string): Promise<string>;
  /** Every file and its text, by path, without what git and the CLI keep. */
  files(): Promise<ReadonlyMap<string, string>>;
  remove(): Promise<void>;
}

/** What a run of the command said. */
export interface AddResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** As `supabase init` begins one, cut to what matters here. */
const CONFIG = `# The settings of a host.
project_id = "host"

[api]
enabled = true   # it is
schemas = ["public", "app"]

# [edge_runtime.secrets]
# secret_key = "env(SECRET_VALUE)"

[analytics]
enabled = false
`;

/** A new project with nothing but its settings. */
export async function createHostProject(): Promise<HostProject> {
  const folder = await Deno.makeTempDir({ prefix: "ecocomply-host-" });
  const project: HostProject = {
    folder,
    async write(path, text) {
      await Deno.mkdir(dirname(join(folder, path)), { recursive: true });
      await Deno.writeTextFile(join(folder, path), text);
    },
    read: (path) => Deno.readTextFile(join(folder, path)),
    async files() {
      const found = new Map<string, string>();
      for await (const path of filesBelow(folder)) {
        found.set(path.slice(folder.length + 1), await Deno.readTextFile(path));
      }
      return new Map([...found].toSorted(([one], [other]) => one < other ? -1 : 1));
    },
    remove: () => Deno.remove(folder, { recursive: true }),
  };
  await project.write("supabase/config.toml", CONFIG);
  return project;
}

async function* filesBelow(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory, isFile } of Deno.readDir(folder)) {
    if (isDirectory && !name.startsWith(".")) yield* filesBelow(join(folder, name));
    else if (isFile) yield join(folder, name);
  }
}

/** `npm run add -- <folder> …` */
export async function runAdd(folder: string, ...args: readonly string[]): Promise<AddResult> {
  return await run("node", [join(ROOT, "local/run.mjs"), "local/add.ts", folder, ...args]);
}

/** Runs a command, and keeps what it said. */
export async function run(
  command: string,
  args: readonly string[],
  cwd: string = ROOT,
  env: Readonly<Record<string, string>> = {},
): Promise<AddResult> {
  const { code, stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
    cwd,
    stdin: "null",
    env: { NO_COLOR: "1", ...env },
  }).output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

/**
 * The functions of a project as its `config.toml` names them, run from nothing but its folder. Packages are those that are installed
 * here.
 */
export async function functionsOfProject(
  { folder }: HostProject,
  sections: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): Promise<FunctionSource[]> {
  const sources: FunctionSource[] = [];
  for (const [name, { entrypoint, import_map }] of Object.entries(sections)) {
    const config = join(folder, "supabase", String(import_map));
    await Deno.symlink(join(ROOT, "node_modules"), join(dirname(config), "node_modules"));
    sources.push({
      name,
      entrypoint: join(folder, "supabase", String(entrypoint)),
      flags: [`--config=${config}`, "--no-lock", "--node-modules-dir=manual"],
    });
  }
  return sources;
}
