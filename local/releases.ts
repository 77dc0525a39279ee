import { createHash } from "node:crypto";
import { join } from "node:path";
import { z } from "zod";
import type { SqlFile } from "./next-migration.ts";
import { ROOT } from "./paths.ts";

/** Where released migrations are listed. */
export const RELEASES_PATH = join(ROOT, "local/releases.json");

const Releases = z.array(z.object({
  version: z.string(),
  /** The hash of each migration that came with it, by its name. */
  migrations: z.record(z.string(), z.string()),
}));

/** Every version that was released, the oldest first, with its migrations. Installations have applied them: they never change. */
export type Releases = Readonly<z.infer<typeof Releases>>;

/** @throws ZodError where the file is not what `npm run release` writes */
export async function readReleases(): Promise<Releases> {
  return Releases.parse(JSON.parse(await Deno.readTextFile(RELEASES_PATH)));
}

/** The names of all released migrations. */
export function releasedMigrations(releases: Releases): ReadonlySet<string> {
  return new Set(releases.flatMap(({ migrations }) => Object.keys(migrations)));
}

/**
 * Compares the released migrations with those that are there.
 *
 * @returns in words, what is wrong with each
 */
export function problemsOfReleases(releases: Releases, files: readonly SqlFile[]): readonly string[] {
  return releases.flatMap(({ version, migrations }) =>
    Object.entries(migrations).flatMap(([name, hash]) => {
      const file = files.find((one) => one.name === name);
      if (file === undefined) return [`${name} of ${version} is missing.`];
      return hashOf(file.sql) === hash
        ? []
        : [`${name} was released with ${version} and never changes: write another migration.`];
    })
  );
}

/**
 * The list with one version more: whatever is not released yet comes with it.
 *
 * @throws Error where that version was released before, or a released migration has changed
 */
export function withRelease(releases: Releases, version: string, files: readonly SqlFile[]): Releases {
  const problems = problemsOfReleases(releases, files);
  if (problems.length > 0) throw new Error(problems.join("\n"));
  if (releases.some((release) => release.version === version)) {
    throw new Error(`${version} was released before: raise the version in package.json.`);
  }
  const released = releasedMigrations(releases);
  const latest = [...released].sort().at(-1) ?? "";
  const added = files.filter(({ name }) => !released.has(name));
  const early = added.filter(({ name }) => name < latest).map(({ name }) => name);
  if (early.length > 0) {
    throw new Error(`${early.join(", ")} has to be later than ${latest}, which was released before.`);
  }
  return [...releases, {
    version,
    migrations: Object.fromEntries(added.map(({ name, sql }) => [name, hashOf(sql)])),
  }];
}

function hashOf(sql: string): string {
  return createHash("sha256").update(sql).digest("hex");
}
