import assert from "node:assert/strict";
import { applyPlan } from "../../../local/add/apply.ts";
import { describeKept, describePlan } from "../../../local/add/describe.ts";
import { readHost } from "../../../local/add/host.ts";
import { makePlan, type Plan } from "../../../local/add/plan.ts";
import { type Product, readProduct } from "../../../local/add/product.ts";
import { ROOT } from "../../../local/paths.ts";
import { createHostProject, type HostProject } from "./host-project.ts";

const CHANGED = "supabase/functions/calendar-feed/feed.ts";
const DROPPED = "supabase/functions/calendar-feed/caller.ts";
const HOSTS = "supabase/functions/_shared/platform/errors.ts";
const NEW = "supabase/functions/_shared/platform/new-in-this-version.ts";
const MIGRATION = "supabase/migrations/20270301000000_calendar_0_2_0.sql";

/** A made-up next version: a file changed, one dropped, one new, a migration more, a section changed. */
function nextVersion(product: Product): Product {
  const files = new Map(product.files);
  for (const path of [CHANGED, HOSTS]) files.set(path, `// 0.2.0\n${files.get(path)}`);
  files.delete(DROPPED);
  files.set(NEW, "export {};\n");
  files.set(MIGRATION, "comment on schema calendar_sync is 'A later version.';\n");
  const sections = product.sections.map(({ name, values }) =>
    name === "calendar-feed" ? { name, values: { ...values, verify_jwt: true } } : { name, values }
  );
  return { ...product, version: "0.2.0", files, sections };
}

async function planFor(host: HostProject, product: Product, take: readonly string[] = []): Promise<Plan> {
  return await makePlan(product, await readHost(host.folder), { take, adapter: null }, new Date());
}

async function bring(host: HostProject, product: Product, take: readonly string[] = []): Promise<Plan> {
  const plan = await planFor(host, product, take);
  await applyPlan(host.folder, plan);
  return plan;
}

Deno.test("an upgrade brings what is new, and leaves and names what the host changed", async (t) => {
  const host = await createHostProject();
  const old = await readProduct(ROOT, "source");
  const product = nextVersion(old);
  try {
    await bring(host, old);
    const mine = `// mine\n${await host.read(HOSTS)}`;
    await host.write(HOSTS, mine);

    await t.step("changed, new and dropped files, and sections, are shown", async () => {
      const shown = describePlan(await planFor(host, product)).split("\n");
      for (
        const line of [
          `~ ${CHANGED}`,
          `- ${DROPPED}`,
          "+ supabase/functions/_shared",
          `+ ${MIGRATION}`,
          "~ supabase/config.toml  ~ [functions.calendar-feed]",
        ]
      ) {
        assert.ok(shown.some((one) => one.startsWith(line)), `${line}\n${shown.join("\n")}`);
      }
    });

    await t.step("what the host changed stays, with the way to take the new version", async () => {
      const plan = await bring(host, product);
      assert.match(describeKept(plan), new RegExp(`${HOSTS}.*--take ${HOSTS}`));
      assert.equal(await host.read(HOSTS), mine);
      assert.equal(await host.read(CHANGED), product.files.get(CHANGED));
      assert.equal((await host.files()).has(DROPPED), false);
      assert.match(
        await host.read("supabase/config.toml"),
        /\[functions\.calendar-feed\]\nverify_jwt = true/,
      );
      assert.match(await host.read("supabase/calendar-sync.json"), /"version": "0\.2\.0"/);
    });

    await t.step("once more, nothing changes, and what stays is named again", async () => {
      const plan = await planFor(host, product);
      assert.equal(plan.changes_anything, false);
      assert.match(describeKept(plan), new RegExp(HOSTS));
    });

    await t.step("the host takes the new version of a file", async () => {
      const plan = await bring(host, product, [HOSTS]);
      assert.equal(describeKept(plan), "");
      assert.equal(await host.read(HOSTS), product.files.get(HOSTS));
    });

    await t.step("an upgrade that was interrupted is completed by the next run", async () => {
      const later = {
        ...product,
        version: "0.3.0",
        files: new Map(product.files).set(CHANGED, "// 0.3.0\n"),
      };
      await host.write(CHANGED, "// 0.3.0\n");
      const plan = await bring(host, later);
      assert.equal(describeKept(plan), "");
      assert.equal((await planFor(host, later)).changes_anything, false);
    });

    await t.step("an older version is not brought over a newer one", async () => {
      await assert.rejects(() => planFor(host, old), /has version 0\.3\.0, and this is 0\.1\.0/);
    });
  } finally {
    await host.remove();
  }
});

Deno.test("a version that rewrites a migration is refused, with the way out for a development database", async () => {
  const host = await createHostProject();
  const product = await readProduct(ROOT, "source");
  const [path] = [...product.files.keys()].filter((one) => one.endsWith("_calendar.sql"));
  assert.ok(path);
  const rewritten = { ...product, files: new Map(product.files).set(path, "select 1;\n") };
  try {
    await bring(host, product);
    await assert.rejects(() => planFor(host, rewritten), new RegExp(`${path}.*db reset.*--take`, "s"));
    await bring(host, rewritten, [path]);
    assert.equal(await host.read(path), "select 1;\n");
  } finally {
    await host.remove();
  }
});
