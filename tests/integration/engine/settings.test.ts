import assert from "node:assert/strict";
import postgres from "postgres";
import { z } from "zod";
import { Feeds } from "../../../supabase/functions/calendar/answers/feeds.ts";
import type { Engine } from "../../support/engine.ts";
import { DEFAULT_SETTINGS } from "../../support/default-settings.ts";
import { testEngine } from "../../support/engine-test.ts";

/** In each value: the error must not repeat it. */
const MARK = "4711";

const SETTINGS: readonly (readonly [unknown, RegExp])[] = [
  [{ reminders_minutes: [4711000] }, /^settings\.reminders_minutes: /],
  [{ reminders_minutes: [1, 2, 3, 4, 5, 4711] }, /^settings\.reminders_minutes: /],
  [{ reminders_minutes: [4711.5] }, /^settings\.reminders_minutes: /],
  [{ reminders_minutes: "4711" }, /^settings\.reminders_minutes: /],
  [{ reminders_minutes: null }, /^settings\.reminders_minutes: /],
  [{ completed_events: "4711" }, /^settings\.completed_events: /],
  [{ "4711": 1 }, /^settings: /],
  [{ padding: "4711".repeat(30_000) }, /^settings: /],
];

const TYPES: typeof SETTINGS = [
  [{ obligation_types: "4711" }, /^settings\.obligation_types: /],
  [{ obligation_types: [4711] }, /^settings\.obligation_types: /],
  [{ obligation_types: [] }, /^settings\.obligation_types: /],
  [{ obligation_types: ["4711", ""] }, /^settings\.obligation_types: /],
  [{ obligation_types: ["4711".repeat(51)] }, /^settings\.obligation_types: /],
  [{ obligation_types: Array.from({ length: 101 }, () => "4711") }, /^settings\.obligation_types: /],
];

const INTEGRATION_SETTINGS: typeof SETTINGS = [
  ...SETTINGS,
  ...TYPES,
  [{ title_template: "4711" }, /^settings\.title_template: /],
  [{ title_template: "{title} {4711}" }, /^settings\.title_template: /],
  [{ title_template: "{title} 4711}" }, /^settings\.title_template: /],
  [{ title_template: "{Title} 4711" }, /^settings\.title_template: /],
  [{ title_template: `{title}${"4711".repeat(24)}` }, /^settings\.title_template: /],
  [{ title_template: null }, /^settings\.title_template: /],
  [{ title_template: ["{title}"] }, /^settings\.title_template: /],
  [{ calendar_edits: "4711" }, /^settings\.calendar_edits: /],
  [{ calendar_edits: null }, /^settings\.calendar_edits: /],
];

const FEED_SETTINGS: typeof SETTINGS = [
  ...SETTINGS,
  ...TYPES,
  [{ title_template: "{title} 4711" }, /^settings: /],
  [{ look_back_days: -4711 }, /^settings\.look_back_days: /],
  [{ look_back_days: "-infinity 4711" }, /^settings\.look_back_days: /],
  [{ look_ahead_days: 4711 }, /^settings\.look_ahead_days: /],
];

testEngine("what users may not set is refused with a clear error that shows nothing of the row", [
  {
    name: "the settings of an integration, through the Data API",
    async show(engine) {
      const { id, user_id } = await engine.integration();
      const change = (settings: unknown) => changeSettings(engine, user_id, id, settings);
      for (const [settings, expected] of INTEGRATION_SETTINGS) {
        await refused(expected, () => change(settings));
      }
      for (const settings of ["4711", [4711]]) await refused(/^settings: /, () => change(settings));
      await change({ reminders_minutes: [0, 40320], completed_events: "remove" });
      const allowed = [
        { obligation_types: null },
        { obligation_types: Array.from({ length: 100 }, () => "line\nend".repeat(25)) },
        { title_template: `{title} ({type}, {status})${"é".repeat(74)}` },
        { calendar_edits: "keep" },
        { calendar_edits: "accept" },
      ];
      for (const settings of allowed) await change(settings);
    },
  },
  {
    name: "the settings and the switch of an integration, in the dashboard",
    async show(engine) {
      const { id } = await engine.integration();
      for (const column of ["settings", "sync_enabled"]) {
        await refused(
          new RegExp(`^${column}: `),
          async () =>
            await engine.sql`update public.calendar_integrations set ${
              engine.sql(column)
            } = null where id = ${id}`,
        );
      }
    },
  },
  {
    name: "a setting that a row lacks has its default wherever it is read, and gets it with the next change",
    async show(engine) {
      const { id, user_id } = await engine.integration();
      // As a row of an earlier version, which no trigger has seen.
      await engine.sql.begin(async (sql) => {
        await sql`set local session_replication_role = replica`;
        await sql`update public.calendar_integrations
          set settings = '{"reminders_minutes": [60], "all_day_reminder_time": "08:00", "completed_events": "keep"}' where id = ${id}`;
      });
      const expected = {
        ...DEFAULT_SETTINGS,
        reminders_minutes: [60],
        all_day_reminder_time: "08:00",
      };
      const [status] = await engine.asUser(user_id, (sql) => sql`select public.calendar_status() as found`);
      assert.deepEqual(status?.["found"][0].settings, expected);
      await engine.sql`
        insert into public.obligations (user_id, title, deadline_date) values (${user_id}, 'Report', current_date + 30)`;
      const [lane] = await engine.claim(crypto.randomUUID());
      assert.deepEqual(lane?.settings, expected);
      await changeSettings(engine, user_id, id, { completed_events: "remove" });
      const [changed] = await engine.sql`select settings from public.calendar_integrations where id = ${id}`;
      assert.deepEqual(changed?.["settings"], { ...expected, completed_events: "remove" });
      const [noted] = await engine.sql`
        select details -> 'settings' as settings from calendar_sync.activity where integration_id = ${id} and action = 'settings_changed'`;
      assert.deepEqual(noted?.["settings"], { completed_events: "remove" });
    },
  },
  {
    name: "the settings, the name and the end of a feed, through its function",
    async show(engine) {
      const { user_id, feed_id } = await withFeed(engine);
      const change = (values: { name?: string; settings?: unknown; at?: string }) =>
        engine.asUser(user_id, (sql) =>
          sql`
            select public.calendar_update_feed(${feed_id}, ${values.name ?? null},
              ${values.settings === undefined ? null : sql.json(values.settings as postgres.JSONValue)},
              ${values.at === undefined ? null : sql.json({ at: values.at })})`);
      for (const [settings, expected] of FEED_SETTINGS) await refused(expected, () => change({ settings }));
      for (const name of ["", "   ", "4711".repeat(26)]) {
        await refused(/^name: /, () => change({ name }));
      }
      for (const at of ["-infinity", "infinity", "4711-01-01 BC", "10000-01-01", "0001-01-01"]) {
        await refused(/^expires_at: /, () => change({ at }));
      }
      await change({ name: "Audit", at: "2100-01-01T00:00:00Z", settings: { look_back_days: 0 } });
      Feeds.parse({ feeds: await ownFeeds(engine, user_id) });
    },
  },
  {
    name: "a feed that is to be made",
    async show(engine) {
      const user_id = await engine.user();
      await refused(/^expires_at: /, () => makeFeed(engine, user_id, {}, "-infinity"));
      await refused(
        /^settings\.look_back_days: /,
        () => makeFeed(engine, user_id, { look_back_days: -4711 }),
      );
    },
  },
  {
    name: "a whole number is one however it is written, and the feed can be read",
    async show(engine) {
      const { user_id, feed_id } = await withFeed(engine);
      await engine.asUser(user_id, (sql) =>
        sql`
          select public.calendar_update_feed(${feed_id}, null, '{"look_back_days": 30.0, "look_ahead_days": 1.5e2}', null)`);
      Feeds.parse({ feeds: await ownFeeds(engine, user_id) });
      const [page] = await engine
        .sql`select public.calendar_feed_page(${feed_id}, current_date, null, 10) as page`;
      assert.deepEqual(page?.["page"], { items: [], zones: [] });
    },
  },
]);

async function refused(expected: RegExp, act: () => Promise<unknown>): Promise<void> {
  const error = await act().then(() => null, (thrown: unknown) => thrown);
  // What `Rpc` throws has the database's error as its cause.
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  assert.ok(cause instanceof postgres.PostgresError, String(error));
  assert.match(cause.message, expected);
  assert.equal(cause.code, "22023");
  const { message, detail, hint } = cause;
  const said = JSON.stringify({ message, detail, hint });
  assert.ok(!said.includes(MARK) && !said.includes("row"), said);
}

async function changeSettings(
  engine: Engine,
  user_id: string,
  id: string,
  settings: unknown,
): Promise<void> {
  await engine.asUser(
    user_id,
    (sql) =>
      sql`select public.calendar_update_integration(${id}, p_settings => ${
        sql.json(settings as postgres.JSONValue)
      })`,
  );
}

async function withFeed(engine: Engine) {
  const user_id = await engine.user();
  const { id: feed_id } = z.object({ id: z.string() }).parse(await makeFeed(engine, user_id, {}));
  return { user_id, feed_id };
}

async function makeFeed(
  { sql }: Engine,
  user_id: string,
  settings: object,
  expires_at: string | null = null,
) {
  const token_hash = crypto.randomUUID().replaceAll("-", "").repeat(2);
  const [row] = await sql`
    select public.calendar_create_feed(${user_id}, 'Deadlines', ${sql.json(settings as postgres.JSONValue)},
      ${expires_at}::text::timestamptz, ${token_hash}) as feed`;
  return row?.["feed"];
}

async function ownFeeds(engine: Engine, user_id: string): Promise<unknown> {
  const [row] = await engine.asUser(user_id, (sql) => sql`select public.calendar_feeds() as feeds`);
  return row?.["feeds"];
}
