import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { z } from "zod";
import { callWithKey, keyFrom } from "../../support/api-keys.ts";
import { consent, PATIENCE_MS, until } from "../../support/calendar-api.ts";
import type { Scene } from "../../support/scene.ts";
import { ADA, GRACE } from "../../support/subjects/subject.ts";
import { tracesOf } from "./answers.ts";

/** Tables that know users only while one is being erased. */
const EMPTY_OTHERWISE = ["calendar_sync.erasures"];

/**
 * A user of whom every table knows something is paused, and then erased: the events leave the calendar, and nothing that
 * belongs to the user is anywhere.
 */
export async function showErasing(t: Deno.TestContext, scene: Scene): Promise<void> {
  const { sql } = scene;
  const user = await scene.newUser();
  const bystander = await scene.connectedUser();
  const kept = await scene.connect(user.api, GRACE);
  const { id: integration_id, calendar_id } = await scene.connect(user.api, ADA);
  assert.ok(calendar_id);
  await sql`insert into public.obligations (user_id, title, deadline_date)
    select id, 'Private ' || n, '2027-01-01' from auth.users, generate_series(1, 3) as n
    where id in ${sql([user.id, bystander.id])}`;
  await scene.untilTitles(calendar_id, ["Private 1", "Private 2", "Private 3"]);
  await scene.untilTitles(bystander.calendar_id, ["Private 1", "Private 2", "Private 3"]);

  await t.step(
    "a calendar that an administrator paused: the API says why, and Sync now does not help",
    async () => {
      await sql`select calendar_admin.pause(${integration_id}, 'We look into a complaint')`;
      assert.equal((await user.api.request("POST", "/sync", { integration_id })).status, 202);
      const integration = await user.api.untilStatus(({ id }) => id === integration_id);
      assert.equal(integration.status, "paused");
      assert.deepEqual(integration.last_error, {
        code: "configuration",
        message:
          "An administrator has paused the sync of this calendar: We look into a complaint. It goes on once an administrator resumes it.",
        details: { reason: "We look into a complaint" },
      });
      await sql`update public.obligations set title = 'Never shown' where user_id = ${user.id} and title = 'Private 1'`;
    },
  );

  await t.step("erase_user: the events go, and no table knows the user any more", async () => {
    const deleted = await user.api.request("DELETE", `/?integration_id=${kept.id}&events=keep`);
    assert.equal(deleted.status, 204);
    await sql`insert into calendar_sync.leftovers (integration_id, obligation_id, calendar_id, reason)
      values (${kept.id}, gen_random_uuid(), 'calendar', 'interrupted')`;
    await sql`insert into calendar_sync.channels (id, integration_id, provider, calendar_id, token_hash, state)
      select gen_random_uuid(), id, provider, calendar_id, 'a hash', 'failed' from public.calendar_integrations where id = ${integration_id}`;
    await sql`insert into calendar_sync.test_events (integration_id, starts_at, remove_at, refused)
      values (${integration_id}, now(), now(), 'refused')`;
    await sql`insert into calendar_sync.edits (integration_id, obligation_id, deletions)
      select ${integration_id}, id, 1 from public.obligations where user_id = ${user.id} and title = 'Private 2'`;
    await sql`select calendar_sync.open_proposal(integration, obligation.id, '{"deadline_date": "2027-01-08"}', '{"deadline_date": "2027-01-01"}')
      from public.calendar_integrations as integration, public.obligations as obligation
      where integration.id = ${integration_id} and obligation.user_id = ${user.id} and obligation.title = 'Private 3'`;
    await sql`select calendar_sync.take_lock('calendar', ${user.id}, gen_random_uuid(), 1)`;
    const created = await user.api.request("POST", "/feeds", { name: "Mine" });
    const { url } = z.object({ url: z.string() }).parse(await created.json());
    assert.equal((await fetch(url)).status, 200);
    const { key } = await keyFrom(user.api);
    assert.equal((await callWithKey(scene.stack, key, "GET", "/status")).status, 200);
    await user.api.request("PATCH", "/preferences", { time_zone: "Europe/Paris" });
    await user.api.request("PATCH", "/notifications", { kinds: { deadline_failed: "off" } });
    await sql`select calendar_sync.suppress_mail(id, email, '550') from auth.users where id = ${user.id}`;
    await sql`select calendar_sync.queue_mails()`;
    const webhook = await user.api.request("POST", "/webhooks", {
      url: "https://app.example.com/",
      types: ["webhook.test"],
    });
    const { id: webhook_id } = z.object({ id: z.string() }).parse(await webhook.json());
    assert.equal((await user.api.request("POST", `/webhooks/${webhook_id}/test`)).status, 202);
    // One flow that was begun, and one that waits for its confirmation.
    await user.api.authorizeUrl({ redirect_to: scene.redirect_to });
    await consent(await user.api.authorizeUrl({ redirect_to: scene.redirect_to }), GRACE);

    const secrets = await secretsOf(sql, user.id);
    assert.ok(secrets.length >= 4);
    const integration_ids = await integrationsOf(sql, user.id);
    // In one transaction: a worker that is quick takes what an insert leaves for it as soon as it is committed.
    const before = await sql.begin(async (own) => {
      await own`insert into public.obligations (user_id, title, deadline_date) values (${user.id}, 'Private 4', '2027-01-01')`;
      await own`
        insert into calendar_sync.jobs (integration_id, kind, run_at)
        select id, 'find_orphans', now() + interval '1 day' from public.calendar_integrations
        where user_id = ${user.id} and removed_at is null`;
      return await tracesOf(own, user.id, integration_ids);
    });
    assert.deepEqual(before.filter(({ rows, name }) => rows === 0 && !EMPTY_OTHERWISE.includes(name)), []);

    await sql`select calendar_admin.erase_user(${user.id}, p_reason => 'Request 12')`;
    await until(
      async () => (await tracesOf(sql, user.id, integration_ids)).every(({ rows }) => rows === 0),
      PATIENCE_MS,
      async () => (await tracesOf(sql, user.id, integration_ids)).filter(({ rows }) => rows > 0),
    );
    assert.deepEqual(scene.titles(calendar_id), []);
    assert.equal((await sql`select from vault.secrets where id = any (${secrets}::uuid[])`).length, 0);
    assert.equal((await fetch(url)).status, 404);
    const [row] =
      await sql`select details ->> 'because' as reason, user_id, integration_id from calendar_sync.activity where action = 'erased'`;
    assert.deepEqual({ ...row }, { reason: "Request 12", user_id: null, integration_id: null });
  });

  await t.step("and nobody else is any the worse", async () => {
    assert.deepEqual(scene.titles(bystander.calendar_id), ["Private 1", "Private 2", "Private 3"]);
    const [status] = await bystander.api.status();
    assert.equal(status?.status, "active");
  });
}

async function integrationsOf(sql: Sql, user_id: string): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select distinct id from (
      select id from public.calendar_integrations where user_id = ${user_id}
      union all
      select integration_id from calendar_sync.activity where user_id = ${user_id}
    ) as known where id is not null`;
  return rows.map(({ id }) => id);
}

/** Ids of the Vault secrets that hold tokens of the user, and what a listing goes on with. */
async function secretsOf(sql: Sql, user_id: string): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select unnest(array[refresh_token_secret_id, access_token_secret_id]) as id
    from public.calendar_integrations where user_id = ${user_id}
    union
    select unnest(array[refresh_token_secret_id, access_token_secret_id])
    from calendar_sync.flows where user_id = ${user_id}
    union
    select pull.cursor_secret_id from calendar_sync.pulls as pull
    join public.calendar_integrations as integration on integration.id = pull.integration_id
    where integration.user_id = ${user_id}`;
  return rows.map(({ id }) => id).filter((id) => id !== null);
}
