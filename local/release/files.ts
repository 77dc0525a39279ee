import { createHash } from "node:crypto";
import { basename, join } from "node:path";
import { BUNDLES_PATH, writeFunctionBundles } from "../bundle/functions.ts";
import { ROOT } from "../paths.ts";
import { readVersion } from "../version.ts";
import { changelogSection } from "./changelog.ts";

/** The checksums of all that is attached, as `sha256sum --check` reads them. */
const CHECKSUMS = "SHA256SUMS";
/** The same bytes from the same files: no time, no owner, no order of the file system. */
const REPRODUCIBLE = [
  "--sort=name",
  "--mtime=@0",
  "--owner=0",
  "--group=0",
  "--numeric-owner",
  "--mode=u=rwX,go=rX",
];

/** What a release on GitHub consists of. */
export interface ReleaseFiles {
  /** The path of its text. */
  readonly notes: string;
  /** The paths of what is attached. */
  readonly attached: readonly string[];
}

/**
 * Writes what a release on GitHub consists of: its section of CHANGELOG.md, the bundles of the functions with their source maps, and
 * checksums.
 *
 * @param folder is made where it is missing
 * @throws Error where CHANGELOG.md does not know the version, or esbuild or GNU tar fails
 */
export async function writeReleaseFiles(folder: string): Promise<ReleaseFiles> {
  const version = await readVersion();
  const section = changelogSection(await Deno.readTextFile(join(ROOT, "CHANGELOG.md")), version);
  if (section === null) throw new Error(`CHANGELOG.md has no section of ${version}.`);
  const attached_folder = join(folder, "attached");
  await Deno.mkdir(attached_folder, { recursive: true });
  const notes = join(folder, "notes.md");
  await Deno.writeTextFile(notes, section.text);
  await writeFunctionBundles();
  const archive = join(attached_folder, `ecocomply-calendar-functions-${version}.tar.gz`);
  await packFolder(join(ROOT, BUNDLES_PATH), archive);
  const checksums = join(attached_folder, CHECKSUMS);
  await Deno.writeTextFile(checksums, await checksumLine(archive));
  return { notes, attached: [archive, checksums] };
}

async function packFolder(folder: string, archive: string): Promise<void> {
  const { success, stderr } = await new Deno.Command("tar", {
    args: [
      ...REPRODUCIBLE,
      "--use-compress-program=gzip --no-name --best",
      "--create",
      `--file=${archive}`,
      "--",
      ".",
    ],
    cwd: folder,
  }).output();
  if (!success) throw new Error(`tar: ${new TextDecoder().decode(stderr).trim()}`);
}

async function checksumLine(path: string): Promise<string> {
  return `${createHash("sha256").update(await Deno.readFile(path)).digest("hex")}  ${basename(path)}\n`;
}
