import assert from "node:assert/strict";
import { PASSWORD, startCalDavEmulator } from "../../../local/providers/caldav/server.ts";
import { until } from "../../support/calendar-api.ts";
import { openScene } from "../../support/scene.ts";
import { calDavSubject } from "../../support/subjects/caldav-subject.ts";
import { ADA, GRACE } from "../../support/subjects/subject.ts";

/** Less than what counts as no answer. */
const LATENCY_MS = 4_000;
const IN_SECONDS_MS = 8_000;
/** Two at a time, these take 80 s in each calendar. */
const DEADLINES = 40;

Deno.test({
  name: "CalDAV: servers that answer slowly delay nobody on another server",
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const slow = [await startCalDavEmulator(), await startCalDavEmulator()];
  const quick = await startCalDavEmulator();
  const servers = [...slow, quick].map(({ url }) => url);
  const scene = await openScene("caldav", { CALENDAR_CALDAV_SERVERS: servers.join(",") });
  const insert = (user_id: string, title: string, count: number) =>
    scene.sql`
      insert into public.obligations (user_id, title, deadline_date)
      select ${user_id}, ${title} || ' ' || n, '2027-01-01' from generate_series(1, ${count}::int) as n`;
  const titlesAt = (emulator: typeof quick, calendar_id: string) =>
    calDavSubject(emulator).events(calendar_id).map(({ title }) => title);
  try {
    const [busy, other] = [await scene.newUser(), await scene.newUser()];
    const calendars: { readonly emulator: typeof quick; readonly calendar_id: string }[] = [];
    // As many calendars as a worker has places.
    for (const emulator of slow) {
      for (const username of [ADA, GRACE]) {
        const account = { server_url: emulator.url, username, password: PASSWORD };
        const { calendar_id } = await busy.api.connectWithPassword(account);
        calendars.push({ emulator, calendar_id: calendar_id ?? "" });
      }
    }
    const account = { server_url: quick.url, username: ADA, password: PASSWORD };
    const { calendar_id } = await other.api.connectWithPassword(account);
    await scene.untilIdle();
    const written = () => calendars.map((each) => titlesAt(each.emulator, each.calendar_id).length);

    await t.step(
      "a deadline of another user arrives in seconds while four slow calendars are written",
      async () => {
        for (const { faults } of slow) faults.set([{ match: {}, kind: "latency", latency_ms: LATENCY_MS }]);
        await insert(busy.id, "Slow", DEADLINES);
        await until(() => Promise.resolve(written().some((count) => count > 0)));
        const begun_at = performance.now();
        await insert(other.id, "At once", 1);
        await until(() => Promise.resolve(titlesAt(quick, calendar_id ?? "").includes("At once 1")));
        assert.ok(performance.now() - begun_at < IN_SECONDS_MS);
      },
    );

    await t.step("the slow calendars take turns, so that each gets on", async () => {
      await until(
        () => Promise.resolve(written().every((count) => count > 0)),
        60_000,
        () => Promise.resolve(written()),
      );
      assert.ok(written().every((count) => count < DEADLINES));
    });

    await t.step("once the servers are quick again everything is written", async () => {
      for (const { faults } of slow) faults.clear();
      await until(
        () => Promise.resolve(written().every((count) => count === DEADLINES)),
        60_000,
        () => Promise.resolve(written()),
      );
    });
  } finally {
    await scene.close();
    for (const emulator of [...slow, quick]) await emulator.close();
  }
});
