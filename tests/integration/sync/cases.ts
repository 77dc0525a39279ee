import assert from "node:assert/strict";
import type { ProviderName } from "../../../supabase/functions/_shared/providers/registry.ts";
import { until } from "../../support/calendar-api.ts";
import { type CalDavServer, openScene } from "../../support/scene.ts";
import { beOdd } from "../../support/subjects/caldav-subject.ts";
import { ADA, GRACE } from "../../support/subjects/subject.ts";

const DAY = "2027-03-15";
/** So that a sync of 60 events is seen half done by whoever asks once a second. */
const LATENCY_MS = { google: 1_500, outlook: 300, caldav: 100 };

/** Where the main path is tested. */
interface Options {
  readonly caldav?: CalDavServer;
  /** Another account than Ada's, if the server has one. */
  readonly other_account?: string;
  /** How many obligations come with one INSERT. */
  readonly many?: number;
}

/** The main path: obligations change in the database, and a calendar follows. */
export async function testSync(
  t: Deno.TestContext,
  provider_name: ProviderName,
  { caldav, other_account = GRACE, many = 1_000 }: Options = {},
): Promise<void> {
  const scene = await openScene(provider_name, {}, caldav && { caldav });
  const { sql, provider } = scene;
  const requests = () => provider.emulator.state.requests.length;
  try {
    const ada = await scene.connectedUser(ADA);
    const add = async (fields: Record<string, unknown>) => {
      const [row] = await sql<{ id: string }[]>`
        insert into public.obligations ${
        sql({ user_id: ada.id, deadline_date: DAY, ...fields })
      } returning id`;
      assert.ok(row);
      return row.id;
    };
    const clear = async () => {
      await sql`delete from public.obligations where user_id = ${ada.id}`;
      await scene.untilTitles(ada.calendar_id, []);
    };
    const only = () => {
      const [event] = scene.events(ada.calendar_id);
      assert.ok(event);
      return event;
    };

    await t.step("connecting makes a calendar of our own before it answers", () => {
      assert.equal(ada.integration.status, "active");
      assert.equal(ada.integration.calendar_name, "Compliance deadlines");
      assert.ok(provider.hasCalendar(ADA, ada.calendar_id));
    });

    await t.step("an all-day obligation becomes an all-day event that leaves the user free", async () => {
      const id = await add({ title: "All day", description: "Form", url: "https://example.com/o" });
      await scene.untilTitles(ada.calendar_id, ["All day"]);
      const event = only();
      assert.deepEqual(event, {
        id: event.id,
        title: "All day",
        text: "Form\n\nhttps://example.com/o",
        time: { kind: "all_day", start_date: DAY, end_date: "2027-03-16" },
        leaves_free: true,
        // Days before at 09:00; Outlook has one reminder: the last.
        reminders_minutes: provider.name === "outlook" ? [900] : [9540, 900],
        obligation_id: id,
        invites_nobody: true,
      });
      await clear();
    });

    await t.step("a timed obligation keeps its instant across a DST change", async () => {
      await add({
        title: "Timed",
        deadline_date: null,
        deadline_at: "2026-10-25T00:45:00Z",
        time_zone: "Europe/Paris",
      });
      await scene.untilTitles(ada.calendar_id, ["Timed"]);
      assert.deepEqual(only().time, {
        kind: "timed",
        start: "2026-10-25T00:45:00.000Z",
        end: "2026-10-25T01:15:00.000Z",
        // Outlook's times and those of iCalendar have no offset, and that hour comes twice in Paris.
        time_zone: provider.name === "google" ? "Europe/Paris" : "UTC",
      });
      await clear();
    });

    await t.step(
      "a timed obligation is shown in its own zone, and in UTC where nobody knows the zone",
      async () => {
        const deadline_at = "2027-07-01T15:00:00Z";
        const zones = {
          "Europe/Madrid": "Europe/Madrid",
          "America/Toronto": "America/Toronto",
          "Mars/Olympus": "UTC",
        };
        for (const [time_zone, shown] of Object.entries(zones)) {
          await add({ title: time_zone, deadline_date: null, deadline_at, time_zone });
          await scene.untilTitles(ada.calendar_id, [time_zone]);
          const { time } = only();
          assert.ok(time.kind === "timed");
          assert.deepEqual([time.start, time.end], ["2027-07-01T15:00:00.000Z", "2027-07-01T15:30:00.000Z"]);
          if (provider.name !== "outlook") assert.equal(time.time_zone, shown);
          await clear();
        }
      },
    );

    await t.step("a deadline that comes later, changes its kind and goes again moves one event", async () => {
      const id = await add({ title: "Later", deadline_date: null });
      await sql`update public.obligations set deadline_date = ${DAY} where id = ${id}`;
      await scene.untilTitles(ada.calendar_id, ["Later"]);
      const created = only().id;
      await sql`update public.obligations set deadline_date = null, deadline_at = '2027-01-01T09:00Z' where id = ${id}`;
      await until(() => Promise.resolve(only().time.kind === "timed"));
      assert.deepEqual(only().time, {
        kind: "timed",
        start: "2027-01-01T09:00:00.000Z",
        end: "2027-01-01T09:30:00.000Z",
        time_zone: "UTC",
      });
      assert.equal(only().id, created);
      await sql`update public.obligations set deadline_at = null where id = ${id}`;
      await scene.untilTitles(ada.calendar_id, []);
      await clear();
    });

    await t.step("emoji, HTML and 2,000 characters arrive as the text that they are", async () => {
      await add({ title: `🏭 <b>${"x".repeat(2000)}`, description: "<script>alert(1)</script> & more" });
      await until(() => Promise.resolve(scene.events(ada.calendar_id).length === 1));
      const { title, text } = only();
      assert.equal(title.length, 250);
      assert.ok(title.startsWith("🏭 <b>xxx") && title.endsWith("…"));
      assert.equal(text, "<script>alert(1)</script> & more");
      await clear();
    });

    await t.step("completed ones are ticked off, cancelled ones go", async () => {
      const [kept, cancelled] = [await add({ title: "Kept" }), await add({ title: "Cancelled" })];
      await scene.untilTitles(ada.calendar_id, ["Cancelled", "Kept"]);
      await sql`update public.obligations set status = 'completed' where id = ${kept}`;
      await sql`update public.obligations set status = 'cancelled' where id = ${cancelled}`;
      await scene.untilTitles(ada.calendar_id, ["✓ Kept"]);
      await sql`update public.obligations set status = 'pending' where id = ${cancelled}`;
      await scene.untilTitles(ada.calendar_id, ["Cancelled", "✓ Kept"]);
      await clear();
    });

    await t.step(
      "removing completed events acts on those that exist, and so does keeping them again",
      async () => {
        await add({ title: "Done", status: "completed" });
        await scene.untilTitles(ada.calendar_id, ["✓ Done"]);
        const change = (completed_events: string) =>
          ada.api.request("PATCH", "/status", {
            integration_id: ada.integration.id,
            settings: { completed_events },
          });
        await (await change("remove")).body?.cancel();
        await scene.untilTitles(ada.calendar_id, []);
        await (await change("keep")).body?.cancel();
        await scene.untilTitles(ada.calendar_id, ["✓ Done"]);
        await clear();
      },
    );

    await t.step("types and a title template act on the events that exist", async () => {
      const change = async (settings: Record<string, unknown>) => {
        const response = await ada.api.request("PATCH", "/status", {
          integration_id: ada.integration.id,
          settings,
        });
        assert.equal(response.status, 200, await response.text());
      };
      const id = await add({ title: "Q3 return", obligation_type: "VAT" });
      await add({ title: "Salaries", obligation_type: "Payroll" });
      await add({ title: "Untyped" });
      await scene.untilTitles(ada.calendar_id, ["Q3 return", "Salaries", "Untyped"]);
      const ids = new Set(scene.events(ada.calendar_id).map((event) => event.id));
      await change({ title_template: "[{type}] {title} – {status}" });
      await scene.untilTitles(ada.calendar_id, [
        "Untyped – Open",
        "[Payroll] Salaries – Open",
        "[VAT] Q3 return – Open",
      ]);
      assert.ok(
        scene.events(ada.calendar_id).every((event) => ids.has(event.id)),
        "they are changed in place",
      );
      await change({ obligation_types: ["VAT"] });
      await scene.untilTitles(ada.calendar_id, ["[VAT] Q3 return – Open"]);
      await sql`update public.obligations set status = 'completed' where id = ${id}`;
      await scene.untilTitles(ada.calendar_id, ["✓ [VAT] Q3 return – Completed"]);
      await sql`update public.obligations set obligation_type = 'Tax' where id = ${id}`;
      await scene.untilTitles(ada.calendar_id, []);
      await change({ obligation_types: null, title_template: "{title}" });
      await scene.untilTitles(ada.calendar_id, ["Salaries", "Untyped", "✓ Q3 return"]);
      await clear();
    });

    await t.step(
      "reminders of existing events become those of the settings when the user asks for it",
      async () => {
        const soon = new Date(Date.now() + 60 * 86_400_000).toISOString().slice(0, 10);
        const patch = (settings: Record<string, unknown>) =>
          ada.api.request("PATCH", "/status", { integration_id: ada.integration.id, settings })
            .then((response) => response.body?.cancel());
        const titles = ["One", "Past", "Two"];
        for (const title of titles) {
          await add({ title, deadline_date: title === "Past" ? "2026-01-15" : soon });
        }
        await scene.untilTitles(ada.calendar_id, titles);
        await ada.api.untilStatus(({ progress }) => progress.pending === 0);
        const shown = () => scene.events(ada.calendar_id).toSorted((a, b) => a.title < b.title ? -1 : 1);
        const before = shown();
        provider.user.remind(ada.calendar_id, before[0]?.id ?? "");
        await patch({ reminders_minutes: [2880], all_day_reminder_time: "10:00" });
        const response = await ada.api.request("POST", "/reapply", { integration_id: ada.integration.id });
        assert.deepEqual([response.status, await response.json()], [202, { queued: 3 }]);
        const left = async () =>
          (await sql`
        select from calendar_sync.jobs where kind = 'reapply' union all
        select from calendar_sync.changes where kind = 'reapply'`).length;
        await until(async () => await left() === 0);
        assert.deepEqual(shown(), [
          { ...before[0], reminders_minutes: [2280] },
          before[1],
          { ...before[2], reminders_minutes: [2280] },
        ]);
        // Done once: what its user changes afterwards stays.
        provider.user.remind(ada.calendar_id, before[2]?.id ?? "");
        await sql`update public.obligations set title = 'Two again' where user_id = ${ada.id} and title = 'Two'`;
        await scene.untilTitles(ada.calendar_id, ["One", "Past", "Two again"]);
        assert.deepEqual(shown().map(({ reminders_minutes }) => reminders_minutes), [[2280], [], [5]]);
        await patch({ reminders_minutes: [10080, 1440], all_day_reminder_time: "09:00" });
        await clear();
      },
    );

    await t.step("ten updates in a second cost at most two provider writes", async () => {
      const id = await add({ title: "Edited" });
      await scene.untilTitles(ada.calendar_id, ["Edited"]);
      const before = scene.writes();
      const started_at = performance.now();
      const elapsed_ms = () => performance.now() - started_at;
      for (let i = 1; i <= 10; i++) {
        await sql`update public.obligations set title = ${`Edit ${i}`} where id = ${id}`;
        await until(() => Promise.resolve(elapsed_ms() > i * 90));
      }
      // A busy machine may need longer than a second for ten updates.
      const seconds = Math.ceil(elapsed_ms() / 1000);
      await scene.untilTitles(ada.calendar_id, ["Edit 10"]);
      await ada.api.untilStatus(({ progress }) => progress.pending === 0);
      const writes = scene.writes() - before;
      assert.ok(writes <= 2 * seconds, `${writes} writes in ${seconds} s`);
      await clear();
    });

    await t.step("an update that changes nothing visible costs no provider call and no job", async () => {
      const id = await add({ title: "Same" });
      await scene.untilTitles(ada.calendar_id, ["Same"]);
      await ada.api.untilStatus(({ progress }) => progress.pending === 0);
      const before = requests();
      // In one transaction: a quick worker would have done a job before it is looked for.
      const jobs = await sql.begin(async (own) => {
        await own`update public.obligations set status = 'in_progress', updated_at = now() where id = ${id}`;
        return await own`select 1 from calendar_sync.jobs`;
      });
      assert.equal(jobs.length, 0);
      await add({ title: "Marker" });
      await scene.untilTitles(ada.calendar_id, ["Marker", "Same"]);
      assert.equal(requests() - before, 1);
      await clear();
    });

    await t.step("a user's own reminder survives an update", async () => {
      const id = await add({ title: "Mine" });
      await scene.untilTitles(ada.calendar_id, ["Mine"]);
      provider.user.remind(ada.calendar_id, only().id);
      await sql`update public.obligations set title = 'Mine too' where id = ${id}`;
      await scene.untilTitles(ada.calendar_id, ["Mine too"]);
      assert.deepEqual(only().reminders_minutes, [5]);
      await clear();
    });

    await t.step(
      "completing early takes the reminders away, and other settings rewrite no event",
      async () => {
        const deadline_date = new Date(Date.now() + 60 * 86_400_000).toISOString().slice(0, 10);
        const id = await add({ title: "Report", deadline_date });
        await scene.untilTitles(ada.calendar_id, ["Report"]);
        const before = only();
        const settings = { all_day_reminder_time: "12:00", reminders_minutes: [1440] };
        await ada.api.request("PATCH", "/status", { integration_id: ada.integration.id, settings });
        await ada.api.untilStatus(({ progress }) => progress.pending === 0);
        const changes =
          await sql`select from calendar_sync.changes where integration_id = ${ada.integration.id}`;
        assert.equal(changes.length, 0, "settings of reminders concern new events");
        assert.deepEqual(only(), before);
        await sql`update public.obligations set status = 'completed', description = 'Sent' where id = ${id}`;
        await scene.untilTitles(ada.calendar_id, ["✓ Report"]);
        await until(() => Promise.resolve(only().reminders_minutes.length === 0));
        await sql`update public.obligations set status = 'pending' where id = ${id}`;
        await scene.untilTitles(ada.calendar_id, ["Report"]);
        await until(() => Promise.resolve(JSON.stringify(only().reminders_minutes) === "[720]"));
        await clear();
      },
    );

    await t.step(
      "an event that the user deleted comes back with the next change, restored or new",
      async () => {
        const { google, outlook, caldav } = scene.stack;
        assert.ok(google && outlook);
        for (const possible of [true, false]) {
          google.state.restore_allowed = possible;
          outlook.state.burn_transaction_ids = !possible;
          beOdd(caldav, { burned_uids: !possible });
          const id = await add({ title: "Deleted by hand" });
          await scene.untilTitles(ada.calendar_id, ["Deleted by hand"]);
          provider.user.deleteEvent(ada.calendar_id, only().id);
          await sql`update public.obligations set title = 'Back' where id = ${id}`;
          await scene.untilTitles(ada.calendar_id, ["Back"]);
          await clear();
        }
        google.state.restore_allowed = true;
        beOdd(caldav);
      },
    );

    await t.step(
      `${many} obligations in one INSERT make one wake-up call and become as many events`,
      async () => {
        // The calls of this transaction, before they are sent, without those of the tick.
        const calls = await sql.begin(async (own) => {
          await own`insert into public.obligations (user_id, title, deadline_date)
          select ${ada.id}, 'Bulk ' || n, ${DAY} from generate_series(1, ${many}::integer) as n`;
          await own`set constraints all immediate`;
          return await own`select 1 from net.http_request_queue where xmin = pg_current_xact_id()::xid`;
        });
        assert.ok(calls.length <= 1, `${calls.length} wake-up calls`);
        await until(() => Promise.resolve(scene.events(ada.calendar_id).length === many));
        const status = await ada.api.untilStatus(({ progress }) => progress.pending === 0);
        assert.deepEqual(status.progress, { pending: 0, synced: many, failed: 0 });
        assert.equal(new Set(scene.titles(ada.calendar_id)).size, many);
        await sql`delete from public.obligations where user_id = ${ada.id}`;
        await until(() => Promise.resolve(scene.events(ada.calendar_id).length === 0));
      },
    );

    await t.step("reassigned to a user without a calendar and back, the event goes and returns", async () => {
      const nobody = await scene.newUser();
      const id = await add({ title: "Handed over" });
      await scene.untilTitles(ada.calendar_id, ["Handed over"]);
      await sql`update public.obligations set user_id = ${nobody.id} where id = ${id}`;
      await scene.untilTitles(ada.calendar_id, []);
      await sql`update public.obligations set user_id = ${ada.id} where id = ${id}`;
      await scene.untilTitles(ada.calendar_id, ["Handed over"]);
      await clear();
    });

    await t.step("what was there before the connection is synced, with progress", async () => {
      const late = await scene.newUser();
      await sql`insert into public.obligations (user_id, title, deadline_date)
        select ${late.id}, 'Old ' || n, ${DAY} from generate_series(1, 60) as n`;
      provider.emulator.faults.set([{
        kind: "latency",
        latency_ms: LATENCY_MS[provider_name],
        match: { path: provider.paths.events },
      }]);
      const { calendar_id } = await scene.connect(late.api, other_account);
      assert.ok(calendar_id);
      const seen = await late.api.untilStatus(({ progress }) => progress.synced > 0 && progress.pending > 0);
      assert.equal(seen.progress.synced + seen.progress.pending, 60);
      provider.emulator.faults.clear();
      const done = await late.api.untilStatus(({ progress }) =>
        progress.synced === 60 && progress.pending === 0
      );
      assert.ok(done.last_synced_at);
      assert.equal(scene.events(calendar_id).length, 60);
    });

    await t.step("switched off, changes wait; switched on again, the calendar catches up", async () => {
      const switchTo = async (sync_enabled: boolean) => {
        const response = await ada.api.request("PATCH", "/status", {
          integration_id: ada.integration.id,
          sync_enabled,
        });
        assert.equal(response.status, 200, await response.text());
      };
      const removed = await add({ title: "Removed meanwhile" });
      await scene.untilTitles(ada.calendar_id, ["Removed meanwhile"]);
      // A server that does not answer with the new version is asked for it after the event is there.
      await scene.untilIdle();
      await switchTo(false);
      const before = requests();
      await add({ title: "Added meanwhile" });
      await sql`delete from public.obligations where id = ${removed}`;
      const waiting = await ada.api.untilStatus(({ progress }) => progress.pending === 2);
      assert.equal(waiting.sync_enabled, false);
      assert.equal(requests(), before);
      await switchTo(true);
      await scene.untilTitles(ada.calendar_id, ["Added meanwhile"]);
      await clear();
    });

    await t.step(
      "the events of a deleted user go, and no integration, mapping or secret is left behind",
      async () => {
        const leaving = await scene.connectedUser(other_account);
        await sql`insert into public.obligations (user_id, title, deadline_date) values (${leaving.id}, 'Left', ${DAY})`;
        await scene.untilTitles(leaving.calendar_id, ["Left"]);
        // A token for calls and one to refresh it, or a password; and the cursor of a pull, if there was one yet.
        const own = await sql<{ id: string }[]>`
          select secret.id from vault.secrets as secret
          join public.calendar_integrations as integration on integration.id = ${leaving.integration.id}
          left join calendar_sync.pulls as pull on pull.integration_id = integration.id
          where secret.id in (
            integration.access_token_secret_id, integration.refresh_token_secret_id, pull.cursor_secret_id)`;
        assert.ok(own.length >= (provider.name === "caldav" ? 1 : 2));
        await scene.deleteUsers(leaving.id);
        assert.equal(provider.hasCalendar(other_account, leaving.calendar_id), false);
        const left = await sql`select from vault.secrets where id in ${sql(own.map(({ id }) => id))}`;
        assert.equal(left.length, 0);
        assert.equal(
          (await sql`select 1 from public.calendar_integrations where id = ${leaving.integration.id}`).length,
          0,
        );
        assert.equal(
          (await sql`select 1 from public.calendar_event_mappings where integration_id = ${leaving.integration.id}`)
            .length,
          0,
        );
        assert.equal((await sql`select 1 from calendar_sync.incidents`).length, 0);
      },
    );
  } finally {
    await scene.close();
  }
}
