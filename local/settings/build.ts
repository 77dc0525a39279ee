import { stripVTControlCharacters } from "node:util";
import { ROOT } from "../paths.ts";

const UNFINISHED = "unfinished-";
/** What a build that was killed has left is nobody's any more after this. */
const UNFINISHED_KEPT_MS = 10 * 60_000;

/** A page of this repository that Vite builds. */
export interface PageProject {
  readonly name: string;
  /** Below the repository's root, as is everything that it is made of. */
  readonly folder: string;
  readonly sources: readonly string[];
}

export const SETTINGS_PAGE: PageProject = {
  name: "Settings page",
  folder: "settings",
  sources: [
    "settings/src",
    "settings/index.html",
    "settings/vite.config.ts",
    "settings/dev-server.ts",
    "settings/isolate-styles.ts",
    "settings/package.json",
    "package-lock.json",
  ],
};

/** It embeds the component of the Settings page, from its sources. */
export const DEMO_PAGE: PageProject = {
  name: "demo",
  folder: "demo",
  sources: [
    "demo/src",
    "demo/index.html",
    "demo/vite.config.ts",
    "demo/package.json",
    "settings/src",
    "settings/isolate-styles.ts",
    "package-lock.json",
  ],
};

/**
 * Builds a page, unless its sources were built before.
 *
 * Stacks that start at once may build at once: each does so in a folder of its own, and the first to be done is the one
 * that counts.
 *
 * @param options.project the Settings page where absent
 * @param options.signal ends the build
 * @param options.pages holds one folder a build, called after what it was built from
 * @returns the folder with `index.html` and `assets`
 * @throws Error with one line that says what does not build, and where
 */
export async function buildPage(options: {
  readonly log: (line: string) => void;
  readonly project?: PageProject;
  readonly signal?: AbortSignal;
  readonly pages?: string;
}): Promise<string> {
  const project = options.project ?? SETTINGS_PAGE;
  const pages = options.pages ?? `${ROOT}/${project.folder}/dist/pages`;
  const target = `${pages}/${await fingerprint(project.sources)}`;
  if (await exists(target)) return target;
  options.log(`Building the ${project.name}…`);
  const folder = `${pages}/${UNFINISHED}${crypto.randomUUID()}`;
  try {
    await runVite(project, folder, options.signal);
    await publish(folder, target);
  } finally {
    await Deno.remove(folder, { recursive: true }).catch(() => {});
  }
  await removeOthers(pages, target);
  return target;
}

/**
 * A name for the content of files.
 *
 * @param paths of files and folders, below the repository's root
 */
export async function fingerprint(paths: readonly string[]): Promise<string> {
  const files = (await Promise.all(paths.map(filesIn))).flat().sort();
  const contents = await Promise.all(files.map((path) => Deno.readFile(`${ROOT}/${path}`)));
  const lines = await Promise.all(
    contents.map(async (content, index) => `${files[index]} ${await sha256(content)}`),
  );
  return (await sha256(new TextEncoder().encode(lines.join("\n")))).slice(0, 16);
}

/**
 * The one line of Vite's output that says why a build failed.
 *
 * @param output of standard error
 * @param folder of the project, for the place
 */
export function failureOf(output: string, folder: string): string {
  const lines = stripVTControlCharacters(output).split("\n").map((line) => line.trim()).filter((line) =>
    line
  );
  const headline = lines.findIndex((line) => /^(Build failed with|error during build)/.test(line));
  const reason = lines.slice(headline + 1).find((line) => !/^Build failed with/.test(line)) ??
    "no reason given";
  const place = lines.map((line) => /\[ (\S+:\d+:\d+) \]/.exec(line)?.[1]).find((found) =>
    found !== undefined
  );
  return place === undefined ? reason : `${reason} (${folder}/${place})`;
}

async function runVite(
  { name, folder }: PageProject,
  target: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--allow-all",
      `${ROOT}/node_modules/vite/bin/vite.js`,
      "build",
      "--logLevel=error",
      `--outDir=${target}`,
    ],
    cwd: `${ROOT}/${folder}`,
    env: { NODE_ENV: "production", DENO_NO_UPDATE_CHECK: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    ...(signal === undefined ? {} : { signal }),
  }).output();
  signal?.throwIfAborted();
  if (!success) {
    throw new Error(`The ${name} does not build: ${failureOf(new TextDecoder().decode(stderr), folder)}`);
  }
}

/** A folder cannot be renamed over another that has files: then somebody else was first, with the same content. */
async function publish(folder: string, target: string): Promise<void> {
  try {
    await Deno.rename(folder, target);
  } catch (error: unknown) {
    if (!await exists(target)) throw error;
  }
}

/** Whoever serves one of them has read it. */
async function removeOthers(pages: string, target: string): Promise<void> {
  for await (const { name } of Deno.readDir(pages)) {
    const path = `${pages}/${name}`;
    if (path === target || (name.startsWith(UNFINISHED) && await isYoung(path))) continue;
    await Deno.remove(path, { recursive: true }).catch(() => {});
  }
}

async function isYoung(path: string): Promise<boolean> {
  const stat = await Deno.stat(path).catch(() => null);
  return stat?.mtime != null && Date.now() - stat.mtime.getTime() < UNFINISHED_KEPT_MS;
}

async function filesIn(path: string): Promise<string[]> {
  if (!(await Deno.stat(`${ROOT}/${path}`)).isDirectory) return [path];
  const entries = await Array.fromAsync(Deno.readDir(`${ROOT}/${path}`));
  return (await Promise.all(entries.map(({ name }) => filesIn(`${path}/${name}`)))).flat();
}

async function sha256(content: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", content)).toHex();
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
