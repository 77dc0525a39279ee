import assert from "node:assert/strict";
import { join } from "node:path";
import { createClient } from "@supabase/supabase-js";
import { z } from "zod";
import { ROOT } from "../../../local/paths.ts";
import { consent, until } from "../../support/calendar-api.ts";
import { move } from "../proposals/support.ts";
import { examplesOf, examplesUnder } from "../../support/doc-examples.ts";
import { openScene } from "../../support/scene.ts";
import { ADA, GRACE } from "../../support/subjects/subject.ts";
import { createAdaptedProject } from "./adapted-project.ts";
import { connect, disconnect, finish, status } from "./own-page.ts";

const PAGE = "docs/embed/adapt.md";
/** Enough for the planner to prefer an index by itself. */
const MANY = 20_000;

Deno.test("only the migration of the default table names public.obligations", async () => {
  const folder = join(ROOT, "supabase/schemas");
  const naming: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if ((await Deno.readTextFile(join(folder, name))).includes("public.obligations")) naming.push(name);
  }
  assert.deepEqual(naming.sort(), ["335_obligations.sql"]);
});

Deno.test("the page of its own in docs/embed/adapt.md is the one that is tested", async () => {
  const [shown] = examplesUnder(await examplesOf(PAGE), "Your own page", "ts");
  assert.equal(shown, await Deno.readTextFile(new URL("own-page.ts", import.meta.url)));
});

Deno.test({
  name: "a host with another table and a page of its own does what docs/embed/adapt.md says, and no more",
  // The stack's servers and connections outlive a step, and end with the scene.
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const examples = await examplesOf(PAGE);
  const project = await createAdaptedProject(examples);
  const scene = await openScene("google", {}, { project }).finally(() =>
    Deno.remove(project, { recursive: true })
  );
  const { sql, stack, redirect_to, untilTitles } = scene;
  const insertDuty = async (name: string, members: readonly string[]) => {
    const [duty] = await sql<{ id: string }[]>`
      insert into app.duties (name, due_on) values (${name}, '2027-05-04') returning id`;
    assert.ok(duty);
    await sql`insert into app.duty_members (duty_id, user_id) select ${duty.id}, unnest(${members}::uuid[])`;
    return duty.id;
  };
  try {
    await t.step("there is no table of the default name", async () => {
      const [row] = await sql`select to_regclass('public.obligations') as name`;
      assert.equal(row?.["name"], null);
    });

    const grace = await scene.connectedUser(GRACE);
    const user = await scene.newUser();
    const supabase = createClient(stack.apiUrl, stack.publishableKey, {
      auth: { persistSession: false, autoRefreshToken: false },
    });
    await supabase.auth.signInWithPassword({ email: user.email, password: user.password });

    let ada = { id: "", calendar_id: "" };
    await t.step("a page of its own connects an account and shows how it is", async () => {
      const landed = await consent(await connect(supabase, "google", redirect_to), ADA);
      const integration = await finish(supabase, landed);
      assert.equal(integration.status, "active");
      const [shown] = await status(supabase);
      assert.deepEqual([shown?.id, shown?.account_email], [integration.id, ADA]);
      const [stored] = await user.api.status();
      ada = { id: integration.id, calendar_id: stored?.calendar_id ?? "" };
      const refused = await consent(await connect(supabase, "google", redirect_to), ADA, { consent: "deny" });
      await assert.rejects(finish(supabase, refused), /access_denied/);
    });

    let audit = "";
    await t.step("an event is in the calendar of every member, and changes with its duty", async () => {
      audit = await insertDuty("Audit", [user.id, grace.id]);
      await untilTitles(ada.calendar_id, ["Audit"]);
      await untilTitles(grace.calendar_id, ["Audit"]);
      await sql`update app.duties set name = 'Energy audit' where id = ${audit}`;
      await untilTitles(ada.calendar_id, ["Energy audit"]);
      await untilTitles(grace.calendar_id, ["Energy audit"]);
      await sql`update app.duties set state = 'done' where id = ${audit}`;
      await untilTitles(grace.calendar_id, ["✓ Energy audit"]);
    });

    await t.step("a user who is no member any more loses the event, a new member gets it", async () => {
      await sql`delete from app.duty_members where duty_id = ${audit} and user_id = ${user.id}`;
      await untilTitles(ada.calendar_id, []);
      assert.deepEqual(scene.titles(grace.calendar_id), ["✓ Energy audit"]);
      await sql`update app.duty_members set user_id = ${user.id} where duty_id = ${audit}`;
      await untilTitles(ada.calendar_id, ["✓ Energy audit"]);
      await untilTitles(grace.calendar_id, []);
    });

    await t.step("a duty that is deleted takes its members and its events along", async () => {
      await sql`delete from app.duties where id = ${audit}`;
      await untilTitles(ada.calendar_id, []);
    });

    await t.step("a feed follows the members too", async () => {
      const created = await user.api.request("POST", "/feeds", { name: "Phone" });
      const { url } = z.object({ url: z.string() }).parse(await created.json());
      const feed = async () => await (await fetch(url)).text();
      assert.ok(!(await feed()).includes("Shared duty"));
      const duty = await insertDuty("Shared duty", [grace.id]);
      await sql`insert into app.duty_members (duty_id, user_id) values (${duty}, ${user.id})`;
      await until(async () => (await feed()).includes("Shared duty"));
      await untilTitles(ada.calendar_id, ["Shared duty"]);
    });

    await t.step("what a user can ask about obligations is answered from the other table", async () => {
      const found = await user.api.request("GET", "/obligations?search=shared");
      const { obligations: [duty] } = z.object({
        obligations: z.array(z.object({ id: z.string(), title: z.string() })),
      }).parse(await found.json());
      assert.equal(duty?.title, "Shared duty");
      const explained = await user.api.request("GET", `/explain?obligation_id=${duty.id}`);
      const { integrations } = z.object({ integrations: z.array(z.object({ code: z.string() })) })
        .parse(await explained.json());
      assert.deepEqual(integrations, [{ code: "synced" }]);
    });

    await t.step(
      "a moved duty is accepted by whoever may change it, and by nobody before the host says how",
      async () => {
        const duty = await insertDuty("Permit", [user.id, grace.id]);
        await untilTitles(ada.calendar_id, ["Permit", "Shared duty"]);
        const legal = { deadline_date: "2027-05-04" };
        const id = await move(scene, ada.id, duty, { deadline_date: "2027-06-04" }, legal);
        const decide = async (decision: string) =>
          (await user.api.request("POST", `/proposals/${id}/${decision}`)).status;
        const due = async () => {
          const [row] = await sql`select due_on::text from app.duties where id = ${duty}`;
          return row?.["due_on"];
        };
        assert.equal(await decide("accept"), 403);
        for (const text of examplesUnder(examples, "Let users move deadlines", "sql")) await sql.unsafe(text);
        assert.equal(await decide("accept"), 403);
        await sql`grant usage on schema app to authenticated`;
        await sql`grant select on app.duty_members to authenticated`;
        await sql`grant select, update (due_on) on app.duties to authenticated`;
        await sql`alter table app.duties enable row level security`;
        assert.equal(await decide("accept"), 403);
        await sql`
        create policy members on app.duties for all to authenticated using (
          id in (select duty_id from app.duty_members where user_id = (select auth.uid())))`;
        assert.equal(await decide("accept"), 200);
        assert.equal(await due(), "2027-06-04");
        assert.equal(await decide("undo"), 200);
        assert.equal(await due(), "2027-05-04");
        const timed = await move(scene, ada.id, duty, {
          deadline_at: "2027-06-04T09:00:00Z",
          time_zone: null,
        }, legal);
        assert.equal((await user.api.request("POST", `/proposals/${timed}/accept`)).status, 403);
        await sql`alter table app.duties disable row level security`;
        await sql`delete from app.duties where id = ${duty}`;
        await untilTitles(ada.calendar_id, ["Shared duty"]);
      },
    );

    await t.step("the queries that try an adapter find nothing wrong, and a plan by index", async () => {
      const [counts, plan, ...more] = examplesUnder(examples, "Try an adapter", "sql");
      assert.ok(counts && plan && more.length === 0);
      const [shown, wrong] = await sql.unsafe(counts).simple();
      assert.ok(Array.isArray(shown) && shown.length > 0);
      assert.deepEqual(JSON.parse(JSON.stringify(wrong)), [
        { unknown_status: "0", two_deadlines: "0", recipients_twice: "0" },
      ]);
      await sql`alter table app.duties disable trigger user`;
      await sql`alter table app.duty_members disable trigger user`;
      await sql`insert into app.duties (name) select 'Old' from generate_series(1, ${MANY}::int)`;
      await sql`
        insert into app.duty_members (duty_id, user_id)
        select duty.id, case when random() < 0.01 then ${user.id}::uuid else ${grace.id}::uuid end
        from app.duties as duty where duty.name = 'Old'`;
      await sql`analyze app.duties, app.duty_members`;
      const rows = await sql.unsafe(plan);
      const text = rows.map((row) => String(row["QUERY PLAN"])).join("\n");
      assert.match(text, /Index.* on duty_members/);
      assert.match(text, /user_id = '11111111/);
      assert.doesNotMatch(text, /Seq Scan|Function Scan/);
      await sql`delete from app.duties where name = 'Old'`;
      await sql`alter table app.duties enable trigger user`;
      await sql`alter table app.duty_members enable trigger user`;
    });

    await t.step("an adapter that was changed is looked at with everything at once", async () => {
      await sql`
        create or replace function calendar_sync.deadline_of(obligation app.duties)
        returns setof calendar_sync.deadline language sql stable security invoker rows 1
        as $$
          select obligation.id, member.user_id, 'Duty: ' || obligation.name, obligation.notes, obligation.kind,
            'open', obligation.due_on, null::timestamptz, null::text, obligation.link
          from app.duty_members as member where member.duty_id = obligation.id
        $$`;
      for (const text of examplesUnder(examples, "What an adapter has to keep to", "sql")) {
        await sql.unsafe(text);
      }
      await untilTitles(ada.calendar_id, ["Duty: Shared duty"]);
    });

    await t.step("a page of its own disconnects, and the events go", async () => {
      await disconnect(supabase, ada.id, "remove");
      await until(async () => (await status(supabase)).length === 0);
      assert.equal(scene.provider.hasCalendar(ADA, ada.calendar_id), false);
      const [incidents] = await sql`select count(*)::int as n from calendar_sync.incidents`;
      assert.equal(incidents?.["n"], 0);
    });
  } finally {
    await scene.close();
  }
});
