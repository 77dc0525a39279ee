import assert from "node:assert/strict";
import { z } from "zod";
import { type CalendarApi, until } from "../../support/calendar-api.ts";
import { openScene } from "../../support/scene.ts";
import { ADA } from "../../support/subjects/subject.ts";

const Notices = z.object({
  notices: z.array(z.strictObject({
    id: z.string(),
    kind: z.string(),
    severity: z.string(),
    created_at: z.string(),
    integration_id: z.string().nullable(),
    obligation_id: z.string().nullable(),
    code: z.string().nullable(),
    name: z.string().nullable(),
    message: z.string(),
    action_url: z.string(),
    dismissed_at: z.string().nullable(),
  })),
  unread: z.int(),
});
const PAGE = "https://app.example.org/settings/calendar?tab=calendar";

Deno.test({
  name: "a user reads notices, dismisses them and chooses what comes by mail",
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const scene = await openScene("google", { CALENDAR_PAGE_URL: PAGE });
  const { sql } = scene;
  try {
    const ada = await scene.connectedUser();
    const bob = await scene.newUser();

    await t.step("a connection that was added is a notice that leads to the page", async () => {
      const { notices, unread } = await read(ada.api);
      const [added, ...others] = notices;
      assert.ok(added);
      assert.deepEqual([others.length, unread], [0, 1]);
      assert.deepEqual(
        [added.kind, added.severity, added.integration_id, added.obligation_id, added.dismissed_at],
        ["connection_added", "info", ada.integration.id, null, null],
      );
      assert.equal(added.action_url, PAGE);
      assert.match(added.message, new RegExp(`^Google \\(${ADA}\\) was connected to your account\\.`));
      assert.deepEqual(await read(bob.api), { notices: [], unread: 0 });
    });

    await t.step("dismissing it is for its user, and may be repeated", async () => {
      const [added] = (await read(ada.api)).notices;
      assert.ok(added);
      const path = `/notices/${added.id}/dismiss`;
      assert.equal((await bob.api.request("POST", path)).status, 404);
      assert.equal((await read(ada.api)).unread, 1);
      for (const _ of [1, 2]) assert.equal((await ada.api.request("POST", path)).status, 204);
      const after = await read(ada.api);
      assert.equal(after.unread, 0);
      assert.ok(after.notices[0]?.dismissed_at);
    });

    await t.step("a grant that its user withdraws is one notice, and none once it is back", async () => {
      scene.provider.revokeEverything();
      await sql`insert into public.obligations (user_id, title, deadline_date) values (${ada.id}, 'Tax return', '2027-01-31')`;
      await until(async () => (await read(ada.api)).unread === 1);
      const [lost] = (await read(ada.api)).notices;
      assert.ok(lost);
      assert.deepEqual([lost.kind, lost.severity], ["connection_lost", "critical"]);
      assert.match(lost.message, /Connect it again/);
      await ada.api.request("POST", "/sync");
      assert.equal((await read(ada.api)).unread, 1);
      await scene.connect(ada.api, ADA);
      const healed = await read(ada.api);
      assert.equal(healed.unread, 0);
      assert.ok(healed.notices.find(({ id }) => id === lost.id)?.dismissed_at);
    });

    await t.step(
      "what comes by mail has defaults, is merged, and refuses what it does not know",
      async () => {
        const defaults = {
          connection_lost: "immediately",
          connection_paused: "immediately",
          deadline_failed: "daily",
          deadline_restored: "off",
          deadline_hidden: "off",
          proposal_opened: "off",
          connection_added: "immediately",
          key_added: "immediately",
          webhook_added: "immediately",
          webhook_disabled: "off",
        };
        const first = await (await bob.api.request("GET", "/notifications")).json();
        assert.deepEqual(first, { email: bob.email, kinds: defaults, suppressed: false });
        const chosen = { proposal_opened: "daily", connection_lost: "off" };
        const changed = await bob.api.request("PATCH", "/notifications", { kinds: chosen });
        assert.equal(changed.status, 200);
        assert.deepEqual((await changed.json()).kinds, { ...defaults, ...chosen });
        const refused: readonly unknown[] = [
          {},
          { kinds: { connection_gone: "off" } },
          { kinds: { connection_paused: "daily", webhook_disabled: "weekly" } },
          { kinds: { connection_added: "off" } },
          { kinds: { key_added: "off" } },
          { kinds: { webhook_added: "off" } },
          { kinds: { connection_paused: null } },
          { kinds: "off" },
          { kinds: {}, email: "another@example.org" },
        ];
        for (const body of refused) {
          const answer = await bob.api.request("PATCH", "/notifications", body);
          assert.equal(answer.status, 400, JSON.stringify(body));
          assert.equal((await answer.json()).code, "invalid_request");
        }
        const after = await (await bob.api.request("GET", "/notifications")).json();
        assert.deepEqual(after.kinds, { ...defaults, ...chosen });
        const adas = await (await ada.api.request("GET", "/notifications")).json();
        assert.deepEqual(adas.kinds, defaults);
      },
    );

    await t.step("an address that refuses mail is shown, until the user has another", async () => {
      await sql`select calendar_sync.suppress_mail(${bob.id}, ${bob.email}, '550')`;
      assert.equal((await (await bob.api.request("GET", "/notifications")).json()).suppressed, true);
      await sql`update auth.users set email = ${`${crypto.randomUUID()}@example.com`} where id = ${bob.id}`;
      assert.equal((await (await bob.api.request("GET", "/notifications")).json()).suppressed, false);
    });
  } finally {
    await scene.close();
  }
});

async function read(api: CalendarApi): Promise<z.infer<typeof Notices>> {
  const answer = await api.request("GET", "/notices");
  assert.equal(answer.status, 200);
  return Notices.parse(await answer.json());
}
