import assert from "node:assert/strict";
import type { ProviderName } from "../../../supabase/functions/_shared/providers/registry.ts";
import { PATIENCE_MS, until } from "../../support/calendar-api.ts";
import { openScene } from "../../support/scene.ts";
import { ADA, GRACE } from "../../support/subjects/subject.ts";

/** Losing, moving and ending an integration. */
export async function testIntegrationLife(t: Deno.TestContext, provider_name: ProviderName): Promise<void> {
  // A password is lost when it is refused twice, so far apart.
  const scene = await openScene(provider_name, { CALENDAR_CALDAV_REFUSAL_SECONDS: "2" });
  /** Accounts with a password have neither a token that ends nor one to refresh it. */
  const has_consent = provider_name !== "caldav";
  const stepOfConsent = async (name: string, fn: () => Promise<void>) => {
    if (has_consent) await t.step(name, fn);
  };
  const { sql, provider } = scene;
  const { faults } = provider.emulator;
  try {
    await t.step(
      "invalid_grant disconnects and says so; the same account again keeps id, mappings and settings",
      async () => {
        const user = await scene.connectedUser(ADA);
        const [obligation] = await sql<
          { id: string }[]
        >`insert into public.obligations (user_id, title, deadline_date)
        values (${user.id}, 'Kept', '2027-01-01') returning id`;
        await scene.untilTitles(user.calendar_id, ["Kept"]);
        const settings = {
          reminders_minutes: [60],
          all_day_reminder_time: "09:00",
          completed_events: "keep",
        };
        await (await user.api.request("PATCH", "/status", { integration_id: user.integration.id, settings }))
          .body?.cancel();
        provider.revokeEverything();
        await sql`update public.obligations set title = 'Changed' where id = ${obligation?.id ?? ""}`;
        const lost = await user.api.untilStatus(({ status }) => status === "disconnected");
        assert.equal(lost.last_error?.code, "invalid_grant");
        const refused = await user.api.request(
          "DELETE",
          `/?integration_id=${user.integration.id}&events=remove`,
        );
        assert.equal(refused.status, 409);
        await refused.body?.cancel();
        const again = await scene.connect(user.api, ADA);
        assert.equal(again.id, user.integration.id);
        assert.equal(again.calendar_id, user.calendar_id);
        assert.deepEqual(again.settings, { ...user.integration.settings, ...settings });
        assert.deepEqual([again.status, again.last_error], ["active", null]);
        await scene.untilTitles(user.calendar_id, ["Changed"]);
        await scene.deleteUsers(user.id);
      },
    );

    await stepOfConsent("a refresh that fails for an old grant says nothing of a new one", async () => {
      const user = await scene.connectedUser(ADA);
      await sql`update public.calendar_integrations set token_expires_at = now() where id = ${user.integration.id}`;
      const [begun] = await sql<{ claim: string }[]>`
        select public.calendar_begin_refresh(${user.integration.id}, 60) ->> 'claim' as claim`;
      assert.ok(begun);
      await scene.connect(user.api, ADA);
      await sql`select public.calendar_refresh_failed(${user.integration.id}, ${begun.claim}, 'disconnected', '{"code": "old"}')`;
      await sql`select public.calendar_save_tokens(${user.integration.id}, ${begun.claim}, 'old', now())`;
      const [integration] = await user.api.status();
      assert.deepEqual([integration?.status, integration?.last_error], ["active", null]);
      await sql`insert into public.obligations (user_id, title, deadline_date) values (${user.id}, 'Fresh', '2027-01-01')`;
      await scene.untilTitles(user.calendar_id, ["Fresh"]);
      await scene.deleteUsers(user.id);
    });

    await stepOfConsent(
      "a wrong client secret of ours is a configuration error on an integration that stays active",
      async () => {
        const user = await scene.connectedUser(ADA);
        provider.expireAccessTokens();
        faults.set([{ match: { path: provider.paths.token }, ...provider.refusals.our_secret_is_wrong }]);
        await sql`insert into public.obligations (user_id, title, deadline_date) values (${user.id}, 'Waits', '2027-01-01')`;
        const waiting = await user.api.untilStatus(({ last_error }) => last_error !== null);
        assert.deepEqual([waiting.status, waiting.last_error?.code], ["active", "configuration"]);
        faults.clear();
        await scene.untilTitles(user.calendar_id, ["Waits"]);
        const healed = await user.api.untilStatus(({ progress }) => progress.pending === 0);
        assert.equal(healed.last_error, null);
        await scene.deleteUsers(user.id);
      },
    );

    await stepOfConsent("a token endpoint that times out or breaks disconnects nobody", async () => {
      const user = await scene.connectedUser(ADA);
      provider.expireAccessTokens();
      faults.set([
        { match: { path: provider.paths.token }, kind: "hang", times: 1 },
        { match: { path: provider.paths.token }, kind: "body", status: 502, body: "<html>", times: 1 },
      ]);
      await sql`insert into public.obligations (user_id, title, deadline_date) values (${user.id}, 'Patient', '2027-01-01')`;
      await scene.untilTitles(user.calendar_id, ["Patient"]);
      assert.equal((await user.api.status())[0]?.status, "active");
      await scene.deleteUsers(user.id);
    });

    for (
      const damage of [
        "delete from vault.secrets where name is null",
        "update vault.secrets set secret = 'AAAA' where name is null",
      ]
    ) {
      await t.step(
        `tokens that cannot be read (${
          damage.split(" ")[0]
        }): the write succeeds and the integration says why`,
        async () => {
          const user = await scene.connectedUser(ADA);
          await sql.unsafe(damage);
          await sql`insert into public.obligations (user_id, title, deadline_date) values (${user.id}, 'Unread', '2027-01-01')`;
          const lost = await user.api.untilStatus(({ status }) => status === "disconnected");
          assert.equal(lost.last_error?.code, "secret_unreadable");
          const again = await scene.connect(user.api, ADA);
          assert.equal(again.id, user.integration.id);
          await scene.untilTitles(user.calendar_id, ["Unread"]);
          await scene.deleteUsers(user.id);
        },
      );
    }

    await t.step(
      "disconnecting with events=remove drains, deletes our calendar and then itself",
      async () => {
        const user = await scene.connectedUser(ADA);
        await sql`insert into public.obligations (user_id, title, deadline_date)
        select ${user.id}, 'Drain ' || n, '2027-01-01' from generate_series(1, 30) as n`;
        await until(() => Promise.resolve(scene.events(user.calendar_id).length === 30));
        const response = await user.api.request(
          "DELETE",
          `/?integration_id=${user.integration.id}&events=remove`,
        );
        assert.equal(response.status, 202);
        await response.body?.cancel();
        await until(async () => (await user.api.status()).length === 0);
        assert.equal(provider.hasCalendar(ADA, user.calendar_id), false);
        // Entra has no way to end a grant: there its user does, where the answer says.
        if (provider.name === "google") await until(() => Promise.resolve(provider.liveGrants(ADA) === 0));
        await scene.deleteUsers(user.id);
        assert.equal((await sql`select 1 from public.calendar_integrations`).length, 0);
        assert.equal((await sql`select 1 from vault.secrets where name is null`).length, 0);
      },
    );

    await t.step(
      "removing events outlasts failures, and an event that may not be removed does not keep its user from leaving",
      async () => {
        const user = await scene.connectedUser(ADA);
        await sql`insert into public.obligations (user_id, title, deadline_date)
        select ${user.id}, 'Stubborn ' || n, '2027-01-01' from generate_series(1, 3) as n`;
        await until(() => Promise.resolve(scene.events(user.calendar_id).length === 3));
        faults.set([
          { match: { method: "DELETE", path: provider.paths.events }, kind: "status", status: 503, times: 2 },
          {
            match: { method: "DELETE", path: provider.paths.events },
            ...provider.refusals.may_not_remove,
            times: 1,
          },
        ]);
        provider.emulator.state.requests = [];
        await (await user.api.request("DELETE", `/?integration_id=${user.integration.id}&events=remove`)).body
          ?.cancel();
        await until(async () => (await user.api.status()).length === 0);
        faults.clear();
        assert.equal(scene.events(user.calendar_id).length, 1);
        // Each removal whose answer was lost is looked for once more.
        assert.ok(
          provider.emulator.state.requests.length < 18,
          `${provider.emulator.state.requests.length} calls`,
        );
        await scene.deleteUsers(user.id);
      },
    );

    await t.step("our calendar stays while something of the user's is in it", async () => {
      const user = await scene.connectedUser(ADA);
      provider.user.addEvent(user.calendar_id);
      await (await user.api.request("DELETE", `/?integration_id=${user.integration.id}&events=remove`)).body
        ?.cancel();
      await until(async () => (await user.api.status()).length === 0);
      assert.deepEqual(scene.titles(user.calendar_id), ["Dentist"]);
      await scene.deleteUsers(user.id);
    });

    await t.step(
      "connecting again after events=keep goes on with the events that were kept, also those whose obligation has gone",
      async () => {
        const user = await scene.connectedUser(ADA);
        await sql`insert into public.obligations (user_id, title, deadline_date)
          values (${user.id}, 'Same', '2027-01-01'), (${user.id}, 'Kept', '2027-01-01'), (${user.id}, 'Left', '2027-01-01')`;
        await scene.untilTitles(user.calendar_id, ["Kept", "Left", "Same"]);
        const ids = scene.events(user.calendar_id).filter(({ title }) => title !== "Left").map(({ id }) => id)
          .sort();
        const response = await user.api.request(
          "DELETE",
          `/?integration_id=${user.integration.id}&events=keep`,
        );
        assert.equal(response.status, 204);
        if (has_consent) assert.match(response.headers.get("link") ?? "", /^<https:\/\/[^>]+>; rel="help"$/);
        assert.deepEqual(await user.api.status(), []);
        assert.deepEqual(scene.titles(user.calendar_id), ["Kept", "Left", "Same"]);
        await sql`update public.obligations set title = 'Kept and changed' where user_id = ${user.id} and title = 'Kept'`;
        await sql`delete from public.obligations where user_id = ${user.id} and title = 'Left'`;
        const before = scene.writes();
        const again = await scene.connect(user.api, ADA);
        assert.equal(again.id, user.integration.id);
        assert.equal(again.calendar_id, user.calendar_id);
        await scene.untilTitles(user.calendar_id, ["Kept and changed", "Same"]);
        await user.api.untilStatus(({ progress }) => progress.pending === 0);
        assert.deepEqual(scene.events(user.calendar_id).map(({ id }) => id).sort(), ids);
        assert.equal(scene.writes() - before, 2, "one change, one removal");
        await scene.deleteUsers(user.id);
      },
    );

    await t.step("another calendar moves the events, as far as the grant reaches", async () => {
      const user = await scene.newUser();
      const dedicated = await scene.connect(user.api, GRACE);
      const own = dedicated.calendar_id ?? "";
      await sql`insert into public.obligations (user_id, title, deadline_date)
        select ${user.id}, 'Moved ' || n, '2027-01-01' from generate_series(1, 12) as n`;
      await until(() => Promise.resolve(scene.events(own).length === 12));
      const primary = provider.calendars(GRACE).find(({ id }) => id !== own)?.id ?? "";
      const choose = (calendar_id: string) =>
        user.api.request("PATCH", "/status", { integration_id: dedicated.id, calendar_id });
      if (provider.name === "google") {
        const refused = await choose(primary);
        assert.equal(refused.status, 409);
        assert.equal((await refused.json()).code, "more_access_needed");
      }
      assert.equal((await scene.connect(user.api, GRACE, "existing")).id, dedicated.id);
      const listed = await user.api.request("GET", `/calendars?integration_id=${dedicated.id}`);
      assert.equal((await listed.json()).calendars.length, provider.calendars(GRACE).length);
      // Interrupted in the middle of moving, it goes on, and back again at once: nothing is left anywhere.
      faults.set([{ match: { path: provider.paths.events }, kind: "drop_after", times: 5 }]);
      for (const target of [primary, own, primary]) {
        const moved = await choose(target);
        assert.equal(moved.status, 200, await moved.text());
      }
      // Where each drop ends a run of its own, the waits in between add up to half a minute and more.
      await until(
        () => Promise.resolve(scene.events(primary).length === 12),
        PATIENCE_MS,
        async () => ({
          events: scene.events(primary).length,
          lane: [...await sql`select * from calendar_sync.lanes where integration_id = ${dedicated.id}`],
          jobs: [...await sql`select * from calendar_sync.jobs where integration_id = ${dedicated.id}`],
          providers: [...await sql`select * from calendar_sync.providers where name = ${provider.name}`],
        }),
      );
      await user.api.untilStatus(({ progress }) => progress.pending === 0);
      faults.clear();
      await scene.untilTitles(own, []);
      assert.equal(new Set(scene.titles(primary)).size, 12);
      await scene.deleteUsers(user.id);
    });

    await t.step(
      "a calendar that is gone pauses the integration, which never writes elsewhere, until its user asks for a new one",
      async () => {
        const user = await scene.connectedUser(ADA);
        const other = await scene.connectedUser(GRACE);
        await sql`insert into public.obligations (user_id, title, deadline_date)
          values (${user.id}, 'Homeless', '2027-01-01'), (${other.id}, 'Homeless too', '2027-01-01')`;
        await scene.untilTitles(user.calendar_id, ["Homeless"]);
        provider.user.deleteCalendar(ADA, user.calendar_id);
        provider.user.deleteCalendar(GRACE, other.calendar_id);
        const elsewhere = () =>
          [ADA, GRACE].flatMap((account) =>
            provider.calendars(account).flatMap(({ id }) => scene.titles(id))
          );
        const before = elsewhere();
        await sql`update public.obligations set title = title || '!' where user_id in ${
          sql([user.id, other.id])
        }`;
        for (const { api } of [user, other]) {
          const paused = await api.untilStatus(({ status }) => status === "paused");
          assert.equal(paused.last_error?.code, "calendar_missing");
        }
        assert.deepEqual(elsewhere(), before);
        const again = await scene.connect(user.api, ADA);
        // Some servers give it the address of the one that went.
        assert.ok(again.calendar_id && (!has_consent || again.calendar_id !== user.calendar_id));
        await scene.untilTitles(again.calendar_id, ["Homeless!"]);
        const recreated = await other.api.request("POST", "/calendars", {
          integration_id: other.integration.id,
        });
        assert.equal(recreated.status, 200, await recreated.clone().text());
        const { calendar_id, status, last_error } = await recreated.json();
        assert.deepEqual([status, last_error], ["active", null]);
        await scene.untilTitles(calendar_id, ["Homeless too!"]);
        const repeated = await other.api.request("POST", "/calendars", {
          integration_id: other.integration.id,
        });
        assert.equal((await repeated.json()).calendar_id, calendar_id, "asked twice, made once");
        await scene.deleteUsers(user.id, other.id);
      },
    );

    await stepOfConsent(
      "fifty users of a token that has ended cost one refresh, in whatever process",
      async () => {
        const user = await scene.connectedUser(ADA);
        await user.api.untilStatus(({ progress }) => progress.pending === 0);
        const before = provider.refreshes(ADA);
        const { outlook } = scene.stack;
        assert.ok(outlook);
        outlook.state.concurrency = null;
        await sql`update public.calendar_integrations set token_expires_at = now() where id = ${user.integration.id}`;
        await sql`insert into public.obligations (user_id, title, deadline_date) values (${user.id}, 'Thirsty', '2027-01-01')`;
        const answers = await Promise.all(
          Array.from(
            { length: 50 },
            () => user.api.request("GET", `/calendars?integration_id=${user.integration.id}`),
          ),
        );
        for (const answer of answers) assert.equal(answer.status, 200, await answer.text());
        await scene.untilTitles(user.calendar_id, ["Thirsty"]);
        assert.equal(provider.refreshes(ADA) - before, 1);
        outlook.state.concurrency = 4;
        await scene.deleteUsers(user.id);
      },
    );

    await stepOfConsent(
      "a grant that has lain idle for months is used, in a paused integration too",
      async () => {
        const user = await scene.connectedUser(ADA);
        await (await user.api.request("PATCH", "/status", {
          integration_id: user.integration.id,
          sync_enabled: false,
        })).body?.cancel();
        const before = provider.refreshes(ADA);
        await sql`update public.calendar_integrations set token_refreshed_at = now() - interval '151 days' where id = ${user.integration.id}`;
        await sql`select calendar_sync.nightly()`;
        await until(() => Promise.resolve(provider.refreshes(ADA) === before + 1));
        await until(async () =>
          (await sql`select from calendar_sync.jobs where kind = 'keep_alive'`).length === 0
        );
        const [row] = await sql`select token_refreshed_at > now() - interval '1 minute' as fresh
        from public.calendar_integrations where id = ${user.integration.id}`;
        assert.deepEqual({ ...row }, { fresh: true });
        await scene.deleteUsers(user.id);
      },
    );
  } finally {
    await scene.close();
  }
}
