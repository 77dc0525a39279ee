import assert from "node:assert/strict";
import postgres from "postgres";
import { z } from "zod";
import { readMigrations, readSchemas, renderFirstMigrations } from "../../local/migrations.ts";
import { DATABASE_TYPES_PATH, generateDatabaseTypes } from "../../local/database-types.ts";
import { ROOT } from "../../local/paths.ts";
import { createSchemaDatabase } from "../../local/postgres/schema-database.ts";
import { problemsOfReleases, readReleases } from "../../local/releases.ts";
import { runSupabaseCli } from "../../local/supabase-cli.ts";
import { catalogOf } from "../support/catalog.ts";
import { openScene } from "../support/scene.ts";

/** What Supabase's advisors may say, and why it stays. */
const INLINED = "SET would keep the planner from inlining it; every name in it is qualified";
const EXPLAINED = new Map([
  ["function_search_path_mutable calendar_sync.deadline_of", INLINED],
]);

Deno.test({
  name: "the schema is what is checked in, and Supabase's advisors have nothing against it",
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const scene = await openScene();
  const { stack, sql } = scene;
  try {
    await t.step("the checked-in types are those of the schema (npm run generate)", async () => {
      assert.equal(
        await Deno.readTextFile(DATABASE_TYPES_PATH),
        await generateDatabaseTypes(stack.databaseUrl),
      );
    });

    await t.step("the advisors refuse nothing but what is explained", async () => {
      const { success, stdout, stderr } = await runSupabaseCli([
        "db",
        "advisors",
        `--remote=${stack.databaseUrl}`,
        "--level",
        "warn",
        "--fail-on",
        "warn",
      ]);
      const Findings = z.array(
        z.object({ name: z.string(), metadata: z.object({ schema: z.string(), name: z.string() }) }),
      );
      const json = stdout.slice(Math.max(0, stdout.indexOf("[")));
      const found = Findings.parse(JSON.parse(json)).map(({ name, metadata }) =>
        `${name} ${metadata.schema}.${metadata.name}`
      );
      assert.deepEqual(found.toSorted(), [...EXPLAINED.keys()].toSorted());
      assert.equal(success, found.length === 0, stderr);
    });

    await t.step("every table, function and column that needs it has a comment", async () => {
      const silent = await sql`
        select p.oid::regprocedure::text as name from pg_proc as p
        where (p.pronamespace = 'calendar_sync'::regnamespace or p.proname like 'calendar\\_%' and p.pronamespace = 'public'::regnamespace)
          and obj_description(p.oid, 'pg_proc') is null
        union all
        select c.oid::regclass::text from pg_class as c
        where c.relnamespace in ('calendar_sync'::regnamespace, 'public'::regnamespace) and c.relkind in ('r', 'v')
          and obj_description(c.oid, 'pg_class') is null`;
      assert.deepEqual([...silent], []);
    });

    await t.step(
      "until the first release the migrations are made from the schema files (npm run generate)",
      async () => {
        if ((await readReleases()).length > 0) return;
        assert.deepEqual(await readMigrations(), renderFirstMigrations(await readSchemas()));
      },
    );

    await t.step("released migrations are as they were released", async () => {
      assert.deepEqual(problemsOfReleases(await readReleases(), await readMigrations()), []);
    });

    await t.step("the schema files one by one make the same database as the migrations", async () => {
      const texts = (await readSchemas()).map(({ sql }) => sql);
      const url = await createSchemaDatabase(stack.databaseUrl, "from_schema_files", texts);
      const made = postgres(url, { max: 1, onnotice: () => {} });
      try {
        assert.deepEqual(await catalogOf(made), await catalogOf(sql));
      } finally {
        await made.end({ timeout: 1 });
      }
    });

    await t.step("no API role has a privilege on a table outside public", async () => {
      const open = await sql`
        select class.oid::regclass::text as name, role, privilege
        from pg_class as class
        cross join unnest(array['anon', 'authenticated', 'service_role']) as role
        cross join unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger']) as privilege
        where class.relnamespace in ('calendar_sync'::regnamespace, 'calendar_admin'::regnamespace)
          and class.relkind in ('r', 'p', 'v', 'm', 'f') and (has_table_privilege(role, class.oid, privilege)
            or privilege in ('select', 'insert', 'update', 'references')
              and has_any_column_privilege(role, class.oid, privilege))`;
      assert.deepEqual([...open], []);
    });

    await t.step("nobody executes a function that was not granted", async () => {
      const open = await sql<{ name: string }[]>`
        select p.oid::regprocedure::text as name from pg_proc as p
        where p.pronamespace in ('calendar_sync'::regnamespace, 'public'::regnamespace)
          and has_function_privilege('anon', p.oid, 'execute') order by 1`;
      assert.deepEqual([...open], []);
    });

    await t.step(
      "what lies in vault.secrets is ciphertext, and a row that was tampered with is refused",
      async () => {
        const [row] = await sql<{ id: string }[]>`select vault.create_secret('plain text', 'test') as id`;
        const [stored] = await sql<
          { secret: string }[]
        >`select secret from vault.secrets where name = 'test'`;
        assert.ok(stored && !stored.secret.includes("plain"));
        assert.ok(!atob(stored.secret.replaceAll("\n", "")).includes("plain"));
        const [read] = await sql<
          { decrypted_secret: string }[]
        >`select decrypted_secret from vault.decrypted_secrets where name = 'test'`;
        assert.equal(read?.decrypted_secret, "plain text");
        await sql`update vault.secrets set nonce = decode(repeat('00', 16), 'hex') where id = ${
          row?.id ?? ""
        }`;
        await assert.rejects(
          async () => await sql`select * from vault.decrypted_secrets where name = 'test'`,
          /invalid ciphertext/,
        );
        await sql`delete from vault.secrets where name = 'test'`;
      },
    );
  } finally {
    await scene.close();
  }
});

Deno.test("what is deployed pins the versions that are tested", async () => {
  const Package = z.object({ devDependencies: z.record(z.string(), z.string()) });
  const { devDependencies } = Package.parse(JSON.parse(await Deno.readTextFile(`${ROOT}/package.json`)));
  const Imports = z.object({ imports: z.record(z.string(), z.string()) });
  const { imports } = Imports.parse(
    JSON.parse(await Deno.readTextFile(`${ROOT}/supabase/functions/deno.json`)),
  );
  const Lock = z.object({ specifiers: z.record(z.string(), z.string()) });
  const { specifiers } = Lock.parse(
    JSON.parse(await Deno.readTextFile(`${ROOT}/supabase/functions/deno.lock`)),
  );
  assert.ok(Object.keys(imports).length >= 15);
  for (const [specifier, target] of Object.entries(imports)) {
    const [, name = "", version = ""] = /^npm:\/?((?:@[^/]+\/)?[^/@]+)@([^/]+)/.exec(target) ?? [];
    assert.ok(specifier === name || specifier.startsWith(`${name}/`), specifier);
    assert.equal(devDependencies[name], version, specifier);
    assert.ok(specifiers[`npm:${name}@${version}`], `${name} is not in deno.lock`);
  }
});
