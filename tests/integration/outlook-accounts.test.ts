import assert from "node:assert/strict";
import { PERSONAL_TENANT, TENANT_B } from "../../local/providers/outlook/accounts.ts";
import { consent, redirectOf, until } from "../support/calendar-api.ts";
import { openScene } from "../support/scene.ts";
import { swapId } from "../support/subjects/outlook-subject.ts";
import { ADA, GRACE } from "../support/subjects/subject.ts";

/** A personal account. */
const JOAN = "joan@example.com";
/** Has a licence without a mailbox. */
const MARY = "mary@example.com";

Deno.test({
  name: "organisations, personal accounts and mailboxes that Outlook alone has",
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const scene = await openScene("outlook");
  const { sql, redirect_to } = scene;
  const { outlook } = scene.stack;
  assert.ok(outlook);
  const { state } = outlook;
  const flow = { provider: "outlook", redirect_to } as const;
  const nothingStored = async () => {
    assert.equal((await sql`select 1 from public.calendar_integrations`).length, 0);
    assert.equal((await sql`select 1 from vault.secrets where name is null`).length, 0);
  };
  try {
    await t.step(
      "where only an administrator may consent, the user learns it, and the link for the administrator works",
      async () => {
        state.admin_consent_required.add(TENANT_B);
        const { api } = await scene.newUser();
        const refused = await consent(await api.authorizeUrl(flow), GRACE);
        assert.equal(refused.searchParams.get("calendar_error"), "admin_consent_required");
        await nothingStored();
        const answer = await api.request("GET", "/admin_consent?provider=outlook");
        const { url } = await answer.json();
        assert.equal(answer.status, 200);
        const given = await consent(url, GRACE);
        assert.equal(given.searchParams.get("calendar_admin_consent"), "given");
        const { id, status } = await api.connect({ ...flow, account: GRACE });
        assert.equal(status, "active");
        // By the API: a worker may have its lane.
        assert.equal((await api.request("DELETE", `/?integration_id=${id}`)).status, 204);
      },
    );

    for (
      const [account, events, is_expired] of [
        [JOAN, "keep", false],
        [JOAN, "remove", false],
        [ADA, "keep", false],
        [JOAN, "keep", true],
      ] as const
    ) {
      await t.step(
        `deleting a pending integration (${account}, ${events}${
          is_expired ? ", expired" : ""
        }) does not say what account it is`,
        async () => {
          const { api } = await scene.newUser();
          await consent(await api.authorizeUrl(flow), account);
          const [pending] = await api.status();
          assert.equal(pending?.status, "pending_confirmation");
          if (is_expired) await sql`update calendar_sync.flows set expires_at = now() - interval '1 s'`;
          const answer = await api.request("DELETE", `/?integration_id=${pending.id}&events=${events}`);
          await answer.body?.cancel();
          assert.equal(answer.headers.get("link"), null);
          // The tick may have removed the expired one.
          assert.ok(answer.status === 204 || is_expired && answer.status === 404, String(answer.status));
          const { activity } = await (await api.request("GET", "/activity")).json();
          assert.doesNotMatch(JSON.stringify(activity), new RegExp(account));
          await sql`delete from public.calendar_integrations`;
          await nothingStored();
        },
      );
    }

    await t.step(
      "an administrator who declines is told so, and a forged return changes nothing",
      async () => {
        const { api } = await scene.newUser();
        const { url } = await (await api.request("GET", "/admin_consent?provider=outlook")).json();
        const declined = await consent(url, GRACE, { consent: "deny" });
        assert.equal(declined.searchParams.get("calendar_admin_consent"), null);
        assert.ok(declined.searchParams.has("calendar_error"));
        const forged = new URL(
          `${scene.stack.apiUrl}/functions/v1/calendar/callback?admin_consent=True&tenant=x`,
        );
        assert.equal((await redirectOf(forged)).origin, new URL(redirect_to).origin);
        await nothingStored();
      },
    );

    await t.step("an account without a mailbox is told so before anything is stored", async () => {
      const { api } = await scene.newUser();
      const landed = await consent(await api.authorizeUrl(flow), MARY);
      assert.equal(landed.searchParams.get("calendar_error"), "mailbox_unavailable");
      await nothingStored();
    });

    await t.step("a denied consent is access_denied", async () => {
      const { api } = await scene.newUser();
      const landed = await consent(await api.authorizeUrl(flow), ADA, { consent: "deny" });
      assert.equal(landed.searchParams.get("calendar_error"), "access_denied");
      await nothingStored();
    });

    await t.step("a personal account connects too, and is shown where to take the grant back", async () => {
      const user = await scene.connectedUser(JOAN);
      const [row] = await sql<{ account_id: string }[]>`select account_id from public.calendar_integrations`;
      const account = state.accounts.get(JOAN);
      assert.equal(row?.account_id, `${PERSONAL_TENANT}.${account?.oid}`);
      await sql`insert into public.obligations (user_id, title, deadline_date) values (${user.id}, 'Private', '2027-01-01')`;
      await scene.untilTitles(user.calendar_id, ["Private"]);
      // Nobody administers it, so nobody is to be asked.
      state.accessTokens.clear();
      state.refresh_errors.set(JOAN, {
        error: "invalid_grant",
        error_codes: [65001],
        suberror: "consent_required",
      });
      await sql`insert into public.obligations (user_id, title, deadline_date) values (${user.id}, 'Waits', '2027-01-02')`;
      const { last_error } = await user.api.untilStatus(({ status }) => status === "disconnected");
      assert.deepEqual([last_error?.code, last_error?.details], ["invalid_grant", undefined]);
      state.refresh_errors.delete(JOAN);
      await scene.connect(user.api, JOAN);
      await scene.untilTitles(user.calendar_id, ["Private", "Waits"]);
      const left = await user.api.request("DELETE", `/?integration_id=${user.integration.id}`);
      assert.equal(left.status, 204);
      assert.equal(left.headers.get("link"), '<https://account.live.com/consent/Manage>; rel="help"');
      await scene.deleteUsers(user.id);
    });

    for (
      const [what, error, status, code] of [
        ["a policy", { error: "invalid_grant", error_codes: [53003] }, "paused", "blocked_by_policy"],
        [
          "a consent withdrawn",
          { error: "invalid_grant", error_codes: [65001], suberror: "consent_required" },
          "disconnected",
          "invalid_grant",
        ],
        [
          "a consent that only an administrator can give",
          { error: "invalid_grant", error_codes: [90094], suberror: "consent_required" },
          "disconnected",
          "admin_consent_required",
        ],
        [
          "a disabled user",
          { error: "invalid_grant", error_codes: [50057] },
          "disconnected",
          "invalid_grant",
        ],
        [
          "our secret's end",
          { error: "invalid_client", error_codes: [7000222], status: 401 },
          "active",
          "configuration",
        ],
      ] as const
    ) {
      await t.step(`${what} is told from all else: ${code}`, async () => {
        const user = await scene.connectedUser(ADA);
        await user.api.untilStatus(({ progress }) => progress.pending === 0);
        state.accessTokens.clear();
        state.refresh_errors.set(ADA, error);
        await sql`insert into public.obligations (user_id, title, deadline_date) values (${user.id}, 'Waits', '2027-01-01')`;
        const waiting = await user.api.untilStatus(({ last_error }) => last_error !== null);
        assert.deepEqual([waiting.status, waiting.last_error?.code], [status, code]);
        if (code === "admin_consent_required") {
          assert.match(
            String(waiting.last_error?.details?.["admin_consent_url"]),
            /\/v2\.0\/adminconsent\?client_id=/,
          );
        }
        // Blocked, nobody asks Entra again and again.
        const refreshes = state.refreshes.get(ADA) ?? 0;
        state.refresh_errors.delete(ADA);
        if (status === "paused") {
          const asked = await user.api.request("POST", "/sync", { integration_id: user.integration.id });
          assert.deepEqual(await asked.json(), { queued: 1 });
          assert.equal(state.refreshes.get(ADA), refreshes);
        }
        if (status === "disconnected") await scene.connect(user.api, ADA);
        await scene.untilTitles(user.calendar_id, ["Waits"]);
        const healed = await user.api.untilStatus(({ progress }) => progress.pending === 0);
        assert.deepEqual([healed.status, healed.last_error], ["active", null]);
        await sql`delete from public.obligations where user_id = ${user.id}`;
        await scene.untilTitles(user.calendar_id, []);
        await scene.deleteUsers(user.id);
      });
    }

    await t.step("a calendar of ours whose id changes is followed, without a user's doing", async () => {
      const user = await scene.connectedUser(ADA);
      await sql`insert into public.obligations (user_id, title, deadline_date)
        select ${user.id}, 'Followed ' || n, '2027-01-01' from generate_series(1, 3) as n`;
      await until(() => Promise.resolve(scene.events(user.calendar_id).length === 3));
      const ids = scene.events(user.calendar_id).map(({ id }) => id).sort();
      const moved = swapId(outlook, ADA, user.calendar_id);
      await sql`insert into public.obligations (user_id, title, deadline_date) values (${user.id}, 'Later', '2027-01-01')`;
      await scene.untilTitles(moved, ["Followed 1", "Followed 2", "Followed 3", "Later"]);
      const status = await user.api.untilStatus(({ progress }) => progress.pending === 0);
      assert.deepEqual([status.status, status.calendar_id, status.progress.synced], ["active", moved, 4]);
      assert.deepEqual(ids.filter((id) => !scene.events(moved).some((event) => event.id === id)), []);
      await scene.deleteUsers(user.id);
    });

    await t.step("the account's default calendar goes by its alias, whatever its id", async () => {
      const user = await scene.connectedUser(GRACE);
      const primary = [...state.accounts.get(GRACE)?.calendars.values() ?? []].find(({ isDefault }) =>
        isDefault
      )?.id;
      assert.ok(primary);
      const chosen = await user.api.request("PATCH", "/status", {
        integration_id: user.integration.id,
        calendar_id: primary,
      });
      assert.equal(chosen.status, 200, await chosen.text());
      const moved = swapId(outlook, GRACE, primary);
      await sql`insert into public.obligations (user_id, title, deadline_date) values (${user.id}, 'At home', '2027-01-01')`;
      await scene.untilTitles(moved, ["At home"]);
      assert.equal((await user.api.status())[0]?.status, "active");
    });

    await t.step("a calendar that the user may only read is not to be chosen", async () => {
      const user = await scene.connectedUser(ADA);
      const listed = await user.api.request("GET", `/calendars?integration_id=${user.integration.id}`);
      const { calendars } = await listed.json();
      const readable = calendars.find(({ writable }: { writable: boolean }) => !writable);
      assert.equal(readable?.name, "Team holidays");
      const refused = await user.api.request("PATCH", "/status", {
        integration_id: user.integration.id,
        calendar_id: readable.id,
      });
      assert.equal(refused.status, 409);
      assert.equal((await refused.json()).code, "more_access_needed");
    });
  } finally {
    await scene.close();
  }
});
