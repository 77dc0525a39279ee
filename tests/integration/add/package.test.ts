import assert from "node:assert/strict";
import { join } from "node:path";
import { z } from "zod";
import { ROOT } from "../../../local/paths.ts";
import { type AddResult, createHostProject, run, runAdd } from "./host-project.ts";

const Packed = z.array(z.object({ filename: z.string(), files: z.array(z.object({ path: z.string() })) }))
  .length(1);

async function npm(args: readonly string[], cwd?: string): Promise<AddResult> {
  const result = await run("npm", [...args, "--no-audit", "--no-fund", "--loglevel=error"], cwd);
  assert.equal(result.code, 0, result.stderr);
  return result;
}

Deno.test("the package that npm pack makes brings the same as npm run add, with Node alone", async (t) => {
  const folder = await Deno.makeTempDir({ prefix: "ecocomply-package-" });
  const [host, other] = [await createHostProject(), await createHostProject()];
  try {
    const { stdout } = await npm(["pack", "--json", "--silent", "--pack-destination", folder], ROOT);
    const [packed] = Packed.parse(JSON.parse(stdout.slice(stdout.indexOf("["))));
    assert.ok(packed);

    await t.step("it holds what is deployed, the documentation and the command, and no more", () => {
      const strange = packed.files.map(({ path }) => path).filter((path) =>
        !/^(docs\/|supabase\/(config\.toml$|functions\/|migrations\/)|dist\/(command|functions\/[a-z-]+\/index\.js$)|(package\.json|README\.md|LICENSE)$)/
          .test(path)
      );
      assert.deepEqual(strange, []);
    });

    await npm([
      "install",
      "--prefix",
      folder,
      "--ignore-scripts",
      "--prefer-offline",
      join(folder, packed.filename),
    ]);
    const command = (...args: readonly string[]) =>
      run(join(folder, "node_modules/.bin/ecocomply-calendar"), args, folder);

    await t.step("it brings what npm run add brings", async () => {
      const { code, stdout, stderr } = await command("add", host.folder, "--yes");
      assert.equal(code, 0, stderr);
      assert.match(stdout, /npx supabase db push/);
      await runAdd(other.folder, "--yes");
      assert.deepEqual(await host.files(), await other.files());
    });

    await t.step("once more, it changes nothing", async () => {
      assert.match((await command("add", host.folder)).stdout, /Nothing to change/);
    });

    await t.step("its errors name its own command", async () => {
      const { code, stderr } = await command("add", join(folder, "nowhere"));
      assert.deepEqual([code, stderr], [
        1,
        `ecocomply-calendar add: There is no folder ${join(folder, "nowhere")}.\n`,
      ]);
      assert.match((await command("--help")).stdout, /^npx ecocomply-calendar add </);
    });

    await t.step("its doctor looks for a database", async () => {
      const { code, stderr } = await command(
        "doctor",
        "--database-url",
        "postgresql://postgres@127.0.0.1:9/postgres",
      );
      assert.equal(code, 1);
      assert.match(stderr, /127\.0\.0\.1:9 cannot be reached: nothing listens there/);
    });
  } finally {
    await host.remove();
    await other.remove();
    await Deno.remove(folder, { recursive: true });
  }
});
