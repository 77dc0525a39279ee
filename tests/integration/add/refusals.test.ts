import assert from "node:assert/strict";
import { join } from "node:path";
import { createHostProject, type HostProject, run, runAdd } from "./host-project.ts";

const VERSION_DATE = "20261129000000";

/** Runs it on a project that is not as it should be: it says why, and writes nothing. */
async function assertRefused(
  prepare: (host: HostProject) => Promise<unknown>,
  words: RegExp,
  args: readonly string[] = [],
): Promise<void> {
  const host = await createHostProject();
  try {
    await prepare(host);
    const before = await host.files();
    const { code, stdout, stderr } = await runAdd(host.folder, "--yes", ...args);
    assert.equal(code, 1, stdout);
    assert.match(stderr, words);
    assert.doesNotMatch(stderr, /\n\s+at /, "a stack trace");
    assert.deepEqual(await host.files(), before);
  } finally {
    await host.remove();
  }
}

Deno.test("a folder that is not there is refused", async () => {
  const { code, stderr } = await runAdd("/nowhere/at/all", "--yes");
  assert.deepEqual([code, stderr], [1, "npm run add: There is no folder /nowhere/at/all.\n"]);
});

Deno.test("a folder without supabase/config.toml is refused, with the command that makes one", async () => {
  await assertRefused(
    ({ folder }) => Deno.remove(join(folder, "supabase"), { recursive: true }),
    /is no Supabase project.*npx supabase init/,
  );
});

Deno.test("the folder supabase itself is refused, with the one to name", async () => {
  const host = await createHostProject();
  try {
    const { code, stderr } = await runAdd(join(host.folder, "supabase"), "--yes");
    assert.equal(code, 1);
    assert.match(stderr, new RegExp(`not supabase/ itself: ${host.folder}\n`));
  } finally {
    await host.remove();
  }
});

Deno.test("a config.toml that is no TOML is refused", async () => {
  await assertRefused((host) => host.write("supabase/config.toml", "[api\n"), /config\.toml cannot be read/);
});

Deno.test("a function of the host's with the same name is refused", async () => {
  await assertRefused(
    (host) => host.write("supabase/functions/calendar/index.ts", "// mine\n"),
    /supabase\/functions\/calendar\/index\.ts[\s\S]*--take/,
  );
});

Deno.test("a section of the host's with the same name is refused", async () => {
  await assertRefused(
    async (host) =>
      await host.write(
        "supabase/config.toml",
        `${await host.read("supabase/config.toml")}\n[functions.calendar]\nverify_jwt = true\n`,
      ),
    /\[functions\.calendar\] in supabase\/config\.toml/,
  );
});

Deno.test("a migration of the host's with the same date is refused", async () => {
  const path = `supabase/migrations/${VERSION_DATE}_customers.sql`;
  await assertRefused((host) => host.write(path, "select 1;\n"), new RegExp(`${path} has the date of`));
});

Deno.test("a manifest that cannot be read is refused", async () => {
  await assertRefused(
    (host) => host.write("supabase/calendar-sync.json", "<<<<<<< HEAD\n"),
    /calendar-sync\.json cannot be read/,
  );
});

Deno.test("a path to take that is none of ours is refused", async () => {
  await assertRefused(() => Promise.resolve(), /--take: src\/app\.ts is no file/, ["--take", "src/app.ts"]);
});

Deno.test("a file with changes that git does not have is not overwritten", async () => {
  await assertRefused(async (host) => {
    const git = (...args: readonly string[]) =>
      run("git", ["-c", "user.name=host", "-c", "user.email=host@example.com", ...args], host.folder);
    await git("init", "--quiet");
    await git("add", "--all");
    await git("commit", "--quiet", "--message", "Begin");
    await host.write(
      "supabase/config.toml",
      `${await host.read("supabase/config.toml")}\n[auth]\nenabled = true\n`,
    );
  }, /Commit or stash first[\s\S]*supabase\/config\.toml/);
});
