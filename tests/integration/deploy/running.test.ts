import assert from "node:assert/strict";
import { until } from "../../support/calendar-api.ts";
import { examplesOf, examplesUnder } from "../../support/doc-examples.ts";
import { openScene } from "../../support/scene.ts";
import { testMoving } from "./moving.ts";
import { FIRST_SECRETS, testRotation } from "./rotation.ts";

Deno.test({
  name: "a running installation is operated as docs/deploy/deploy.md says",
  // The stack's servers and connections outlive a step, and end with the scene.
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const examples = await examplesOf("docs/deploy/deploy.md");
  const scene = await openScene("google", FIRST_SECRETS);
  const { sql, stack } = scene;
  /** Runs an example as the role of the SQL editor, and answers with the rows of its last statement. */
  const asPostgres = async (text: string): Promise<Record<string, unknown>[]> => {
    const connection = await sql.reserve();
    try {
      await connection`set session authorization postgres`;
      const result = await connection.unsafe(text).simple();
      const last = Array.isArray(result[0]) ? result.at(-1) : result;
      return Array.isArray(last) ? last.map((row) => ({ ...row })) : [];
    } finally {
      await connection`reset session authorization`;
      connection.release();
    }
  };
  const run = async (heading: string) => {
    for (const text of examplesUnder(examples, heading, "sql")) await asPostgres(text);
  };
  const secretsNamed = async () => {
    const rows = await sql<
      { name: string }[]
    >`select name from vault.secrets where name is not null order by 1`;
    return rows.map(({ name }) => name);
  };
  const connectWorker = async (secret: string) => {
    await sql`delete from vault.secrets where name like 'calendar_sync_%'`;
    const [store, answer, check, ...more] = examplesUnder(
      examples,
      "5. Connect the database to the worker",
      "sql",
    );
    assert.ok(store && answer && check && more.length === 0);
    await sql`delete from net._http_response`;
    await asPostgres(
      store.replace("<CALENDAR_SYNC_SECRET>", secret)
        .replace("https://<ref>.supabase.co", stack.apiUrl),
    );
    await until(async () => (await asPostgres(answer))[0]?.["status_code"] === 202);
    const wrong = await asPostgres(check);
    // Of a tick every ten seconds the first is not waited for.
    const missing = wrong.filter(({ severity, check_name }) =>
      severity === "error" && check_name !== "pg_cron runs"
    );
    assert.deepEqual(missing, []);
  };
  let secret: string = FIRST_SECRETS.CALENDAR_SYNC_SECRET;
  try {
    await t.step(
      "the database is connected to the worker, wakes it and is answered",
      () => connectWorker(secret),
    );

    await t.step("the first event appears", async () => {
      const user = await scene.connectedUser();
      await run("6. The first event");
      await scene.untilTitles(user.calendar_id, ["My first deadline"]);
      await sql`delete from auth.users where id = ${user.id}`;
      // Leaving ends Google's whole grant, that of a connection which the same account begins meanwhile too.
      await until(async () => (await sql`select from public.calendar_integrations`).length === 0);
    });

    await testRotation(t, scene, async (changed) => {
      const [text, ...more] = examplesUnder(examples, "Change secrets", "sql");
      assert.ok(text && more.length === 0);
      await asPostgres(text.replace("<CALENDAR_SYNC_SECRET>", changed));
      secret = changed;
    });

    const user = await scene.connectedUser();
    const insert = (title: string) =>
      sql`insert into public.obligations (user_id, title, deadline_date) values (${user.id}, ${title}, '2027-02-03')`;

    await t.step(
      "a call that is missing for a moment during an upgrade loses and doubles nothing",
      async () => {
        // What the connection began is recorded: a first reading that cannot be would be repeated before any event.
        await scene.untilIdle();
        await sql`alter function public.calendar_record(uuid, uuid, jsonb, jsonb, jsonb) rename to calendar_record_of_later`;
        try {
          await insert("During an upgrade");
          await scene.untilTitles(user.calendar_id, ["During an upgrade"]);
        } finally {
          await sql`alter function public.calendar_record_of_later(uuid, uuid, jsonb, jsonb, jsonb) rename to calendar_record`;
        }
        await user.api.untilStatus(({ progress }) => progress.pending === 0 && progress.synced === 1);
        assert.deepEqual(scene.titles(user.calendar_id), ["During an upgrade"]);
      },
    );

    await t.step("everything is stopped, and goes on where it was", async () => {
      const [off, on, ...more] = examplesUnder(examples, "Roll back", "sql");
      assert.ok(off && on && more.length === 0);
      await asPostgres(off);
      try {
        await sql`delete from net.http_request_queue`;
        await insert("While stopped");
        await sql`select calendar_sync.tick()`;
        const [queued] = await sql`select count(*)::int as n from net.http_request_queue`;
        assert.equal(queued?.["n"], 0);
      } finally {
        await asPostgres(on);
      }
      await scene.untilTitles(user.calendar_id, ["During an upgrade", "While stopped"]);
    });

    await t.step("after a restored backup, the events that it does not know are taken over", async () => {
      const [after, lost_key, ...more] = examplesUnder(examples, "Back up and restore", "sql");
      assert.ok(after && lost_key && more.length === 0);
      await user.api.untilStatus(({ progress }) => progress.pending === 0);
      await sql`delete from public.calendar_event_mappings`;
      await asPostgres(after);
      await user.api.untilStatus(({ progress }) => progress.pending === 0 && progress.synced === 2);
      assert.deepEqual(scene.titles(user.calendar_id), ["During an upgrade", "While stopped"]);
      await asPostgres(lost_key);
      assert.deepEqual(await secretsNamed(), []);
      await connectWorker(secret);
    });

    const moving = examplesUnder(examples, "Move an existing installation", "sql");
    await testMoving(t, scene, moving, asPostgres);

    await t.step("a copy of production is made harmless, and has its schedule back afterwards", async () => {
      const [stop, harmless, schedule, ...more] = examplesUnder(examples, "Staging", "sql");
      assert.ok(stop && harmless && schedule && more.length === 0);
      const jobs = () => sql`select jobname, schedule, command from cron.job order by jobname`;
      const before = JSON.stringify(await jobs());
      await assert.rejects(() => asPostgres(harmless), /This database has jobs or a worker/);
      await asPostgres(stop);
      assert.deepEqual([...await jobs()], []);
      await assert.rejects(() => asPostgres(harmless), /This database called a worker/);
      await sql`update calendar_sync.wake_up_calls set at = at - interval '10 minutes'`;
      await asPostgres(harmless);
      assert.equal((await sql`select from vault.secrets`).length, 0, "tokens included");
      await asPostgres(schedule);
      assert.equal(JSON.stringify(await jobs()), before);
    });
  } finally {
    await scene.close();
  }
});
