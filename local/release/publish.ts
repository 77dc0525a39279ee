import { join } from "node:path";
import { z } from "zod";
import { ROOT } from "../paths.ts";

/** The packages of a release, by their folders below the root. */
const PACKAGES = [".", "settings"] as const;

const Manifest = z.looseObject({ name: z.string(), version: z.string() });
const Packed = z.tuple([z.object({ filename: z.string() })]);
const Failure = z.object({ error: z.object({ code: z.string() }) });

/** What became of a package. */
export interface Published {
  readonly name: string;
  readonly version: string;
  /** `there`: the registry had this version before. */
  readonly outcome: "published" | "there";
}

/**
 * Publishes every package whose version the registry does not have, so that a release that broke off can be run again. Packages are
 * packed first: what is published is what an `npm pack` makes, with the address of the repository where that is known.
 *
 * @param options.repository such as `https://…/owner/name`; the registry compares it with the proof of origin
 * @param options.arguments more of them for `npm publish`
 * @throws Error with what npm said
 */
export async function publishPackages(
  options: { readonly repository: string | null; readonly arguments: readonly string[] },
): Promise<readonly Published[]> {
  const folder = await Deno.makeTempDir({ prefix: "ecocomply-publish-" });
  try {
    const published: Published[] = [];
    for (const path of PACKAGES) {
      const { name, version } = await readManifest(join(ROOT, path));
      if (await isPublished(name, version)) {
        published.push({ name, version, outcome: "there" });
        continue;
      }
      const unpacked = await unpack(path, join(folder, path === "." ? "root" : path), options.repository);
      // What prepack makes is in it.
      await publish([unpacked, "--ignore-scripts", "--access=public", ...options.arguments]);
      published.push({ name, version, outcome: "published" });
    }
    return published;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** @returns the folder of the package */
async function unpack(path: string, folder: string, repository: string | null): Promise<string> {
  await Deno.mkdir(folder, { recursive: true });
  const said = await run("npm", [
    "pack",
    join(ROOT, path),
    "--json",
    "--silent",
    `--pack-destination=${folder}`,
  ]);
  const [{ filename }] = Packed.parse(JSON.parse(said.slice(said.indexOf("["))));
  await run("tar", ["--extract", `--file=${join(folder, filename)}`, `--directory=${folder}`]);
  const unpacked = join(folder, "package");
  if (repository !== null) {
    const manifest = {
      ...await readManifest(unpacked),
      repository: { type: "git", url: `git+${repository}.git`, ...(path === "." ? {} : { directory: path }) },
    };
    await Deno.writeTextFile(join(unpacked, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  }
  return unpacked;
}

/** At a terminal npm can ask its user for the second factor of the account; elsewhere it would fail with `EOTP`. */
async function publish(args: readonly string[]): Promise<void> {
  if (!Deno.stdin.isTerminal() || !Deno.stdout.isTerminal()) {
    await run("npm", ["publish", ...args]);
    return;
  }
  const { success } = await new Deno.Command("npm", {
    args: ["publish", ...args],
    cwd: ROOT,
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn().status;
  if (!success) throw new Error("npm publish failed: see above.");
}

async function isPublished(name: string, version: string): Promise<boolean> {
  const { code, stdout, stderr } = await output("npm", ["view", `${name}@${version}`, "version", "--json"]);
  if (code === 0) return stdout.trim() !== "";
  const failure = Failure.safeParse(jsonOf(stdout));
  if (failure.success && failure.data.error.code === "E404") return false;
  throw new Error(`npm view: ${stderr.trim()}`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function readManifest(folder: string): Promise<z.infer<typeof Manifest>> {
  return Manifest.parse(JSON.parse(await Deno.readTextFile(join(folder, "package.json"))));
}

async function run(command: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await output(command, args);
  if (code !== 0) throw new Error(`${command} ${args[0]}: ${stderr.trim() || stdout.trim()}`);
  // Warnings too.
  if (stderr.trim() !== "") console.error(stderr.trim());
  return stdout;
}

async function output(command: string, args: readonly string[]) {
  const { code, stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
    cwd: ROOT,
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}
