import assert from "node:assert/strict";
import { functionsOf } from "../../../local/add/plan-config.ts";
import { openScene } from "../../support/scene.ts";
import { ADA, GRACE } from "../../support/subjects/subject.ts";
import { createHostProject, functionsOfProject, runAdd } from "./host-project.ts";

const MIGRATION = "supabase/migrations/20250101000000_duties.sql";
const TABLES = `create schema app;
create table app.duties (
  id uuid primary key default gen_random_uuid(),
  owner_id uuid references auth.users (id) on delete cascade,
  name text not null,
  state text not null default 'todo',
  due_on date,
  "Due at" timestamptz,
  link text
);
create index on app.duties (owner_id, id);
create table app.duty_members (
  duty_id uuid not null references app.duties (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  primary key (user_id, duty_id)
);
create index on app.duty_members (duty_id);
grant usage on schema app to authenticated;
grant select, update on app.duties to authenticated;
alter table app.duties enable row level security;
create policy "own duties" on app.duties to authenticated using (owner_id = (select auth.uid()));
`;

const COLUMNS = [
  ...["--obligations", "app.duties", "--id", "id", "--user", "owner_id", "--title", "name"],
  ...["--date", "due_on", "--at", '"Due at"', "--url", "link"],
  ...["--status", "state", "--completed", "done,filed", "--cancelled", "void"],
];
const MEMBERS = ["--members", "app.duty_members:duty_id:user_id"];

Deno.test({
  name: "a project with a table of obligations and members of its own has that one in its calendars",
  // The stack's servers and connections outlive a step, and end with the scene.
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const host = await createHostProject();
  try {
    await host.write(MIGRATION, TABLES);

    await t.step("it gets a migration of its own that watches its tables, and no default table", async () => {
      const { code, stdout, stderr } = await runAdd(host.folder, "--yes", ...COLUMNS, ...MEMBERS);
      assert.equal(code, 0, stderr);
      assert.match(stdout, /^\+ supabase\/migrations\/\d{14}_calendar_watch_app_duties\.sql/m);
      const files = [...(await host.files()).keys()];
      assert.deepEqual(files.filter((path) => path.includes("_calendar_obligations")), []);
      assert.match(files.filter((path) => path.endsWith(".sql")).at(-1) ?? "", /calendar_watch_app_duties/);
    });

    await t.step("the same command again changes nothing, nor does one without the columns", async () => {
      const written = await host.files();
      for (const args of [[...COLUMNS, ...MEMBERS], []]) {
        const { stdout } = await runAdd(host.folder, "--yes", ...args);
        assert.match(stdout, /Nothing to change/);
      }
      assert.deepEqual(await host.files(), written);
    });

    const functions = await functionsOfProject(host, functionsOf(await host.read("supabase/config.toml")));
    const scene = await openScene("google", {}, { project: host.folder, functions });
    try {
      const { sql } = scene;

      await t.step("a duty is in the calendars of its owner and of its members, once in each", async () => {
        const owner = await scene.connectedUser(ADA);
        const member = await scene.connectedUser(GRACE);
        const [duty] = await sql<{ id: string }[]>`
          insert into app.duties (owner_id, name, due_on) values (${owner.id}, 'Audit', '2027-02-01') returning id`;
        assert.ok(duty);
        await sql`insert into app.duty_members (duty_id, user_id) values (${duty.id}, ${owner.id}), (${duty.id}, ${member.id})`;
        await scene.untilTitles(owner.calendar_id, ["Audit"]);
        await scene.untilTitles(member.calendar_id, ["Audit"]);

        await sql`update app.duties set state = 'filed' where id = ${duty.id}`;
        await scene.untilTitles(member.calendar_id, ["✓ Audit"]);
        await sql`delete from app.duty_members where user_id = ${member.id}`;
        await scene.untilTitles(member.calendar_id, []);
        await sql`update app.duties set state = 'void' where id = ${duty.id}`;
        await scene.untilTitles(owner.calendar_id, []);
      });

      await t.step(
        "who may change a duty moves its deadline, to a day or to an instant, and nobody else",
        async () => {
          const [owner, other] = [await scene.connectedUser(ADA), await scene.newUser()];
          const [duty] = await sql<{ id: string }[]>`
          insert into app.duties (owner_id, name, due_on) values (${owner.id}, 'Move', '2027-02-01') returning id`;
          const moveTo = (user_id: string, day: string | null, instant: string | null) =>
            sql.begin(async (own) => {
              await own`select set_config('role', 'authenticated', true), set_config('request.jwt.claims', ${
                JSON.stringify({ sub: user_id, role: "authenticated" })
              }, true)`;
              const [row] = await own`
              select calendar_sync.accept_proposal(${
                duty?.id ?? ""
              }, ${day}::date, ${instant}::timestamptz, null) as moved`;
              return row?.["moved"];
            });
          const due = async () =>
            (await sql`select due_on::text, "Due at" as due_at from app.duties where id = ${duty?.id ?? ""}`)[
              0
            ];
          assert.equal(await moveTo(other.id, "2027-02-02", null), false);
          assert.equal(await moveTo(owner.id, "2027-02-03", null), true);
          assert.deepEqual({ ...await due() }, { due_on: "2027-02-03", due_at: null });
          assert.equal(await moveTo(owner.id, null, "2027-02-04T08:00Z"), true);
          assert.deepEqual({ ...await due() }, { due_on: null, due_at: new Date("2027-02-04T08:00Z") });
          await sql`delete from app.duties where id = ${duty?.id ?? ""}`;
        },
      );

      await t.step("the checks of the installation find nothing wrong with the adapter", async () => {
        await sql`insert into app.duties (owner_id, name, due_on, "Due at")
          select id, 'Both', '2027-03-01', '2027-03-02T08:00Z' from auth.users limit 1`;
        await sql`insert into app.duties (name, due_on) values ('Nobody''s', '2027-03-01')`;
        const findings = await sql<{ check_name: string; ok: boolean; found: string }[]>`
          select * from calendar_admin.setup_check() where check_name ~ 'adapter|watched|trigger'`;
        assert.ok(findings.length > 8);
        assert.deepEqual(findings.filter(({ ok }) => !ok), []);
      });
    } finally {
      await scene.close();
    }

    await t.step("other columns are a new migration, and the first one stays", async () => {
      const written = await host.files();
      const { code, stdout, stderr } = await runAdd(host.folder, "--yes", ...COLUMNS);
      assert.equal(code, 0, stderr);
      const [path = ""] = /supabase\/migrations\/\d{14}_calendar_watch_app_duties\.sql/.exec(stdout) ?? [];
      assert.equal(written.has(path), false);
      assert.doesNotMatch(await host.read(path), /member\./);
      assert.match(await host.read(path), /calendar_sync\.unwatch\('app\.duty_members'\)/);
      for (const [name, text] of written) {
        if (name !== "supabase/calendar-sync.json" && !name.includes("node_modules")) {
          assert.equal(await host.read(name), text, name);
        }
      }
    });
  } finally {
    await host.remove();
  }
});
