import assert from "node:assert/strict";
import { openScene } from "../../support/scene.ts";
import { shiftTime } from "../../support/shift-time.ts";
import { eventsOf, feedFrom, feedsOf, readFeed, titlesIn } from "./support.ts";

const DAY_S = 24 * 60 * 60;

Deno.test({
  name: "the life of a feed",
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const scene = await openScene();
  const { sql } = scene;
  /** A date so many days from now. */
  const inDays = (days: number) => new Date(Date.now() + days * DAY_S * 1000).toISOString().slice(0, 10);
  const add = async (user_id: string, title: string, values: Record<string, unknown> = {}) => {
    const [row] = await sql<{ id: string }[]>`
      insert into public.obligations ${
      sql({ user_id, title, deadline_date: inDays(30), ...values })
    } returning id`;
    assert.ok(row);
    return row.id;
  };
  try {
    await t.step(
      "it is made with an address that is shown once, and holds its owner's deadlines alone",
      async () => {
        const [{ id, api }, other] = [await scene.newUser(), await scene.newUser()];
        await add(id, "before");
        const feed = await feedFrom(api, "/feeds", { name: " Deadlines " });
        assert.match(
          feed.url,
          new RegExp(`^${scene.stack.apiUrl}/functions/v1/calendar-feed/[A-Za-z0-9_-]{43}\\.ics$`),
        );
        assert.deepEqual([feed.name, feed.settings, feed.expires_at, feed.last_used_at, feed.last_client], [
          "Deadlines",
          {
            obligation_types: null,
            look_back_days: 90,
            look_ahead_days: null,
            reminders_minutes: [10080, 1440],
            completed_events: "keep",
          },
          null,
          null,
          null,
        ]);
        await add(id, "after");
        await add(other.id, "somebody else's");
        assert.deepEqual(await titlesIn(scene, feed.url), ["after", "before"]);
        assert.ok(!JSON.stringify(await feedsOf(api)).includes("url"));
      },
    );

    await t.step("only what is seen of an obligation changes its event, and the ETag", async () => {
      const { id, api } = await scene.newUser();
      const obligation = await add(id, "Report", { obligation_type: "report", url: "javascript:alert(1)" });
      const { url } = await feedFrom(api, "/feeds", { name: "x" });
      const read = async () => {
        const { etag } = await readFeed(scene, url);
        const event = Object.values(await eventsOf(scene, url))[0];
        return { etag, sequence: event?.sequence, modified: event?.modified };
      };
      const first = await read();
      assert.equal(first.sequence, 0);
      for (
        const unseen of [
          { updated_at: new Date() },
          { status: "in_progress" },
          { time_zone: "Asia/Tokyo" },
          { description: "" },
          { url: "mailto:ada@example.com" },
          { title: "Report" },
        ]
      ) {
        await sql`update public.obligations set ${sql(unseen)} where id = ${obligation}`;
        assert.deepEqual(await read(), first, JSON.stringify(unseen));
      }
      let before = first;
      for (
        const seen of [
          { title: "Report 2" },
          { description: "Text" },
          { obligation_type: "permit" },
          { url: "https://app.example.com/1" },
          { deadline_date: inDays(31) },
          { status: "completed" },
          { deadline_date: null, deadline_at: new Date(Date.now() + 40 * DAY_S * 1000) },
          { time_zone: "Europe/Paris" },
        ]
      ) {
        await sql`update public.obligations set ${sql(seen)} where id = ${obligation}`;
        const after = await read();
        assert.equal(after.sequence, (before.sequence ?? 0) + 1, JSON.stringify(seen));
        assert.notEqual(after.etag, before.etag);
        before = after;
      }
      const [{ created_at } = { created_at: new Date() }] = await sql<{ created_at: Date }[]>`
        select created_at from calendar_sync.feed_items where obligation_id = ${obligation}`;
      const event = Object.values(await eventsOf(scene, url))[0];
      assert.equal(Date.parse(event?.created ?? ""), Math.floor(created_at.getTime() / 1000) * 1000);
    });

    await t.step("answers 304 when only other users' feeds changed", async () => {
      const [{ id, api }, other] = [await scene.newUser(), await scene.newUser()];
      await add(id, "mine");
      const { url } = await feedFrom(api, "/feeds", { name: "x" });
      await feedFrom(other.api, "/feeds", { name: "x" });
      const { etag } = await readFeed(scene, url);
      await add(other.id, "theirs");
      const again = await readFeed(scene, url, { headers: { "if-none-match": etag ?? "" } });
      assert.deepEqual([again.status, again.text, again.etag], [304, "", etag]);
      await add(id, "mine too");
      assert.equal((await readFeed(scene, url, { headers: { "if-none-match": etag ?? "" } })).status, 200);
    });

    await t.step(
      "a feed of which all was deleted is empty after two days, and so is one that nobody reads",
      async () => {
        const { id, api } = await scene.newUser();
        await sql`insert into public.obligations (user_id, title, deadline_date, description)
        select ${id}, 'bulk ' || n, '2027-05-01', repeat('x', 500) from generate_series(1, 300) as n`;
        const { url } = await feedFrom(api, "/feeds", { name: "x" });
        const whole = (await readFeed(scene, url)).text.length;
        await sql`delete from public.obligations where user_id = ${id}`;
        const events = await eventsOf(scene, url);
        assert.ok(Object.values(events).every(({ status }) => status === "CANCELLED"));
        assert.ok((await readFeed(scene, url)).text.length < whole / 2, "what goes needs no description");
        await shiftTime(sql, 2 * DAY_S);
        assert.deepEqual(await titlesIn(scene, url), []);
        const kept = () =>
          sql<{ texts: string }[]>`
          select concat(title, description) as texts from calendar_sync.feed_items where user_id = ${id}`;
        assert.ok((await kept()).every(({ texts }) => texts === ""), "no text is kept of what no feed shows");
        await add(id, "again");
        assert.deepEqual(await titlesIn(scene, url), ["again"]);
        await sql`delete from public.obligations where user_id = ${id}`;
        await readFeed(scene, url);
        await shiftTime(sql, 3 * DAY_S);
        await sql`select calendar_sync.nightly()`;
        assert.ok((await kept()).every(({ texts }) => texts === ""));
        await shiftTime(sql, 366 * DAY_S);
        await sql`select calendar_sync.nightly()`;
        assert.equal((await kept()).length, 0);
      },
    );

    await t.step("what is gone is cancelled for two days, whatever became of it", async () => {
      const [{ id, api }, other] = [await scene.newUser(), await scene.newUser()];
      const [deleted, cancelled, given, undated, stays] = [
        await add(id, "deleted"),
        await add(id, "cancelled"),
        await add(id, "given away"),
        await add(id, "without a deadline"),
        await add(id, "stays"),
      ];
      await add(id, "never open", { status: "cancelled" });
      const { url } = await feedFrom(api, "/feeds", { name: "x" });
      assert.equal((await titlesIn(scene, url)).length, 5);
      await sql`delete from public.obligations where id = ${deleted}`;
      await sql`update public.obligations set status = 'cancelled' where id = ${cancelled}`;
      await sql`update public.obligations set user_id = ${other.id} where id = ${given}`;
      await sql`update public.obligations set deadline_date = null where id = ${undated}`;
      const statuses = async () =>
        Object.fromEntries(
          Object.entries(await eventsOf(scene, url)).map(([title, { status }]) => [title, status]),
        );
      const gone = {
        deleted: "CANCELLED",
        cancelled: "CANCELLED",
        "given away": "CANCELLED",
        "without a deadline": "CANCELLED",
      };
      assert.deepEqual(await statuses(), { ...gone, stays: "CONFIRMED" });
      const { cancelled: event } = await eventsOf(scene, url);
      assert.deepEqual([event?.sequence, event?.alarms], [1, []]);
      await sql`update public.obligations set status = 'pending' where id = ${cancelled}`;
      assert.equal((await eventsOf(scene, url))["cancelled"]?.sequence, 2, "back again");
      await sql`update public.obligations set status = 'cancelled' where id = ${cancelled}`;
      await readFeed(scene, url);
      await shiftTime(sql, 2 * DAY_S - 3600);
      await sql`select calendar_sync.nightly()`;
      assert.deepEqual(await statuses(), { ...gone, stays: "CONFIRMED" });
      const { etag } = await readFeed(scene, url);
      await shiftTime(sql, 3600);
      assert.equal((await readFeed(scene, url, { headers: { "if-none-match": etag ?? "" } })).status, 200);
      assert.deepEqual(await statuses(), { stays: "CONFIRMED" }, "to the minute, on whatever day that is");
      await shiftTime(sql, DAY_S);
      await sql`select calendar_sync.nightly()`;
      const left =
        await sql`select obligation_id from calendar_sync.feed_items where user_id = ${id} and not dropped`;
      assert.deepEqual(left.map(({ obligation_id }) => obligation_id), [stays]);
      await sql`update public.obligations set status = 'pending' where id = ${cancelled}`;
      assert.equal((await eventsOf(scene, url))["cancelled"]?.sequence, 4, "it does not fall");
    });

    await t.step("filters choose, reminders and completed ones follow each feed's settings", async () => {
      const { id, api } = await scene.newUser();
      await add(id, "air", { obligation_type: "air, emissions" });
      await add(id, "water", { obligation_type: "water" });
      await add(id, "old", { deadline_date: inDays(-100) });
      await add(id, "recent", { deadline_date: inDays(-10) });
      await add(id, "far", { deadline_date: inDays(400) });
      await add(id, "done", { status: "completed" });
      const titles = async (settings: Record<string, unknown>) =>
        await titlesIn(scene, (await feedFrom(api, "/feeds", { name: "x", settings })).url);
      assert.deepEqual(await titles({}), ["air", "far", "recent", "water", "✓ done"]);
      assert.deepEqual(await titles({ obligation_types: ["air, emissions"] }), ["air"]);
      assert.deepEqual(await titles({ look_back_days: 3650 }), [
        "air",
        "far",
        "old",
        "recent",
        "water",
        "✓ done",
      ]);
      assert.deepEqual(await titles({ look_back_days: 0, look_ahead_days: 31 }), ["air", "water", "✓ done"]);
      assert.deepEqual(await titles({ completed_events: "remove" }), ["air", "far", "recent", "water"]);
      const feed = await feedFrom(api, "/feeds", { name: "x", settings: { reminders_minutes: [0, 30] } });
      const before = await eventsOf(scene, feed.url);
      assert.deepEqual(before["air"]?.alarms.map(({ before_s }) => before_s), [-32_400, -30_600]);
      const { etag } = await readFeed(scene, feed.url);
      const changed = await api.request("PATCH", `/feeds/${feed.id}`, {
        settings: { reminders_minutes: [] },
        name: "New",
      });
      assert.equal(changed.status, 200);
      await changed.body?.cancel();
      const after = await readFeed(scene, feed.url, { headers: { "if-none-match": etag ?? "" } });
      assert.equal(after.status, 200);
      assert.match(after.text, /\r\nNAME:New\r\n/);
      assert.ok(!after.text.includes("VALARM"));
      assert.deepEqual(
        await (await api.request("GET", "/obligation_types")).json(),
        { obligation_types: ["air, emissions", "water"] },
      );
    });

    await t.step("a feed of several pages holds everything once", async () => {
      const { id, api } = await scene.newUser();
      const { url } = await feedFrom(api, "/feeds", { name: "x" });
      await sql`insert into public.obligations (user_id, title, deadline_date)
        select ${id}, 'Bulk ' || n, ${inDays(3)} from generate_series(1, 1234) as n`;
      assert.equal((await titlesIn(scene, url)).length, 1234);
      assert.equal((await sql`select from calendar_sync.feed_changes where user_id = ${id}`).length, 0);
    });

    await t.step(
      "what nobody was told of is found within a day, after a failed enqueue at once",
      async () => {
        const { id, api } = await scene.newUser();
        const { url } = await feedFrom(api, "/feeds", { name: "x" });
        await readFeed(scene, url);
        await sql`alter table public.obligations disable trigger user`;
        await add(id, "unnoticed");
        await sql`alter table public.obligations enable trigger user`;
        assert.deepEqual(await titlesIn(scene, url), []);
        await shiftTime(sql, DAY_S + 1);
        assert.deepEqual(await titlesIn(scene, url), ["unnoticed"]);
        await sql`alter table public.obligations disable trigger user`;
        await add(id, "lost");
        await sql`alter table public.obligations enable trigger user`;
        await sql`select calendar_sync.note_incident('enqueue', 'XX000', 'test')`;
        await sql`select calendar_sync.tick()`;
        assert.deepEqual(await titlesIn(scene, url), ["lost", "unnoticed"]);
      },
    );

    await t.step(
      "a user without a feed gets no change, and the night leaves one change a user",
      async () => {
        const [{ id }, owner] = [await scene.newUser(), await scene.newUser()];
        const changes = async (user_id: string) =>
          (await sql`select from calendar_sync.feed_changes where user_id = ${user_id}`).length;
        await add(id, "unfed");
        assert.equal(await changes(id), 0);
        await feedFrom(owner.api, "/feeds", { name: "x" });
        await add(owner.id, "one");
        await add(owner.id, "two");
        await sql`insert into public.obligations (user_id, title, deadline_date)
        select ${owner.id}, 'Bulk ' || n, ${inDays(3)} from generate_series(1, 50) as n`;
        assert.equal(await changes(owner.id), 3);
        await sql`select calendar_sync.nightly()`;
        assert.equal(await changes(owner.id), 1);
      },
    );

    await t.step("with its last feed, and with its user, everything kept for it goes", async () => {
      const { id, api } = await scene.newUser();
      const { id: feed_id, url } = await feedFrom(api, "/feeds", { name: "x" });
      const second = await feedFrom(api, "/feeds", { name: "y" });
      await add(id, "one");
      await readFeed(scene, url);
      await add(id, "two");
      const rows = async () =>
        (await sql<{ n: number }[]>`
          select (select count(*) from calendar_sync.feeds where user_id = ${id})
            + (select count(*) from calendar_sync.feed_items where user_id = ${id})
            + (select count(*) from calendar_sync.feed_owners where user_id = ${id})
            + (select count(*) from calendar_sync.feed_changes where user_id = ${id}) as n`)[0]?.n;
      assert.equal((await api.request("DELETE", `/feeds/${feed_id}`)).status, 204);
      assert.equal((await readFeed(scene, url)).status, 404);
      assert.deepEqual(await titlesIn(scene, second.url), ["one", "two"]);
      assert.equal((await api.request("DELETE", `/feeds/${second.id}`)).status, 204);
      assert.equal(Number(await rows()), 0);
      await feedFrom(api, "/feeds", { name: "z" });
      await sql`delete from auth.users where id = ${id}`;
      await sql`select calendar_sync.nightly()`;
      assert.equal(Number(await rows()), 0);
    });
  } finally {
    await scene.close();
  }
});
