import assert from "node:assert/strict";
import { PASSWORD, startCalDavEmulator } from "../../../local/providers/caldav/server.ts";
import { until } from "../../support/calendar-api.ts";
import { openScene } from "../../support/scene.ts";
import { calDavSubject } from "../../support/subjects/caldav-subject.ts";
import { ADA, GRACE } from "../../support/subjects/subject.ts";

/** As many as open its circuit breaker. */
const USERS = 6;

Deno.test({
  name: "CalDAV: a server that is down delays nobody on another server, and has its own circuit breaker",
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const [down, up] = [await startCalDavEmulator(), await startCalDavEmulator()];
  const scene = await openScene("caldav", { CALENDAR_CALDAV_SERVERS: `${down.url},${up.url}` });
  const { sql } = scene;
  const add = async (server_url: string, username: string) => {
    const user = await scene.newUser();
    const integration = await user.api.connectWithPassword({ server_url, username, password: PASSWORD });
    return { ...user, integration, calendar_id: integration.calendar_id ?? "" };
  };
  const insert = (user_id: string, title: string) =>
    sql`insert into public.obligations (user_id, title, deadline_date) values (${user_id}, ${title}, '2027-01-01')`;
  const titlesAt = (emulator: typeof up, calendar_id: string) =>
    calDavSubject(emulator).events(calendar_id).map(({ title }) => title);
  const breakers = () =>
    sql`select server, open_since is not null as is_open from calendar_sync.server_breakers`;
  try {
    const waiting: Awaited<ReturnType<typeof add>>[] = [];
    for (let n = 0; n < USERS; n++) waiting.push(await add(down.url, ADA));
    const other = await add(up.url, GRACE);

    await t.step("two servers have calendars of the same path, and each user one on both", async () => {
      const both = await add(up.url, ADA);
      const again = await both.api.connectWithPassword({
        server_url: down.url,
        username: ADA,
        password: PASSWORD,
      });
      assert.equal(again.calendar_id, both.calendar_id);
      await insert(both.id, "Twice");
      for (const emulator of [up, down]) {
        await until(() => Promise.resolve(titlesAt(emulator, both.calendar_id).length === 1));
      }
      await scene.deleteUsers(both.id);
    });

    await t.step("while it is down the other server's calendars are written at once", async () => {
      down.faults.set([{ match: {}, kind: "drop_before" }]);
      for (const { id } of waiting) await insert(id, "Waits");
      const breaker = await until(
        async () => (await breakers()).find(({ is_open }) => is_open),
        60_000,
        breakers,
      );
      assert.equal(breaker["server"], down.url);
      const begun_at = performance.now();
      await insert(other.id, "At once");
      await until(() => Promise.resolve(titlesAt(up, other.calendar_id).includes("At once")));
      assert.ok(performance.now() - begun_at < 5_000);
    });

    await t.step("once it is back everything that waited is written within a minute", async () => {
      down.faults.clear();
      for (const { calendar_id } of waiting) {
        await until(() => Promise.resolve(titlesAt(down, calendar_id).includes("Waits")), 60_000, breakers);
      }
      await until(async () => (await breakers()).length === 0, 10_000, breakers);
    });
  } finally {
    await scene.close();
    await down.close();
    await up.close();
  }
});
