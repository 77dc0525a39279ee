import assert from "node:assert/strict";
import { z } from "zod";
import { callWithKey, keyFrom } from "../../support/api-keys.ts";
import { type CalendarApi, until } from "../../support/calendar-api.ts";
import { openScene } from "../../support/scene.ts";
import { ADA, GRACE } from "../../support/subjects/subject.ts";
import { addWebhook, ask } from "../notices/support.ts";
import { LEGAL, move, SEEN } from "./support.ts";

const Proposal = z.strictObject({
  id: z.string(),
  integration_id: z.string(),
  provider: z.string(),
  account_email: z.string().nullable(),
  obligation_id: z.string(),
  title: z.string().nullable(),
  kind: z.literal("move"),
  seen: z.record(z.string(), z.unknown()),
  legal: z.record(z.string(), z.unknown()),
  state: z.string(),
  event_state: z.string(),
  seen_at: z.string(),
  decided_at: z.string().nullable(),
  can_undo: z.boolean(),
  event_url: z.string().nullable(),
  obligation_url: z.string().nullable(),
});
const Proposals = z.strictObject({ proposals: z.array(Proposal), open: z.int() });

Deno.test({
  name: "users decide of deadlines that they moved, through the Calendar API",
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const scene = await openScene();
  const { sql, stack } = scene;
  try {
    const ada = await scene.connectedUser();
    const bob = await scene.newUser();
    const integration_id = ada.integration.id;
    const obligation = async (title: string) => {
      const [row] = await sql<{ id: string }[]>`
        insert into public.obligations (user_id, title, deadline_date, url)
        values (${ada.id}, ${title}, '2027-01-01', 'https://host.example/tax') returning id`;
      assert.ok(row);
      return row.id;
    };
    const dates = () =>
      scene.events(ada.calendar_id).map(({ title, time }) =>
        `${title} ${time.kind === "all_day" ? time.start_date : time.start}`
      ).sort();
    const tax = await obligation("Tax return");
    await scene.untilTitles(ada.calendar_id, ["Tax return"]);
    // Where its event is, is recorded a moment later.
    await scene.untilIdle();

    await t.step("without a move the list is empty", async () => {
      assert.deepEqual(await list(ada.api), { proposals: [], open: 0 });
    });

    await t.step("a move is listed with both dates, for its user alone", async () => {
      const id = await move(scene, integration_id, tax);
      const { proposals: [proposal, ...others], open } = await list(ada.api);
      assert.ok(proposal);
      assert.deepEqual([others.length, open], [0, 1]);
      const { seen_at, event_url, ...rest } = proposal;
      const page = await fetch(event_url ?? "");
      await page.body?.cancel();
      const [event] = scene.events(ada.calendar_id);
      assert.equal(new URL(page.url).searchParams.get("event"), event?.id);
      assert.ok(Math.abs(Date.now() - Date.parse(seen_at)) < 60_000, seen_at);
      assert.deepEqual(rest, {
        id,
        integration_id,
        provider: "google",
        account_email: ada.integration.account_email,
        obligation_id: tax,
        title: "Tax return",
        obligation_url: "https://host.example/tax",
        kind: "move",
        seen: SEEN,
        legal: LEGAL,
        state: "open",
        event_state: "back",
        decided_at: null,
        can_undo: false,
      });
      assert.deepEqual(await list(bob.api), { proposals: [], open: 0 });
    });

    await t.step("somebody else's is 404, an id that is none is 400", async () => {
      const [{ id } = { id: "" }] = (await list(ada.api)).proposals;
      for (const decision of ["accept", "dismiss", "undo"]) {
        assert.deepEqual(await refusal(bob.api, id, decision), [404, "not_found"]);
        assert.deepEqual(await refusal(ada.api, crypto.randomUUID(), decision), [404, "not_found"]);
        assert.deepEqual(await refusal(ada.api, "1", decision), [400, "invalid_request"]);
      }
    });

    await t.step("accepting moves the deadline, and the calendar follows", async () => {
      const [{ id } = { id: "" }] = (await list(ada.api)).proposals;
      const { state, can_undo } = await decide(ada.api, id, "accept");
      assert.deepEqual([state, can_undo], ["accepted", true]);
      await until(() => Promise.resolve(dates().join() === "Tax return 2027-03-05"));
      assert.deepEqual(await refusal(ada.api, id, "accept"), [409, "proposal_decided"]);
      assert.deepEqual(await refusal(ada.api, id, "dismiss"), [409, "proposal_decided"]);
    });

    await t.step("undo takes it back, and the calendar follows", async () => {
      const [{ id } = { id: "" }] = (await list(ada.api)).proposals;
      const { state, decided_at, can_undo } = await decide(ada.api, id, "undo");
      assert.deepEqual([state, decided_at, can_undo], ["open", null, false]);
      await until(() => Promise.resolve(dates().join() === "Tax return 2027-01-01"));
      assert.deepEqual(await refusal(ada.api, id, "undo"), [409, "proposal_not_accepted"]);
    });

    await t.step("a deadline that has changed since is 409, and the proposal is superseded", async () => {
      const [{ id } = { id: "" }] = (await list(ada.api)).proposals;
      await sql`update public.obligations set deadline_date = '2027-01-02' where id = ${tax}`;
      const [status] = await refusal(ada.api, id, "accept");
      assert.equal(status, 409);
      assert.equal((await list(ada.api)).proposals[0]?.state, "superseded");
    });

    await t.step("who may not change the obligation gets 403, and it stays as it is", async () => {
      const id = await move(scene, integration_id, tax, SEEN, { deadline_date: "2027-01-02" });
      await sql`create policy "read only" on public.obligations as restrictive for update to authenticated using (false)`;
      assert.deepEqual(await refusal(ada.api, id, "accept"), [403, "forbidden"]);
      await sql`drop policy "read only" on public.obligations`;
      assert.equal((await list(ada.api)).open, 1);
      assert.equal((await decide(ada.api, id, "dismiss")).state, "dismissed");
    });

    await t.step("a program decides with a key for proposals, and with no other", async () => {
      const id = await move(scene, integration_id, tax, SEEN, { deadline_date: "2027-01-02" });
      const reader = await keyFrom(ada.api, { name: "reader", scopes: ["status:read"] });
      assert.equal((await callWithKey(stack, reader.key, "POST", `/proposals/${id}/accept`)).status, 403);
      const { key } = await keyFrom(ada.api, { name: "decides", scopes: ["proposals:write"] });
      assert.equal((await callWithKey(stack, key, "GET", "/proposals")).status, 200);
      for (const [decision, due] of [["accept", "2027-03-05"], ["undo", "2027-01-02"]]) {
        const answer = await callWithKey(stack, key, "POST", `/proposals/${id}/${decision}`);
        assert.equal(answer.status, 200, answer.text);
        const [row] = await sql`select deadline_date::text from public.obligations where id = ${tax}`;
        assert.equal(row?.["deadline_date"], due);
      }
      const stranger = await keyFrom(bob.api, { name: "Bob's", scopes: ["proposals:write"] });
      assert.equal(
        (await callWithKey(stack, stranger.key, "POST", `/proposals/${id}/dismiss`)).status,
        404,
      );
      const dismissed = await callWithKey(stack, key, "POST", `/proposals/${id}/dismiss`);
      assert.equal(dismissed.status, 200, dismissed.text);
    });

    await t.step("webhooks are told of moves and decisions, with ids and no titles", async () => {
      await addWebhook(ada.api, "https://hooks.example.com/", ["proposal.opened", "proposal.decided"]);
      const id = await move(scene, integration_id, tax, SEEN, { deadline_date: "2027-01-02" });
      await move(scene, integration_id, tax, { deadline_date: "2027-04-01" }, {
        deadline_date: "2027-01-02",
      });
      const [{ id: second } = { id: "" }] = (await list(ada.api)).proposals;
      assert.notEqual(second, id);
      await decide(ada.api, second, "accept");
      const rows = await sql<{ payload: unknown }[]>`
        select payload from calendar_sync.deliveries where user_id = ${ada.id} and type like 'proposal.%' order by created_at, id`;
      const Payload = z.object({ type: z.string(), data: z.record(z.string(), z.unknown()) });
      const payloads = rows.map(({ payload }) => Payload.parse(payload));
      assert.deepEqual(
        payloads.map(({ type, data }) => `${type} ${String(data["code"] ?? "")}`.trim()).toSorted(),
        ["proposal.decided accepted", "proposal.decided superseded", "proposal.opened", "proposal.opened"],
      );
      for (const { data } of payloads) {
        assert.equal(data["obligation_id"], tax);
        assert.equal(data["integration_id"], integration_id);
        assert.ok(!JSON.stringify(data).includes("Tax return"));
      }
    });

    await t.step("the activity says what happened", async () => {
      const { activity } = z.object({ activity: z.array(z.object({ action: z.string() })) }).parse(
        (await ask(ada.api, "GET", "/activity")).body,
      );
      for (const word of ["opened", "accepted", "dismissed", "undone", "superseded"]) {
        assert.ok(activity.some(({ action }) => action === `proposal_${word}`), word);
      }
    });

    await t.step("the notice of a move leads to the page, and ends with the decision", async () => {
      const id = await move(scene, integration_id, tax, { deadline_date: "2027-05-01" }, {
        deadline_date: "2027-04-01",
      });
      const mine = async () => {
        const { notices } = z.object({
          notices: z.array(z.object({
            kind: z.string(),
            obligation_id: z.string().nullable(),
            message: z.string(),
            dismissed_at: z.string().nullable(),
          })),
        }).parse((await ask(ada.api, "GET", "/notices")).body);
        return notices.filter(({ kind, dismissed_at }) =>
          kind === "proposal_opened" && dismissed_at === null
        );
      };
      const [notice, ...others] = await mine();
      assert.ok(notice);
      assert.equal(others.length, 0);
      assert.equal(notice.obligation_id, tax);
      assert.match(notice.message, /^An event was moved in Google/);
      await decide(ada.api, id, "dismiss");
      assert.deepEqual(await mine(), []);
    });
    await t.step("every open one is listed, however many, of each calendar", async () => {
      const carol = await scene.connectedUser(GRACE);
      const { id: other_id } = await scene.connect(carol.api, ADA);
      await sql`update public.calendar_integrations set sync_enabled = false where user_id = ${carol.id}`;
      await sql`
        insert into public.obligations (user_id, title, deadline_date)
        select ${carol.id}, 'Many ' || n, '2027-01-01' from generate_series(1, 500) as n`;
      await sql`
        insert into public.calendar_proposals (user_id, integration_id, provider, obligation_id, kind, seen, legal)
        select ${carol.id}, integration.id, integration.provider, obligation.id, 'move', ${
        sql.json({ ...SEEN })
      },
          ${sql.json({ ...LEGAL })}
        from public.obligations as obligation
        join public.calendar_integrations as integration on integration.user_id = obligation.user_id
        where obligation.user_id = ${carol.id}`;
      const openOf = (listed: z.infer<typeof Proposals>, integration_id: string) =>
        listed.proposals.filter((each) => each.integration_id === integration_id && each.state === "open")
          .length;
      const before = await list(carol.api);
      assert.deepEqual([before.open, openOf(before, carol.integration.id), openOf(before, other_id)], [
        1000,
        500,
        500,
      ]);
      await decide(carol.api, before.proposals[0]?.id ?? "", "dismiss");
      const { proposals, open } = await list(carol.api);
      assert.deepEqual([open, proposals.filter(({ state }) => state === "dismissed").length], [999, 1]);
    });
  } finally {
    await scene.close();
  }
});

async function list(api: CalendarApi) {
  const { status, body } = await ask(api, "GET", "/proposals");
  assert.equal(status, 200, JSON.stringify(body));
  return Proposals.parse(body);
}

async function decide(api: CalendarApi, id: string, decision: string) {
  const { status, body } = await ask(api, "POST", `/proposals/${id}/${decision}`);
  assert.equal(status, 200, JSON.stringify(body));
  return Proposal.parse(body);
}

async function refusal(api: CalendarApi, id: string, decision: string) {
  const { status, code } = await ask(api, "POST", `/proposals/${id}/${decision}`);
  return [status, code];
}
