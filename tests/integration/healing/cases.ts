import assert from "node:assert/strict";
import { z } from "zod";
import { type CalendarApi, until } from "../../support/calendar-api.ts";
import { openScene } from "../../support/scene.ts";
import { ADA, type ConsentProvider, GRACE } from "../../support/subjects/subject.ts";

const DAY = "2027-04-20";
const EVERY_ID = ["00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"] as const;

const Explained = z.object({
  code: z.string(),
  message: z.string(),
  in_calendar: z.boolean(),
  event_id: z.string().nullable(),
  reason: z.string().nullable(),
});

async function explain(api: CalendarApi, obligation_id: string): Promise<z.infer<typeof Explained>> {
  const response = await api.request("GET", `/explain?obligation_id=${obligation_id}`);
  assert.equal(response.status, 200, await response.clone().text());
  const [first] = z.object({ integrations: z.array(Explained) }).parse(await response.json()).integrations;
  assert.ok(first);
  return first;
}

/** What nobody was told of is found, what would do harm is asked about first, and everybody learns why. */
export async function testHealing(t: Deno.TestContext, provider_name: ConsentProvider): Promise<void> {
  const scene = await openScene(provider_name);
  const { sql, provider } = scene;
  const { faults } = provider.emulator;
  try {
    const ada = await scene.connectedUser(ADA);
    const insert = (prefix: string, count: number) =>
      sql<{ id: string }[]>`insert into public.obligations (user_id, title, deadline_date)
        select ${ada.id}, ${prefix} || n, ${DAY} from generate_series(1, ${count}::int) as n returning id`;
    const names = (prefix: string, count: number) =>
      Array.from({ length: count }, (_, i) => `${prefix}${i + 1}`);
    const clear = async () => {
      faults.clear();
      await sql`delete from public.obligations where user_id = ${ada.id}`;
      await scene.untilTitles(ada.calendar_id, []);
      await ada.api.untilStatus(({ progress }) => progress.pending === 0);
    };
    /** Makes every next attempt due: the patience between them would take minutes. */
    const tryAllNow = async () => {
      await sql`update calendar_sync.jobs set run_at = now() where run_at > now() and failed_at is null`;
      await sql`update calendar_sync.lanes set wait_until = null, wait_reason = null where leased_by is null`;
      await sql`select calendar_sync.reschedule(array(select integration_id from calendar_sync.lanes))`;
      await sql`select calendar_sync.wake_up()`;
    };
    const sweep = () => sql`select calendar_sync.sweep(${EVERY_ID[0]}, ${EVERY_ID[1]})`;

    await t.step("what changed while the triggers were off is found by the sweep", async () => {
      await insert("Before ", 3);
      await scene.untilTitles(ada.calendar_id, names("Before ", 3));
      await ada.api.untilStatus(({ progress }) => progress.pending === 0);
      await sql`alter table public.obligations disable trigger user`;
      await insert("Unseen ", 2);
      await sql`update public.obligations set title = 'Renamed' where title = 'Before 1'`;
      await sql`delete from public.obligations where title = 'Before 2'`;
      await sql`alter table public.obligations enable trigger user`;
      await sweep();
      await scene.untilTitles(ada.calendar_id, ["Renamed", "Before 3", ...names("Unseen ", 2)]);
      await clear();
    });

    await t.step("events that a restored backup knows nothing of are taken over or removed", async () => {
      await insert("Restored ", 4);
      await scene.untilTitles(ada.calendar_id, names("Restored ", 4));
      await ada.api.untilStatus(({ progress }) => progress.pending === 0);
      const before = scene.events(ada.calendar_id);
      // As a backup of an hour ago has it: without the mappings, and without two of the obligations.
      await sql`alter table public.obligations disable trigger user`;
      await sql`delete from public.calendar_event_mappings`;
      await sql`delete from public.obligations where title in ('Restored 1', 'Restored 2')`;
      await sql`alter table public.obligations enable trigger user`;
      provider.user.addEvent(ada.calendar_id);
      const theirs = scene.events(ada.calendar_id).filter(({ obligation_id }) => obligation_id === null);
      assert.equal(theirs.length, 1);
      await sql`select calendar_sync.find_orphans()`;
      const wanted = [...names("Restored ", 4).slice(2), ...theirs.map(({ title }) => title)];
      await scene.untilTitles(ada.calendar_id, wanted);
      const kept = scene.events(ada.calendar_id).filter(({ obligation_id }) => obligation_id !== null);
      assert.ok(kept.every(({ id }) => before.some((event) => event.id === id)), "taken over, not made anew");
      await until(async () =>
        (await sql`select from calendar_sync.jobs where kind = 'find_orphans'`).length === 0
      );
      for (const { id } of theirs) provider.user.deleteEvent(ada.calendar_id, id);
      await clear();
    });

    await t.step("many deletions at once stop and say how many; confirmed, they go on", async () => {
      await sql`update calendar_sync.options set deletions_free = 25`;
      await insert("Mass ", 40);
      await scene.untilTitles(ada.calendar_id, names("Mass ", 40));
      await ada.api.untilStatus(({ progress }) => progress.pending === 0);
      await sql`delete from public.obligations where title <> 'Mass 1'`;
      const stopped = await ada.api.untilStatus(({ status }) => status === "paused");
      assert.equal(stopped.last_error?.code, "mass_deletion");
      assert.deepEqual(stopped.last_error.details, { deletions: 39, events: 40 });
      assert.equal(scene.events(ada.calendar_id).length, 40);

      const grace = await scene.newUser();
      const theirs = await grace.api.request("POST", "/resume", { integration_id: ada.integration.id });
      assert.deepEqual([theirs.status, scene.events(ada.calendar_id).length], [404, 40], await theirs.text());
      const resumed = await ada.api.request("POST", "/resume", { integration_id: ada.integration.id });
      assert.equal(resumed.status, 200, await resumed.text());
      await scene.untilTitles(ada.calendar_id, ["Mass 1"]);
      const settled = await ada.api.untilStatus(({ progress }) => progress.pending === 0);
      assert.deepEqual([settled.status, settled.last_error], ["active", null]);
    });

    await t.step("restored, they need no confirmation", async () => {
      await insert("Again ", 39);
      await scene.untilTitles(ada.calendar_id, ["Mass 1", ...names("Again ", 39)]);
      await ada.api.untilStatus(({ progress }) => progress.pending === 0);
      await sql`create table public.saved as select * from public.obligations`;
      await sql`delete from public.obligations`;
      await ada.api.untilStatus(({ status }) => status === "paused");
      await sql`insert into public.obligations select * from public.saved`;
      await sql`drop table public.saved`;
      const response = await ada.api.request("POST", "/sync", { integration_id: ada.integration.id });
      await response.body?.cancel();
      const settled = await ada.api.untilStatus(({ status, progress }) =>
        status === "active" && progress.pending === 0
      );
      assert.deepEqual([settled.last_error, settled.progress.synced], [null, 40]);
      assert.equal(scene.events(ada.calendar_id).length, 40);
      await sql`update calendar_sync.options set deletions_free = 100000000`;
      await clear();
    });

    await t.step(
      "an obligation that fails again and again is given up, and everything else goes through",
      async () => {
        const [poison] = await insert("Poison ", 1);
        assert.ok(poison);
        await scene.untilTitles(ada.calendar_id, ["Poison 1"]);
        await ada.api.untilStatus(({ progress }) => progress.pending === 0);
        const event_id = scene.events(ada.calendar_id)[0]?.id ?? "";
        const path = `events/${RegExp.escape(encodeURIComponent(event_id))}`;
        faults.set([{ match: { path }, kind: "status", status: 500 }]);
        await sql`update public.obligations set title = 'Poison, edited' where id = ${poison.id}`;
        await insert("Fine ", 3);
        await until(() =>
          Promise.resolve(
            scene.titles(ada.calendar_id).filter((title) => title.startsWith("Fine")).length === 3,
          )
        );
        const given_up = await until(async () => {
          await tryAllNow();
          const explained = await explain(ada.api, poison.id);
          return explained.code === "given_up" ? explained : null;
        });
        assert.equal(given_up.in_calendar, true);
        assert.ok(given_up.reason);
        const status = await ada.api.untilStatus(({ progress }) => progress.failed === 1);
        assert.deepEqual([status.status, status.last_error, status.progress.pending], ["active", null, 0]);
        faults.clear();
        await sql`update public.obligations set title = 'Cured' where id = ${poison.id}`;
        await scene.untilTitles(ada.calendar_id, ["Cured", ...names("Fine ", 3)]);
        await clear();
      },
    );

    await t.step("an obligation in an outage is never given up", async () => {
      faults.set([{ match: {}, kind: "status", status: 503 }]);
      await insert("Outage ", 1);
      await until(async () => {
        await tryAllNow();
        return (await sql`select from calendar_sync.lanes where attempts >= 12`).length === 1;
      });
      assert.equal((await sql`select from calendar_sync.jobs where failed_at is not null`).length, 0);
      faults.clear();
      await tryAllNow();
      await scene.untilTitles(ada.calendar_id, ["Outage 1"]);
      await clear();
    });

    await t.step("why an obligation is, or is not, in the calendar", async () => {
      const [first] = await insert("Explained ", 1);
      assert.ok(first);
      await scene.untilTitles(ada.calendar_id, ["Explained 1"]);
      await ada.api.untilStatus(({ progress }) => progress.pending === 0);
      const synced = await explain(ada.api, first.id);
      assert.deepEqual([synced.code, synced.event_id], [
        "synced",
        scene.events(ada.calendar_id)[0]?.id ?? null,
      ]);
      await ada.api.request("PATCH", "/status", {
        integration_id: ada.integration.id,
        sync_enabled: false,
      }).then((response) => response.body?.cancel());
      await sql`update public.obligations set title = 'Explained, later' where id = ${first.id}`;
      assert.equal((await explain(ada.api, first.id)).code, "sync_off");
      await ada.api.request("PATCH", "/status", { integration_id: ada.integration.id, sync_enabled: true })
        .then((response) => response.body?.cancel());
      await scene.untilTitles(ada.calendar_id, ["Explained, later"]);
      await sql`update public.obligations set status = 'cancelled' where id = ${first.id}`;
      await scene.untilTitles(ada.calendar_id, []);
      await until(async () => (await explain(ada.api, first.id)).code === "cancelled");

      const grace = await scene.connectedUser(GRACE);
      for (const [id, status] of [[first.id, 404], [crypto.randomUUID(), 404], ["none", 400]] as const) {
        const response = await grace.api.request("GET", `/explain?obligation_id=${id}`);
        assert.equal(response.status, status, await response.text());
      }
      await clear();
    });

    await t.step("every change of a calendar is noted, for its user to see", async () => {
      const [noted] = await insert("Noted ", 1);
      assert.ok(noted);
      await scene.untilTitles(ada.calendar_id, ["Noted 1"]);
      await sql`update public.obligations set deadline_date = '2027-05-01' where id = ${noted.id}`;
      const dueDays = () => {
        const times = scene.events(ada.calendar_id).map(({ time }) => time);
        return times.map((time) => time.kind === "all_day" ? time.start_date : time.start);
      };
      await until(() => Promise.resolve(dueDays()[0] === "2027-05-01"));
      await sql`delete from public.obligations where id = ${noted.id}`;
      await scene.untilTitles(ada.calendar_id, []);
      const rows = await until(async () => {
        const found = await sql<{ action: string; due: string | null }[]>`
          select action, due from calendar_sync.activity where obligation_id = ${noted.id} order by at`;
        return found.length === 3 ? found : null;
      });
      assert.deepEqual(rows.map(({ action, due }) => [action, due]), [
        ["created", DAY],
        ["updated", "2027-05-01"],
        ["removed", null],
      ]);
    });
  } finally {
    await scene.close();
  }
}
