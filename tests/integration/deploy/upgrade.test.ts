import assert from "node:assert/strict";
import { join } from "node:path";
import postgres, { type Sql } from "postgres";
import { adapterMigration } from "../../../local/add/adapter-migration.ts";
import type { AdapterOptions } from "../../../local/add/options.ts";
import { DEFAULT_TABLE_MIGRATION } from "../../../local/add/product.ts";
import { changeMigrations, readMigrations, readSchemas } from "../../../local/migrations.ts";
import type { SqlFile } from "../../../local/next-migration.ts";
import { ROOT } from "../../../local/paths.ts";
import { installExtensions } from "../../../local/extensions/install.ts";
import {
  createSchemaDatabase,
  OLD_DEFAULT_PRIVILEGES,
  runAsPostgres,
} from "../../../local/postgres/schema-database.ts";
import { startPostgres } from "../../../local/postgres/server.ts";
import { withRelease } from "../../../local/releases.ts";
import { until } from "../../support/calendar-api.ts";
import { catalogOf } from "../../support/catalog.ts";
import { lintMigrations } from "../../support/migration-lint.ts";
import { openScene } from "../../support/scene.ts";

const NOW = new Date("2027-03-01T10:20:30Z");

/** Rows of the tables that hold nothing of a user. A new one gets a row here, others in two-users.psql. */
const NOBODYS_ROWS = `
insert into calendar_sync.admin_notices (kind) values ('tick');
insert into calendar_sync.count_flushes (id, counts) values (gen_random_uuid(), '{}');
insert into calendar_sync.count_totals (metric, labels, value, grown_at) values ('metric', '{}', 1, now());
insert into calendar_sync.count_words (metric, word) values ('metric', 'word');
insert into calendar_sync.ending_channels (provider, channels, refresh_token_secret_id, given_up_at)
values ('google', '[]', gen_random_uuid(), now());
insert into calendar_sync.server_breakers (provider, server, unreachable) values ('caldav', 'dav.example.com', '{}');
insert into calendar_sync.wake_up_calls (request_id) values (1);
`;

/** A made-up next version of some schema files. */
const NEXT: Readonly<Record<string, (sql: string) => string>> = {
  "015_version.sql": (sql) => sql.replace(/select '[^']+'/, "select '0.2.0'"),
  "030_integrations.sql": (sql) =>
    `${sql}
alter table public.calendar_integrations add column colour text not null default 'blue';
comment on column public.calendar_integrations.colour is 'Of the calendar.';
create index calendar_integrations_colour_idx on public.calendar_integrations (colour);
create table public.calendar_palette (name text primary key);
comment on table public.calendar_palette is 'Colours of calendars.';
alter table public.calendar_palette enable row level security;
create policy "everybody" on public.calendar_palette for select to authenticated using (true);
revoke all on public.calendar_palette from anon, authenticated, service_role;
grant select on public.calendar_palette to authenticated;
create function public.calendar_colours() returns setof text
language sql stable security definer set search_path = ''
as $$ select name from public.calendar_palette $$;
comment on function public.calendar_colours() is 'Colours of calendars.';
`,
  "010_deadlines.sql": (sql) => sql.replace("<= 2000 then url", "<= 1999 then url"),
  "070_watch.sql": (sql) => sql.replace("-- Most writes concern no calendar, or one.", "-- As of 0.2.0."),
};

/** Made-up changes of what only projects with the default table have, and what they change. */
const OF_DEFAULT_TABLE: Readonly<Record<string, (sql: string) => string>> = {
  "column:public.obligations.colour": (sql) =>
    `${sql}alter table public.obligations add column colour text;\n`,
  "index:public.obligations_title_idx": (sql) =>
    `${sql}create index obligations_title_idx on public.obligations (title);\n`,
  "policy:public.obligations.theirs": (sql) => sql.replace('"own obligations"', '"theirs"'),
  "trigger:public.obligations.obligations_touch": (sql) =>
    sql.replace("before update on public", "before insert or update on public"),
  "function:public.obligations_touch": (sql) =>
    sql.replace("new.updated_at := now()", "new.updated_at := clock_timestamp()"),
  "function:calendar_sync.deadline_of": (sql) =>
    sql.replace("    obligation.title,", "    upper(obligation.title),"),
  "function:calendar_sync.accept_proposal": (sql) =>
    sql.replace("  return found;", "  return coalesce(found, false);"),
};

const OWN_TABLE = `
create schema app;
grant usage on schema app to authenticated;
create table app.duties (id uuid primary key default gen_random_uuid(), owner_id uuid, name text, due_on date);
grant select, update on app.duties to authenticated;
`;
const OWN_ADAPTER: AdapterOptions = {
  table: "app.duties",
  id: "id",
  user: "owner_id",
  members: null,
  title: "name",
  description: null,
  type: null,
  status: null,
  date: "due_on",
  at: null,
  time_zone: null,
  url: null,
};

function nextOf(schemas: readonly SqlFile[]): readonly SqlFile[] {
  const changed = schemas.map(({ name, sql }) => ({ name, sql: NEXT[name]?.(sql) ?? sql }));
  assert.equal(
    changed.filter(({ sql }, index) => sql !== schemas[index]?.sql).length,
    Object.keys(NEXT).length,
  );
  return changed;
}

Deno.test({
  name: "an installation of the first version is upgraded to the next one with its data",
  // The server and the stack outlive a step, and end with the test.
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const server = await startPostgres({ log: () => {} });
  await installExtensions(server.url);
  const [migrations, schemas] = [await readMigrations(), await readSchemas()];
  const next = nextOf(schemas);
  const releases = withRelease([], "0.1.0", migrations);
  const change = (
    options: { schemas?: readonly SqlFile[]; migrations?: readonly SqlFile[]; version?: string } = {},
  ) =>
    changeMigrations({
      server_url: server.url,
      releases,
      migrations,
      schemas: next,
      version: "0.2.0",
      now: NOW,
      ...options,
    });
  let migration: SqlFile = { name: "", sql: "" };

  try {
    await t.step(
      "what changed in the schema is one new migration, dated and named after its version",
      async () => {
        const { written, removed } = await change();
        assert.deepEqual([written.map(({ name }) => name), removed], [
          ["20270301102030_calendar_0_2_0.sql"],
          null,
        ]);
        const [first] = written;
        assert.ok(first);
        migration = first;
      },
    );

    await t.step(
      "until it is released it is made anew under its name, and goes when nothing is left to do",
      async () => {
        const all = [...migrations, migration];
        assert.deepEqual(await change({ migrations: all }), { written: [migration], removed: null });
        assert.deepEqual(await change({ migrations: all, schemas }), {
          written: [],
          removed: migration.name,
        });
      },
    );

    await t.step("a released migration is never made anew", async () => {
      const [first, ...others] = migrations;
      assert.ok(first);
      const rewritten = [{ ...first, sql: `${first.sql}-- one more line\n` }, ...others];
      await assert.rejects(
        () => change({ migrations: rewritten }),
        /was released with 0\.1\.0 and never changes/,
      );
      await assert.rejects(() => change({ migrations: others }), /is missing/);
      await assert.rejects(() => change({ version: "0.1.0" }), /raise the version in package\.json/);
      assert.throws(() => withRelease(releases, "0.1.0", migrations), /was released before/);
      assert.throws(
        () => withRelease(releases, "0.2.0", [...migrations, { name: "20200101000000_x.sql", sql: "" }]),
        /later than/,
      );
      assert.deepEqual(
        Object.keys(withRelease(releases, "0.2.0", [...migrations, migration])[1]?.migrations ?? {}),
        [
          migration.name,
        ],
      );
    });

    await t.step("what loses data, or writes a table anew, is named above the statements", async () => {
      const changed = schemas.map(({ name, sql }) => ({
        name,
        sql: name === "250_counts.sql"
          ? `${sql}alter table calendar_sync.count_words drop column noted_at;\nalter table calendar_sync.count_words alter column word type varchar(900);\n`
          : sql,
      }));
      const [{ sql } = { sql: "" }] = (await change({ schemas: changed })).written;
      assert.match(sql, /^-- Loses what is there: .*"count_words" DROP COLUMN "noted_at"/m);
      assert.match(
        sql,
        /^-- May write the whole table anew under a lock: .*"count_words" ALTER COLUMN "word"/m,
      );
      assert.doesNotMatch(migration.sql, /^-- Loses/m);
    });

    await t.step(
      "a linter looks for locks that a migration would hold for long, and finds the index",
      async () => {
        const rules = (await lintMigrations([migration])).map(({ rule_name }) => rule_name);
        assert.deepEqual(rules, ["require-concurrent-index-creation"]);
      },
    );

    await t.step("a change of the default table is not for projects with a table of their own", async () => {
      const changed = schemas.map(({ name, sql }) => {
        if (name === "070_watch.sql") {
          return { name, sql: sql.replace("left(deadline.title, 1000)", "left(deadline.title, 900)") };
        }
        const changes = name === "335_obligations.sql" ? Object.values(OF_DEFAULT_TABLE) : [];
        return { name, sql: changes.reduce((text, changeSql) => changeSql(text), sql) };
      });
      await assert.rejects(() => change({ schemas: changed }), ({ message }: Error) => {
        assert.match(message, /ends in _calendar_obligations_0_2_0\.sql/);
        for (const what of [...Object.keys(OF_DEFAULT_TABLE), "view:calendar_sync.deadlines"]) {
          assert.ok(message.includes(what), `${what}: ${message}`);
        }
        return true;
      });
    });

    await t.step(
      "a project with a table of its own keeps what it wrote, and its triggers are made anew",
      async () => {
        const url = await createSchemaDatabase(server.url, "own_table", [
          OLD_DEFAULT_PRIVILEGES,
          ...migrations.filter(({ name }) => !DEFAULT_TABLE_MIGRATION.test(`supabase/migrations/${name}`))
            .map(({ sql }) => sql),
          OWN_TABLE,
          adapterMigration(OWN_ADAPTER, { earlier: null, others: [], has_default_table: false }),
          // One that was dropped leaves its row behind until the next tick.
          "insert into calendar_sync.watched_tables values (1, 1, 'id', null)",
        ]);
        await runAsPostgres(url, [migration.sql]);
        await withSql(url, async (sql) => {
          const made = await sql`
          select proname, prosrc like '%As of 0.2.0.%' as is_new from pg_proc where proname like 'on\\_change\\_%'`;
          assert.deepEqual(made.map((row) => ({ ...row })), [{
            proname: "on_change_app_duties",
            is_new: true,
          }]);
          const [duty] =
            await sql`insert into app.duties (name, due_on) values ('Report', '2027-01-01') returning id`;
          await sql.begin(async (own) => {
            await own`set local role authenticated`;
            const [accepted] = await own`select calendar_sync.accept_proposal(${
              duty?.["id"]
            }, '2027-02-02', null, null) as is_moved`;
            assert.equal(accepted?.["is_moved"], true);
          });
          await sql`select calendar_sync.watch_partitions()`;
          const wrong = await sql`select check_name from calendar_admin.check_triggers() where not ok`;
          assert.deepEqual(wrong.map(({ check_name }) => check_name), []);
        });
      },
    );

    for (const [project, privileges] of Object.entries({ old: OLD_DEFAULT_PRIVILEGES, new: "" })) {
      await t.step(
        `with data in every table of ${project} projects, the upgraded schema is the new one, and every row is as it was`,
        async () => {
          const create = (name: string, files: readonly SqlFile[]) =>
            createSchemaDatabase(server.url, `${name}_${project}`, [
              privileges,
              ...files.map(({ sql }) => sql),
            ]);
          const url = await create("installed", migrations);
          const wanted = await create("wanted", next);
          await withSql(url, fillEveryTable);
          const before = await withSql(url, rowsOf);
          assert.deepEqual([...before].filter(([, rows]) => rows === "0").map(([name]) => name), []);
          await runAsPostgres(url, [migration.sql]);
          const exposed = await withSql(
            url,
            (sql) => sql`select check_name from calendar_admin.check_exposure() where not ok`,
          );
          assert.deepEqual([...exposed], []);
          assert.deepEqual(await withSql(url, catalogOf), await withSql(wanted, catalogOf));
          assert.deepEqual(
            await withSql(url, (sql) => rowsOf(sql, ["colour", "calendar_palette"])),
            before,
          );
        },
      );
    }

    await t.step(
      "the functions of the first version work with the upgraded database, and it says that they are old",
      async () => {
        const project = await Deno.makeTempDir({ prefix: "ecocomply-upgraded-" });
        await new Deno.Command("cp", { args: ["-R", join(ROOT, "supabase"), project] }).output();
        await Deno.writeTextFile(join(project, "supabase/migrations", migration.name), migration.sql);
        const scene = await openScene("google", {}, { project }).finally(() =>
          Deno.remove(project, { recursive: true })
        );
        try {
          const { id, calendar_id } = await scene.connectedUser();
          await scene
            .sql`insert into public.obligations (user_id, title, deadline_date) values (${id}, 'Upgraded', '2027-04-01')`;
          await scene.untilTitles(calendar_id, ["Upgraded"]);
          await until(async () => {
            const [finding] = await scene.sql<
              { found: string; severity: string }[]
            >`select * from calendar_admin.check_version()`;
            return finding?.found === "the database has 0.2.0, the functions have 0.1.0" &&
              finding.severity === "warning";
          });
        } finally {
          await scene.close();
        }
      },
    );
  } finally {
    await server.stop();
  }
});

async function withSql<T>(url: string, work: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** The two users of the pgTAP suite, who have one of everything. */
async function fillEveryTable(sql: Sql): Promise<void> {
  const text = await Deno.readTextFile(join(ROOT, "supabase/tests/support/two-users.psql"));
  const people: Record<string, string> = {};
  for (
    const [, id = "", name = ""] of text.matchAll(
      /set_config\('test\.\w+', '([0-9a-f-]{36})', true\) as (\w+)/g,
    )
  ) {
    people[name] = id;
  }
  // psql's own commands and variables.
  const plain = text.replace(/^select set_config\([^;]*?\\gset$/m, "")
    .replaceAll(/:'(\w+)'/g, (_, name: string) => `'${people[name]}'`);
  assert.doesNotMatch(plain, /^\\|\\g/m);
  await sql.unsafe(plain + NOBODYS_ROWS);
}

/** How many rows each of our tables has, and a hash of them. */
async function rowsOf(sql: Sql, without: readonly string[] = []): Promise<ReadonlyMap<string, string>> {
  const tables = await sql<{ name: string; columns: string }[]>`
    select class.oid::regclass::text as name,
      string_agg(quote_ident(part.attname), ', ' order by part.attname) filter (where part.attname <> all (${without})) as columns
    from pg_class as class join pg_attribute as part on part.attrelid = class.oid and part.attnum > 0 and not part.attisdropped
    where class.relkind in ('r', 'p') and not class.relispartition
      and class.relnamespace in ('calendar_sync'::regnamespace, 'public'::regnamespace)
      and class.oid::regclass::text <> all (${without})
    group by class.oid`;
  const rows = new Map<string, string>();
  for (const { name, columns } of tables) {
    const [found] = await sql.unsafe<{ rows: string }[]>(
      `select concat_ws(' ', count(*), md5(string_agg(row::text, '|' order by row::text))) as rows from (select ${columns} from ${name}) as row`,
    );
    rows.set(name, found?.rows ?? "");
  }
  return new Map([...rows].sort());
}
