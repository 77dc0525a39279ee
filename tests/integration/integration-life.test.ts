import assert from "node:assert/strict";
import { until } from "../support/calendar-api.ts";
import { ADA, GRACE, openScene } from "../support/scene.ts";

Deno.test({
  name: "losing, moving and ending an integration",
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const scene = await openScene();
  const { sql, google, redirect_to } = scene;
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
        const settings = { reminders_minutes: [60], completed_events: "keep" };
        await (await user.api.request("PATCH", "/status", { integration_id: user.integration.id, settings }))
          .body?.cancel();
        const account = google.state.accounts.get(ADA);
        assert.ok(account);
        google.state.accessTokens.clear();
        google.state.refreshTokens.clear();
        await sql`update public.obligations set title = 'Changed' where id = ${obligation?.id ?? ""}`;
        const lost = await user.api.untilStatus(({ status }) => status === "disconnected");
        assert.equal(lost.last_error?.code, "invalid_grant");
        const refused = await user.api.request(
          "DELETE",
          `/?integration_id=${user.integration.id}&events=remove`,
        );
        assert.equal(refused.status, 409);
        await refused.body?.cancel();
        const again = await user.api.connect(redirect_to, ADA);
        assert.equal(again.id, user.integration.id);
        assert.equal(again.calendar_id, user.calendar_id);
        assert.deepEqual(again.settings, settings);
        assert.deepEqual([again.status, again.last_error], ["active", null]);
        await scene.untilTitles(user.calendar_id, ["Changed"]);
        await sql`delete from auth.users where id = ${user.id}`;
      },
    );

    await t.step("a refresh that fails for an old grant says nothing of a new one", async () => {
      const user = await scene.connectedUser(ADA);
      await sql`update public.calendar_integrations set token_expires_at = now() where id = ${user.integration.id}`;
      const [begun] = await sql<{ claim: string }[]>`
        select public.calendar_begin_refresh(${user.integration.id}, 60) ->> 'claim' as claim`;
      assert.ok(begun);
      await user.api.connect(redirect_to, ADA);
      await sql`select public.calendar_refresh_failed(${user.integration.id}, ${begun.claim}, 'invalid_grant', 'old', true)`;
      await sql`select public.calendar_save_tokens(${user.integration.id}, ${begun.claim}, 'old', now())`;
      const [integration] = await user.api.status();
      assert.deepEqual([integration?.status, integration?.last_error], ["active", null]);
      await sql`insert into public.obligations (user_id, title, deadline_date) values (${user.id}, 'Fresh', '2027-01-01')`;
      await scene.untilTitles(user.calendar_id, ["Fresh"]);
      await sql`delete from auth.users where id = ${user.id}`;
    });

    await t.step(
      "a wrong client secret of ours is a configuration error on an integration that stays active",
      async () => {
        const user = await scene.connectedUser(ADA);
        google.state.accessTokens.clear();
        google.faults.set([{
          match: { path: "^/token$" },
          kind: "status",
          status: 401,
          reason: "invalid_client",
        }]);
        await sql`insert into public.obligations (user_id, title, deadline_date) values (${user.id}, 'Waits', '2027-01-01')`;
        const waiting = await user.api.untilStatus(({ last_error }) => last_error !== null);
        assert.deepEqual([waiting.status, waiting.last_error?.code], ["active", "configuration"]);
        google.faults.clear();
        await scene.untilTitles(user.calendar_id, ["Waits"], 30_000);
        const healed = await user.api.untilStatus(({ progress }) => progress.pending === 0);
        assert.equal(healed.last_error, null);
        await sql`delete from auth.users where id = ${user.id}`;
      },
    );

    await t.step("a token endpoint that times out or breaks disconnects nobody", async () => {
      const user = await scene.connectedUser(ADA);
      google.state.accessTokens.clear();
      google.faults.set([
        { match: { path: "^/token$" }, kind: "hang", times: 1 },
        { match: { path: "^/token$" }, kind: "body", status: 502, body: "<html>", times: 1 },
      ]);
      await sql`insert into public.obligations (user_id, title, deadline_date) values (${user.id}, 'Patient', '2027-01-01')`;
      await scene.untilTitles(user.calendar_id, ["Patient"], 60_000);
      assert.equal((await user.api.status())[0]?.status, "active");
      await sql`delete from auth.users where id = ${user.id}`;
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
          const again = await user.api.connect(redirect_to, ADA);
          assert.equal(again.id, user.integration.id);
          await scene.untilTitles(user.calendar_id, ["Unread"]);
          await sql`delete from auth.users where id = ${user.id}`;
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
        assert.equal(google.state.accounts.get(ADA)?.calendars.has(user.calendar_id), false);
        await until(() =>
          Promise.resolve(
            ![...google.state.refreshTokens.values()].some(({ account }) => account.email === ADA),
          )
        );
        await sql`delete from auth.users where id = ${user.id}`;
        assert.equal((await sql`select 1 from public.calendar_integrations`).length, 0);
        assert.equal((await sql`select 1 from vault.secrets where name is null`).length, 0);
      },
    );

    await t.step(
      "removing events outlasts failures, and an event that may not be removed keeps nobody from leaving",
      async () => {
        const user = await scene.connectedUser(ADA);
        await sql`insert into public.obligations (user_id, title, deadline_date)
        select ${user.id}, 'Stubborn ' || n, '2027-01-01' from generate_series(1, 3) as n`;
        await until(() => Promise.resolve(scene.events(user.calendar_id).length === 3));
        google.faults.set([
          { match: { method: "DELETE", path: "/events/" }, kind: "status", status: 503, times: 2 },
          {
            match: { method: "DELETE", path: "/events/" },
            kind: "status",
            status: 403,
            reason: "forbidden",
            times: 1,
          },
        ]);
        google.state.requests = [];
        await (await user.api.request("DELETE", `/?integration_id=${user.integration.id}&events=remove`)).body
          ?.cancel();
        await until(async () => (await user.api.status()).length === 0, 30_000);
        google.faults.clear();
        assert.equal(scene.events(user.calendar_id).length, 1);
        assert.ok(google.state.requests.length < 12, `${google.state.requests.length} calls`);
        await sql`delete from auth.users where id = ${user.id}`;
      },
    );

    await t.step("our calendar stays while something of the user's is in it", async () => {
      const user = await scene.connectedUser(ADA);
      const events = google.state.accounts.get(ADA)?.calendars.get(user.calendar_id)?.events;
      const now = new Date().toISOString();
      events?.set("own00", {
        id: "own00",
        status: "confirmed",
        etag: '"x"',
        created: now,
        updated: now,
        sequence: 0,
        summary: "Own",
        start: {},
        end: {},
      });
      await (await user.api.request("DELETE", `/?integration_id=${user.integration.id}&events=remove`)).body
        ?.cancel();
      await until(async () => (await user.api.status()).length === 0);
      assert.deepEqual(scene.titles(user.calendar_id), ["Own"]);
      await sql`delete from auth.users where id = ${user.id}`;
    });

    await t.step("connecting again after events=keep adopts the events that were kept", async () => {
      const user = await scene.connectedUser(ADA);
      await sql`insert into public.obligations (user_id, title, deadline_date) values (${user.id}, 'Adopted', '2027-01-01')`;
      await scene.untilTitles(user.calendar_id, ["Adopted"]);
      const response = await user.api.request(
        "DELETE",
        `/?integration_id=${user.integration.id}&events=keep`,
      );
      assert.equal(response.status, 204);
      assert.deepEqual(await user.api.status(), []);
      assert.deepEqual(scene.titles(user.calendar_id), ["Adopted"]);
      await sql`update public.obligations set title = 'Adopted and changed' where user_id = ${user.id}`;
      const again = await user.api.connect(redirect_to, ADA);
      assert.notEqual(again.id, user.integration.id);
      assert.equal(again.calendar_id, user.calendar_id);
      await scene.untilTitles(user.calendar_id, ["Adopted and changed"]);
      await sql`delete from auth.users where id = ${user.id}`;
    });

    await t.step("another calendar moves the events, as far as the grant reaches", async () => {
      const user = await scene.newUser();
      const dedicated = await user.api.connect(redirect_to, GRACE);
      await sql`insert into public.obligations (user_id, title, deadline_date) values (${user.id}, 'Moved', '2027-01-01')`;
      await scene.untilTitles(dedicated.calendar_id ?? "", ["Moved"]);
      const choose = () =>
        user.api.request("PATCH", "/status", { integration_id: dedicated.id, calendar_id: GRACE });
      const refused = await choose();
      assert.equal(refused.status, 409);
      assert.equal((await refused.json()).code, "more_access_needed");
      assert.equal((await user.api.connect(redirect_to, GRACE, "existing")).id, dedicated.id);
      const listed = await user.api.request("GET", `/calendars?integration_id=${dedicated.id}`);
      assert.equal((await listed.json()).calendars.length, google.state.accounts.get(GRACE)?.calendars.size);
      const moved = await choose();
      assert.equal(moved.status, 200, await moved.text());
      await scene.untilTitles(GRACE, ["Moved"]);
      await scene.untilTitles(dedicated.calendar_id ?? "", []);
      await sql`delete from auth.users where id = ${user.id}`;
    });

    await t.step(
      "a calendar that is gone pauses the integration; connecting again makes a new one",
      async () => {
        const user = await scene.connectedUser(ADA);
        google.state.accounts.get(ADA)?.calendars.delete(user.calendar_id);
        await sql`insert into public.obligations (user_id, title, deadline_date) values (${user.id}, 'Homeless', '2027-01-01')`;
        const paused = await user.api.untilStatus(({ status }) => status === "paused");
        assert.equal(paused.last_error?.code, "calendar_missing");
        const again = await user.api.connect(redirect_to, ADA);
        assert.ok(again.calendar_id && again.calendar_id !== user.calendar_id);
        await scene.untilTitles(again.calendar_id, ["Homeless"]);
        await sql`delete from auth.users where id = ${user.id}`;
      },
    );
  } finally {
    await scene.close();
  }
});
