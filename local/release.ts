// `npm run release`: freezes the migrations under the version of package.json. From then on a change of supabase/schemas makes a
// migration, and a changed migration of the release is refused.
import { readMigrations } from "./migrations.ts";
import { readReleases, RELEASES_PATH, withRelease } from "./releases.ts";
import { readVersion } from "./version.ts";

try {
  const version = await readVersion();
  const releases = withRelease(await readReleases(), version, await readMigrations());
  await Deno.writeTextFile(RELEASES_PATH, `${JSON.stringify(releases, null, 2)}\n`);
  console.log(
    `The migrations of ${version} are frozen. Next: commit, then git tag v${version} && git push origin main v${version}. ` +
      "The workflow publishes.",
  );
} catch (error: unknown) {
  console.error(`npm run release: ${error instanceof Error ? error.message : "failed"}`);
  Deno.exit(1);
}
