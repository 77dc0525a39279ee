import assert from "node:assert/strict";
import { z } from "zod";
import type { ProviderName } from "../../../supabase/functions/_shared/providers/registry.ts";
import { type CalendarApi, until } from "../../support/calendar-api.ts";
import { openScene, type Scene } from "../../support/scene.ts";
import { ADA } from "../../support/subjects/subject.ts";

const TITLE = "Test from EcoComply";

const TestEvent = z.object({
  state: z.string(),
  event_url: z.string().nullable(),
  starts_at: z.string().nullable(),
  remove_at: z.string().nullable(),
  took_ms: z.number().nullable(),
  code: z.string().nullable(),
  message: z.string().nullable(),
});
const Answer = z.object({ test_event: TestEvent.nullable() });

/** The calls about the test event of one integration. */
function callsOf(api: CalendarApi, integration_id: string) {
  const ask = async (method: string) => {
    const response = method === "POST"
      ? await api.request(method, "/test_event", { integration_id })
      : await api.request(method, `/test_event?integration_id=${integration_id}`);
    const text = await response.text();
    assert.equal(response.status, 200, text);
    return Answer.parse(JSON.parse(text)).test_event;
  };
  const shown = () => ask("GET");
  return {
    shown,
    send: () => ask("POST"),
    remove: () => ask("DELETE"),
    untilState: (state: string | null) =>
      until(async () => (await shown())?.state === state || undefined, undefined, shown),
    untilNone: () => until(async () => await shown() === null, undefined, shown),
  };
}

/** A test event is written once, whatever happens on the way, and does not stay. */
export async function testTestEvents(t: Deno.TestContext, provider_name: ProviderName): Promise<void> {
  const scene: Scene<ProviderName> = await openScene(provider_name);
  const { sql, provider, stack } = scene;
  const { faults, state } = provider.emulator;
  const match = { path: provider.paths.events };
  try {
    const ada = await scene.connectedUser(ADA, "existing");
    const test = callsOf(ada.api, ada.integration.id);
    const titles = () => scene.titles(ada.calendar_id);
    await sql`
      insert into public.obligations (user_id, title, deadline_date) values (${ada.id}, 'A deadline', '2031-03-15')`;
    await scene.untilTitles(ada.calendar_id, ["A deadline"]);
    await scene.untilIdle();
    const rows = async () =>
      [
        ...await sql`select id, updated_at from public.obligations order by 1`,
        ...await sql`select obligation_id, etag, synced_at from public.calendar_event_mappings order by 1`,
        ...await sql`select at from calendar_sync.activity order by 1`,
      ].map((row) => ({ ...row }));
    const before = await rows();
    /** Its time is over. */
    const expire = async () => {
      await sql`update calendar_sync.test_events set remove_at = now()`;
      await sql`update calendar_sync.jobs set run_at = now() where kind = 'test_event'`;
      await sql`select calendar_sync.reschedule(array(select integration_id from calendar_sync.lanes))`;
      await sql`select calendar_sync.wake_up()`;
    };
    const gone = async () => {
      await test.untilNone();
      assert.deepEqual(titles(), ["A deadline"]);
      assert.deepEqual(await rows(), before, "no obligation, mapping or activity was touched");
      await scene.untilIdle();
    };

    await t.step("it arrives, says how long that took and where it is, and is there once", async () => {
      assert.equal(await test.shown(), null);
      const [asked, twice] = [await test.send(), await test.send()];
      assert.ok(asked && twice);
      assert.deepEqual([twice.starts_at, twice.remove_at], [asked.starts_at, asked.remove_at]);
      await test.untilState("there");
      const there = await test.shown();
      assert.ok(there?.took_ms !== null && there?.took_ms !== undefined && there.took_ms < 60_000);
      assert.deepEqual(titles(), ["A deadline", TITLE]);
      const event = scene.events(ada.calendar_id).find(({ title }) => title === TITLE);
      assert.deepEqual([event?.reminders_minutes, event?.invites_nobody, event?.leaves_free], [
        [],
        true,
        true,
      ]);
      const ahead_min = (Date.parse(there.starts_at ?? "") - Date.now()) / 60_000;
      assert.ok(ahead_min > 3 && ahead_min <= 10, `${ahead_min} minutes ahead`);
      if (provider_name === "caldav") {
        assert.equal(there.event_url, null);
      } else {
        const page = await fetch(there.event_url ?? "");
        assert.equal(page.status, 200);
        assert.equal(new URL(page.url).searchParams.get("event"), event?.id);
        await page.body?.cancel();
      }
    });

    await t.step("a sync, a reading of the calendar and a search for orphans leave it alone", async () => {
      await ada.api.request("POST", "/sync", { integration_id: ada.integration.id }).then((r) =>
        r.body?.cancel()
      );
      await until(async () =>
        (await sql`
          select from calendar_sync.jobs where kind in ('pull', 'find_orphans', 'scan', 'event') and run_at <= now()
          union all select from calendar_sync.changes
          union all select from calendar_sync.lanes where leased_by is not null`).length === 0
      );
      assert.deepEqual(titles(), ["A deadline", TITLE]);
      assert.equal((await test.shown())?.state, "there");
    });

    await t.step("it goes at once when its user says so", async () => {
      assert.equal((await test.remove())?.state, "removing");
      await gone();
      assert.equal(await test.remove(), null, "there is nothing left to remove");
    });

    await t.step("it goes by itself when its time is over, also while syncing is off", async () => {
      await test.send();
      await test.untilState("there");
      await ada.api.request("PATCH", "/status", { integration_id: ada.integration.id, sync_enabled: false })
        .then((r) => r.body?.cancel());
      await expire();
      await test.untilNone();
      assert.deepEqual(titles(), ["A deadline"]);
      await ada.api.request("PATCH", "/status", { integration_id: ada.integration.id, sync_enabled: true })
        .then((r) => r.body?.cancel());
      await scene.untilIdle();
    });
    before.splice(0, before.length, ...await rows());

    await t.step("a provider that wrote it and never answered has it once", async () => {
      faults.set([{ match, kind: "drop_after" }]);
      await test.send();
      await until(() => Promise.resolve(titles().includes(TITLE)));
      faults.clear();
      await ada.api.request("POST", "/sync", { integration_id: ada.integration.id }).then((r) =>
        r.body?.cancel()
      );
      await test.untilState("there");
      assert.deepEqual(titles(), ["A deadline", TITLE]);
      await test.remove();
      await test.untilNone();
      assert.deepEqual(titles(), ["A deadline"]);
      await scene.untilIdle();
    });

    await t.step(
      "its time is over before anybody knows whether it was written: it is found and removed",
      async () => {
        faults.set([{ match, kind: "drop_after" }]);
        await test.send();
        await until(() => Promise.resolve(titles().includes(TITLE)));
        await test.remove();
        faults.clear();
        await ada.api.request("POST", "/sync", { integration_id: ada.integration.id }).then((r) =>
          r.body?.cancel()
        );
        await test.untilNone();
        assert.deepEqual(titles(), ["A deadline"]);
        await scene.untilIdle();
      },
    );

    await t.step("a worker that is killed between the write and its record leaves one event", async () => {
      const worker = stack.function("calendar-sync");
      const dead = worker.pid;
      const forget = state.onChange(() =>
        // The event is kept once this is over, and not yet answered.
        queueMicrotask(() => {
          if (!titles().includes(TITLE)) return;
          forget();
          worker.kill("SIGKILL");
        })
      );
      await test.send();
      await until(() => Promise.resolve(worker.pid !== dead && titles().includes(TITLE)));
      assert.equal((await test.shown())?.state, "writing");
      await test.untilState("there");
      assert.deepEqual(titles(), ["A deadline", TITLE]);
      await test.remove();
      await test.untilNone();
      assert.deepEqual(titles(), ["A deadline"]);
      await scene.untilIdle();
    });

    await t.step(
      "a calendar that may only be read is said to be, and the test event does not come later",
      async () => {
        const user = await scene.connectedUser(ADA, "existing");
        const integration_id = user.integration.id;
        const own = callsOf(user.api, integration_id);
        const ours = [ada.calendar_id, user.calendar_id];
        const theirs = provider.calendars(ADA).find(({ id }) => !ours.includes(id))?.id;
        assert.ok(theirs);
        const chosen = await user.api.request("PATCH", "/status", { integration_id, calendar_id: theirs });
        assert.equal(chosen.status, 200, await chosen.text());
        provider.user.withdrawWriting(ADA, theirs);
        await own.send();
        await own.untilState("refused");
        assert.equal((await own.shown())?.code, "calendar_missing");
        assert.match((await own.shown())?.message ?? "", /written to/);
        provider.user.allowWriting(ADA, theirs);
        await user.api.request("DELETE", `/?integration_id=${integration_id}&events=keep`)
          .then((r) => r.body?.cancel());
        assert.ok(!scene.titles(theirs).includes(TITLE));
      },
    );

    await t.step("disconnecting takes it away, whatever becomes of the other events", async () => {
      await test.send();
      await test.untilState("there");
      const response = await ada.api.request("DELETE", `/?integration_id=${ada.integration.id}&events=keep`);
      assert.equal(response.status, 204);
      assert.deepEqual(titles(), ["A deadline"]);
      const again = await scene.connect(ada.api, ADA, "existing");
      const next = callsOf(ada.api, again.id);
      await next.send();
      await next.untilState("there");
      const { status, body } = await ada.api.request("DELETE", `/?integration_id=${again.id}&events=remove`);
      assert.equal(status, 202);
      await body?.cancel();
      await until(async () => (await ada.api.status()).length === 0);
      assert.ok(!provider.hasCalendar(ADA, again.calendar_id ?? "") || titles().length === 0);
      assert.deepEqual(
        [...await sql`select from calendar_sync.test_events where calendar_id is not null`],
        [],
      );
    });
  } finally {
    faults.clear();
    await scene.close();
  }
}
