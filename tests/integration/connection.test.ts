import assert from "node:assert/strict";
import { SignJWT } from "jose";
import { consent, redirectOf, until } from "../support/calendar-api.ts";
import { openScene } from "../support/scene.ts";
import { ADA, GRACE } from "../support/subjects/subject.ts";

const STATE_SECRET = "a state secret of this test, long enough";
const APP_CREATED = "https://www.googleapis.com/auth/calendar.app.created";

Deno.test({
  name: "connecting takes the right user, the right browser and one chance",
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const scene = await openScene("google", { CALENDAR_STATE_SECRET: STATE_SECRET });
  const { sql, redirect_to } = scene;
  const { google } = scene.stack;
  assert.ok(google);
  const nothingStored = async () => {
    // A flow stays for an hour: its state is used up, and it knows no account.
    const flows = await sql`select 1 from calendar_sync.flows
      where num_nonnulls(account_id, account_email, scopes, ticket_hash, access_token_secret_id, refresh_token_secret_id) > 0`;
    assert.equal(flows.length, 0, "calendar_sync.flows");
    assert.equal((await sql`select 1 from public.calendar_integrations`).length, 0);
    assert.equal((await sql`select 1 from vault.secrets where name is null`).length, 0, "vault.secrets");
  };
  const errorOf = (landed: URL) => {
    assert.equal(landed.origin + landed.pathname, redirect_to);
    assert.equal(landed.searchParams.get("calendar_connection"), null);
    return landed.searchParams.get("calendar_error");
  };
  try {
    await t.step("nobody keeps an answer of the Calendar API, whatever it is", async () => {
      const { id: user_id, api } = await scene.newUser();
      const feed = await api.request("POST", "/feeds", { name: "Secret address" });
      const { id } = await feed.clone().json();
      const answers: Readonly<Record<string, Response>> = {
        "POST /feeds": feed,
        "POST /feeds/<id>/rotate": await api.request("POST", `/feeds/${id}/rotate`),
        "GET /status": await api.request("GET", "/status"),
        "GET /authorize": await api.request(
          "GET",
          `/authorize?${new URLSearchParams({ provider: "google", redirect_to })}`,
        ),
        "POST /confirm, refused": await api.request("POST", "/confirm", { connection: "x".repeat(43) }),
        "a body that is no JSON": await api.request("POST", "/confirm", "{"),
        "nothing there": await api.request("GET", "/nothing"),
        "another method": await api.request("PUT", "/status"),
        "no session": await fetch(`${scene.stack.apiUrl}/functions/v1/calendar/status`, {
          headers: { apikey: scene.stack.publishableKey },
        }),
        "DELETE /feeds/<id>": await api.request("DELETE", `/feeds/${id}`),
      };
      for (const [what, response] of Object.entries(answers)) {
        assert.equal(response.headers.get("cache-control"), "no-store", what);
        assert.equal(response.headers.get("x-content-type-options"), "nosniff", what);
        await response.body?.cancel();
      }
      await sql`delete from auth.users where id = ${user_id}`;
    });

    await t.step("the redirect with the ticket is kept by nobody, and told to no other page", async () => {
      const { id, api } = await scene.newUser();
      const page = new URL(await api.authorizeUrl({ redirect_to }));
      page.searchParams.set("emulator_account", ADA);
      page.searchParams.set("emulator_consent", "allow");
      const callback = await redirectOf(page);
      for (const ending of ["calendar_connection", "calendar_error"]) {
        const response = await fetch(callback, { redirect: "manual" });
        await response.body?.cancel();
        assert.equal(response.status, 303);
        assert.ok(new URL(response.headers.get("location") ?? "").searchParams.has(ending), ending);
        assert.equal(response.headers.get("cache-control"), "no-store");
        assert.equal(response.headers.get("referrer-policy"), "no-referrer");
      }
      await sql`delete from auth.users where id = ${id}`;
    });

    await t.step("a denied consent ends in access_denied, and nothing is stored", async () => {
      const { api } = await scene.newUser();
      assert.equal(
        errorOf(await consent(await api.authorizeUrl({ redirect_to }), ADA, { consent: "deny" })),
        "access_denied",
      );
      await nothingStored();
    });

    await t.step("a consent without the calendar ends in scope_missing", async () => {
      const { api } = await scene.newUser();
      const landed = await consent(await api.authorizeUrl({ redirect_to, access: "existing" }), ADA, {
        scopes: APP_CREATED,
      });
      assert.equal(errorOf(landed), "scope_missing");
      await nothingStored();
    });

    await t.step("a state that was tampered with, forged, expired or used ends in its code", async () => {
      const { api } = await scene.newUser();
      const page = new URL(await api.authorizeUrl({ redirect_to }));
      const state = page.searchParams.get("state") ?? "";
      const callback = (value: string) => {
        const url = new URL(`${scene.stack.apiUrl}/functions/v1/calendar/callback?code=x`);
        url.searchParams.set("state", value);
        return redirectOf(url);
      };
      const [head, payload, signature] = state.split(".");
      assert.equal(errorOf(await callback(`${head}.${payload}x.${signature}`)), "invalid_state");
      assert.equal(errorOf(await callback("")), "invalid_state");
      const forged = await new SignJWT().setProtectedHeader({ alg: "HS256" }).setJti(crypto.randomUUID())
        .setAudience("calendar-connection").setExpirationTime("5m").sign(
          new TextEncoder().encode(STATE_SECRET),
        );
      assert.equal(errorOf(await callback(forged)), "invalid_state");
      const old = await new SignJWT().setProtectedHeader({ alg: "HS256" }).setJti(crypto.randomUUID())
        .setAudience("calendar-connection").setExpirationTime(1).sign(new TextEncoder().encode(STATE_SECRET));
      assert.equal(errorOf(await callback(old)), "expired_state");
      assert.equal(errorOf(await callback(state)), "exchange_failed");
      assert.equal(errorOf(await callback(state)), "invalid_state");
      await nothingStored();
    });

    await t.step("the query of redirect_to survives", async () => {
      const { api } = await scene.newUser();
      const response = await api.request(
        "GET",
        `/authorize?provider=google&redirect_to=${encodeURIComponent(`${redirect_to}?tab=1`)}`,
      );
      assert.equal(response.status, 400, "not on the list, to the letter");
      await response.body?.cancel();
      await nothingStored();
    });

    await t.step(
      "a consent link sent by someone else gives the sender nothing and leaves nothing",
      async () => {
        const [sender, victim] = [await scene.newUser(), await scene.newUser()];
        const landed = await consent(await sender.api.authorizeUrl({ redirect_to }), ADA);
        const connection = landed.searchParams.get("calendar_connection");
        assert.ok(connection);
        const [pending] = await sender.api.status();
        assert.equal(pending?.status, "pending_confirmation");
        assert.ok(!JSON.stringify(pending).includes(connection));
        const [row] = await sql`select * from calendar_sync.flows where ticket_hash is not null`;
        assert.equal((await sql`select from public.calendar_integrations`).length, 0);
        const victims = google.state.accounts.get(ADA);
        assert.ok(
          victims && row && !JSON.stringify(pending).includes(victims.email) &&
            !JSON.stringify(pending).includes(victims.sub),
        );
        const early = await sender.api.request("GET", `/calendars?integration_id=${pending.id}`);
        assert.equal(early.status, 404);
        await early.body?.cancel();
        const response = await victim.api.request("POST", "/confirm", { connection });
        assert.equal(response.status, 403);
        await response.body?.cancel();
        await nothingStored();
        const late = await sender.api.request("POST", "/confirm", { connection });
        assert.equal(late.status, 400);
        await late.body?.cancel();
      },
    );

    await t.step("a state that is ours leads back to where it came from, whatever fails then", async () => {
      const { api } = await scene.newUser();
      const origin = "http://localhost:3000/settings/calendar";
      const page = new URL(await api.authorizeUrl({ redirect_to: origin }));
      page.searchParams.set("emulator_account", ADA);
      page.searchParams.set("emulator_consent", "allow");
      const callback = await redirectOf(page);
      await sql`alter table vault.secrets rename to secrets_away`;
      const landed = await redirectOf(callback).finally(() =>
        sql`alter table vault.secrets_away rename to secrets`
      );
      assert.equal(landed.origin + landed.pathname, origin);
      assert.equal(landed.searchParams.get("calendar_error"), "exchange_failed");
      await nothingStored();
    });

    await t.step(
      "two consents of an account that has an id already show once, and end together",
      async () => {
        const { id, api, integration } = await scene.connectedUser(ADA);
        await sql`insert into public.obligations (user_id, title, deadline_date) values (${id}, 'Kept', '2027-01-01')`;
        await api.untilStatus(({ progress }) => progress.synced === 1);
        const kept = await api.request("DELETE", `/?integration_id=${integration.id}&events=keep`);
        assert.equal(kept.status, 204);
        const tickets = [];
        for (let consents = 0; consents < 2; consents++) {
          const landed = await consent(await api.authorizeUrl({ redirect_to }), ADA);
          tickets.push(landed.searchParams.get("calendar_connection"));
        }
        assert.deepEqual((await api.status()).map((shown) => [shown.id, shown.status]), [
          [integration.id, "pending_confirmation"],
        ]);
        const ended = await api.request("DELETE", `/?integration_id=${integration.id}`);
        assert.equal(ended.status, 204);
        assert.deepEqual(await api.status(), []);
        for (const connection of tickets) {
          const late = await api.request("POST", "/confirm", { connection });
          assert.equal(late.status, 400, await late.text());
        }
        await scene.deleteUsers(id);
        await nothingStored();
      },
    );

    await t.step("a ticket works once, and an unconfirmed connection expires with its tokens", async () => {
      const { api } = await scene.newUser();
      const integration = await scene.connect(api, ADA);
      await consent(await api.authorizeUrl({ redirect_to }), GRACE);
      await sql`update calendar_sync.flows set expires_at = now() - interval '1 second'`;
      await until(async () => (await api.status()).length === 1);
      const remove = await api.request("DELETE", `/?integration_id=${integration.id}`);
      assert.equal(remove.status, 204);
      // What is kept of it has no credentials, no address and no name.
      const [kept] = await sql`select removed_at is not null as is_removed, account_email, calendar_name,
        num_nonnulls(access_token_secret_id, refresh_token_secret_id) as secrets from public.calendar_integrations`;
      assert.ok(kept === undefined || kept["is_removed"] && kept["secrets"] === 0);
      await sql`delete from public.calendar_integrations`;
      await until(
        async () => (await sql`select from calendar_sync.flows where ticket_hash is not null`).length === 0,
      );
      await nothingStored();
    });
  } finally {
    await scene.close();
  }
});
