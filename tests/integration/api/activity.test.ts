import assert from "node:assert/strict";
import type { Engine } from "../../support/engine.ts";
import { shiftTime } from "../../support/shift-time.ts";
import { testEngine } from "../../support/engine-test.ts";

interface Change {
  readonly at: string;
  readonly kind: string;
  readonly obligation_id?: string;
  readonly title?: string | null;
  readonly account_email: string | null;
  readonly calendar_name: string | null;
  readonly action: string;
  readonly reason: string | null;
  readonly caused_by: string;
  readonly due?: string | null;
  readonly calendar_before?: string | null;
  readonly settings_before?: unknown;
  readonly settings?: unknown;
  readonly events?: string | null;
}

interface Found {
  readonly title: string;
  readonly due: string | null;
  readonly time_zone: string | null;
  readonly status: string;
}

/** Once an integration is gone, its rows have the names that they noted themselves. */
const connection = { kind: "connection", provider: "google", account_email: null, calendar_name: null };

testEngine("what became of a user's calendars, and of which obligations, is told to that user", [
  {
    name: "the last changes come newest first, as many as are asked for",
    async show(engine) {
      const integration = await engine.integration();
      await engine.insert(integration.user_id, 3);
      await engine.drain();
      const [first] = await engine.insert(integration.user_id, 1, "Last");
      await engine.drain();
      const all = await activityOf(engine, integration.user_id, 50);
      assert.deepEqual(all.map(({ kind }) => kind), ["event", "event", "event", "event", "connection"]);
      assert.deepEqual([all[0]?.obligation_id, all[0]?.title, all[0]?.action], [first, "Last 1", "created"]);
      assert.deepEqual(await activityOf(engine, integration.user_id, 2), all.slice(0, 2));
    },
  },
  {
    name: "it outlives its obligation, with the title of then, and its integration, without its names",
    async show(engine) {
      const integration = await engine.integration();
      await engine.sql`
        update public.calendar_integrations set account_email = 'ada@example.com', calendar_name = 'Deadlines'`;
      const [renamed = "", gone = "", given = ""] = await engine.insert(integration.user_id, 3);
      await engine.drain();
      await engine.sql`update public.obligations set title = 'Renamed' where id = ${renamed}`;
      await engine.sql`delete from public.obligations where id = ${gone}`;
      await engine.sql`update public.obligations set user_id = ${await engine.user()} where id = ${given}`;
      await shiftTime(engine.sql, 2);
      await engine.drain();
      const eventsOf = async () =>
        (await activityOf(engine, integration.user_id, 50)).filter(({ kind }) => kind === "event");
      const shown = await eventsOf();
      assert.deepEqual(
        shown.map(({ action, title }) => `${title} ${action}`).sort(),
        [
          "Obligation 1 created",
          "Obligation 2 created",
          "Obligation 2 removed",
          "Obligation 3 created",
          "Obligation 3 removed",
          "Renamed created",
        ],
      );
      assert.ok(
        shown.every(({ account_email, calendar_name }) =>
          account_email === "ada@example.com" && calendar_name === "Deadlines"
        ),
      );
      await engine.sql`delete from public.calendar_integrations where id = ${integration.id}`;
      const later = await eventsOf();
      assert.equal(later.length, shown.length);
      assert.ok(
        later.every(({ account_email, calendar_name }) => account_email === null && calendar_name === null),
      );
    },
  },
  {
    name: "an instant is printed in UTC, a date as it is, whatever the session's time zone",
    async show(engine) {
      const user_id = await engine.user();
      for (const due of ["2027-01-31T10:00:00+01:00", "2027-01-31"]) {
        await engine.sql`
          insert into calendar_sync.activity (user_id, integration_id, provider, obligation_id, action, due)
          values (${user_id}, gen_random_uuid(), 'google', gen_random_uuid(), 'created', ${due})`;
      }
      const shown = await engine.asUser(user_id, async (sql) => {
        await sql`set local timezone = 'Pacific/Kiritimati'`;
        return await sql<{ due: string }[]>`
          select change ->> 'due' as due from jsonb_array_elements(public.calendar_activity(50)) as change`;
      });
      assert.deepEqual(shown.map(({ due }) => due), ["2027-01-31", "2027-01-31T09:00:00Z"]);
    },
  },
  {
    name: "however many a caller of the Data API asks for, there is an end",
    async show(engine) {
      const user_id = await engine.user();
      await engine.sql`
        insert into calendar_sync.activity (user_id, integration_id, provider, obligation_id, action)
        select ${user_id}, gen_random_uuid(), 'google', gen_random_uuid(), 'created' from generate_series(1, 210)`;
      await engine.insert(user_id, 60);
      assert.equal((await activityOf(engine, user_id, 1_000_000)).length, 200);
      assert.equal((await find(engine, user_id, "", 1_000_000)).length, 50);
    },
  },
  {
    name:
      "earlier activity is read from the last row that is known, which comes again, so that none is missed",
    async show(engine) {
      const user_id = await engine.user();
      await engine.sql`
        insert into calendar_sync.activity (at, user_id, integration_id, provider, obligation_id, action, title)
        select '2026-01-31T09:00:00Z'::timestamptz + make_interval(secs => n / 2), ${user_id}, gen_random_uuid(), 'google',
          gen_random_uuid(), 'created', n::text from generate_series(1, 5) as n`;
      const titlesUntil = async (until: string | null) => {
        const [row] = await engine.asUser(
          user_id,
          (sql) =>
            sql<{ activity: { at: string; title: string }[] }[]>`
              select public.calendar_activity(3, ${until}) as activity`,
        );
        return row?.activity ?? [];
      };
      const first = await titlesUntil(null);
      const second = await titlesUntil(first.at(-1)?.at ?? null);
      const all = new Set([...first, ...second].map(({ title }) => title));
      assert.deepEqual([first.length, second.length, [...all].toSorted()], [3, 3, ["1", "2", "3", "4", "5"]]);
    },
  },
  {
    name: "nobody sees another user's activity or obligations",
    async show(engine) {
      const [mine, other] = [await engine.integration(), await engine.integration()];
      await engine.insert(mine.user_id, 1);
      await engine.drain();
      assert.deepEqual((await activityOf(engine, other.user_id, 50)).map(({ action }) => action), [
        "connected",
      ]);
      assert.deepEqual(await activityOf(engine, await engine.user(), 50), []);
      assert.deepEqual(await find(engine, other.user_id, ""), []);
    },
  },
  {
    name:
      "the life of a connection is told too, with what changed and, of others, no more than that it was another",
    async show(engine) {
      const { id, user_id } = await engine.integration();
      await engine.sql`
        update public.calendar_integrations set account_email = 'ada@example.com', calendar_name = 'Deadlines'`;
      const act = (who: string, sets: string) =>
        engine.sql.begin(async (sql) => {
          await sql`select calendar_sync.act_as(${who})`;
          await sql.unsafe(`update public.calendar_integrations set ${sets}`);
        });
      await act(`user:${user_id}`, "calendar_id = 'work', calendar_name = 'Work'");
      await act(`user:${await engine.user()}`, `settings = settings || '{"reminders_minutes": [5]}'`);
      await act("admin:root@example.com", `status = 'paused', last_error = '{"code": "blocked_by_policy"}'`);
      await engine.sql`delete from public.calendar_integrations where id = ${id}`;
      const told = await activityOf(engine, user_id, 50);
      const nothing = { calendar_before: null, settings_before: null, settings: null, events: null };
      assert.deepEqual(
        told.slice(0, -1).map(({ at: _at, ...row }) => ({ ...row })),
        [
          {
            ...connection,
            action: "disconnected",
            account_email: "ada@example.com",
            calendar_name: "Work",
            reason: null,
            caused_by: "database",
            ...nothing,
            events: "left",
          },
          { ...connection, action: "paused", reason: "blocked_by_policy", caused_by: "admin", ...nothing },
          {
            ...connection,
            action: "settings_changed",
            reason: null,
            caused_by: "another_user",
            ...nothing,
            settings_before: { reminders_minutes: [10080, 1440] },
            settings: { reminders_minutes: [5] },
          },
          {
            ...connection,
            action: "calendar_chosen",
            calendar_name: "Work",
            reason: null,
            caused_by: "you",
            ...nothing,
            calendar_before: "Deadlines",
          },
        ].map((row) => ({ ...row, integration_id: id })),
      );
    },
  },
  {
    name: "obligations are found by any part of their title, in whatever case and to the letter",
    async show(engine) {
      const user_id = await engine.user();
      for (
        const title of ["Air emissions", "100 % recycled", "1000 recycled", "snake_case", "Snakes", "Ärger"]
      ) {
        await engine.sql`insert into public.obligations (user_id, title) values (${user_id}, ${title})`;
      }
      const titles = async (search: string) =>
        (await find(engine, user_id, search)).map(({ title }) => title);
      assert.deepEqual(await titles("EMISS"), ["Air emissions"]);
      assert.deepEqual(await titles("0 %"), ["100 % recycled"]);
      assert.deepEqual(await titles("e_c"), ["snake_case"]);
      assert.deepEqual(await titles("äRG"), ["Ärger"]);
      assert.deepEqual(await titles("\\"), []);
      assert.equal((await titles("")).length, 6);
    },
  },
  {
    name: "those come first whose deadline is nearest, and those without one last",
    async show(engine) {
      const user_id = await engine.user();
      const insert = (
        title: string,
        date: string | null,
        at: string | null,
        zone: string | null,
        status: string,
      ) =>
        engine.sql`
          insert into public.obligations (user_id, title, deadline_date, deadline_at, time_zone, status)
          values (${user_id}, ${title}, ${date}, ${at}, ${zone}, ${status})`;
      await insert("none", null, null, null, "pending");
      await insert("far", "2999-12-31", null, null, "in_progress");
      await insert("long ago", "1999-12-31", null, null, "cancelled");
      await insert("near", null, "2030-01-31 10:00+01", "Europe/Paris", "completed");
      assert.deepEqual(await find(engine, user_id, ""), [
        {
          title: "near",
          due: "2030-01-31T09:00:00Z",
          time_zone: "Europe/Paris",
          status: "completed",
        },
        { title: "long ago", due: "1999-12-31", time_zone: null, status: "cancelled" },
        { title: "far", due: "2999-12-31", time_zone: null, status: "open" },
        { title: "none", due: null, time_zone: null, status: "open" },
      ]);
      assert.equal((await find(engine, user_id, "", 2)).length, 2);
    },
  },
  {
    name: "a calendar that waits for its provider says until when, and one that does not wait says nothing",
    async show(engine) {
      const { id, user_id } = await engine.integration();
      await engine.insert(user_id, 1);
      const said = async (code: string) => {
        await engine.sql`
          update public.calendar_integrations set last_error = ${
          engine.sql.json({ code, message: "Wait." })
        }`;
        const [row] = await engine.asUser(user_id, (sql) =>
          sql<{ details: Record<string, string> | null }[]>`
            select public.calendar_status() #> '{0,last_error,details}' as details`);
        return row?.details ?? null;
      };
      await engine.sql`
        update calendar_sync.lanes set ready_at = date_trunc('second', now()) + interval '5 minutes' where integration_id = ${id}`;
      const [lane] = await engine.sql<{ ready_at: Date }[]>`select ready_at from calendar_sync.lanes`;
      for (const code of ["provider_unavailable", "quota"]) {
        const details = await said(code);
        assert.equal(Date.parse(details?.["next_try_at"] ?? ""), lane?.ready_at.getTime());
      }
      assert.equal(await said("configuration"), null);
      const [later] = await engine.sql<{ quota_until: Date }[]>`
        update calendar_sync.providers set quota_until = date_trunc('second', now()) + interval '1 hour'
        where name = 'google' returning quota_until`;
      assert.equal(
        Date.parse((await said("quota"))?.["next_try_at"] ?? ""),
        later?.quota_until.getTime(),
        "the quota is free later than the lane is ready",
      );
      await engine.sql`update calendar_sync.providers set quota_until = null`;
      await engine.sql`update calendar_sync.lanes set ready_at = now() - interval '1 second'`;
      assert.equal(await said("quota"), null, "it may go on at once");
      await engine.sql`
        update calendar_sync.lanes set ready_at = now() + interval '15 seconds', leased_until = now() + interval '15 seconds'`;
      assert.equal(await said("provider_unavailable"), null, "it is being tried");
      await engine.sql`update calendar_sync.lanes set ready_at = null, leased_until = null`;
      assert.equal(await said("provider_unavailable"), null, "there is nothing to do");
    },
  },
]);

async function activityOf(engine: Engine, user_id: string, limit: number): Promise<readonly Change[]> {
  const [row] = await engine.asUser(
    user_id,
    (sql) => sql<{ activity: Change[] }[]>`select public.calendar_activity(${limit}) as activity`,
  );
  assert.ok(row);
  return row.activity;
}

async function find(engine: Engine, user_id: string, search: string, limit = 20): Promise<readonly Found[]> {
  const [row] = await engine.asUser(
    user_id,
    (sql) => sql<{ found: Found[] }[]>`select public.calendar_find_obligations(${search}, ${limit}) as found`,
  );
  assert.ok(row);
  return row.found.map(({ title, due, time_zone, status }) => ({ title, due, time_zone, status }));
}
