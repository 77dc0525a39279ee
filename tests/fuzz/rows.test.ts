import assert from "node:assert/strict";
import fc from "fast-check";
import { PATIENCE_MS, until } from "../support/calendar-api.ts";
import { readWithIcalJs } from "../support/feed-readers.ts";
import { openScene } from "../support/scene.ts";
import { outlookSubject } from "../support/subjects/outlook-subject.ts";
import { ADA } from "../support/subjects/subject.ts";
import { feedFrom, readFeed } from "../integration/feeds/support.ts";
import { checkAnswers } from "./answers.ts";
import { readDocument } from "./document.ts";
import { asUser, type HostileRow, hostileRow, insertRow, updateRow } from "./rows.ts";
import { RUNS, SEED } from "./runs.ts";

/** Of one row of hostile text on its way to a reader. */
const ANSWER_BYTES_MAX = 2 * 1024 * 1024;
const TITLE_CHARACTERS_MAX = 252;
const EARLIEST_YEAR = 1;
const LATEST_YEAR = 9999;

Deno.test({
  name: "whatever is written into an obligation, it is in each calendar or its user learns why not",
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const document = await readDocument();
  const answers = checkAnswers(document, { secrets: [] });
  const scene = await openScene("google");
  const { stack, sql, output } = scene;
  assert.ok(stack.outlook);
  const outlook = outlookSubject(stack.outlook);
  outlook.setQuotas(false);
  await stack.function("calendar-feed").start();
  const pids = ["calendar", "calendar-sync", "calendar-feed"].map((name) => stack.function(name).pid);
  const samples = (seed: number, count: number) => fc.sample(hostileRow, { seed, numRuns: count });
  console.log(`    FUZZ_SEED=${SEED} FUZZ_RUNS=${RUNS}`);

  try {
    const { id: user_id, api, integration } = await scene.connectedUser(ADA);
    const other = await api.connect({ provider: "outlook", redirect_to: scene.redirect_to, account: ADA });
    const calendars = [
      { subject: scene.provider, integration },
      { subject: outlook, integration: other },
    ];
    const feed = await feedFrom(api, "/feeds", {
      name: "All",
      settings: { look_back_days: 3650, reminders_minutes: [10] },
    });
    const rows = new Map<string, HostileRow>();

    const untilSettled = () =>
      until(
        async () => {
          const [open] = await sql<{ count: number }[]>`
            select (select count(*) from calendar_sync.jobs where failed_at is null)
              + (select count(*) from calendar_sync.changes)
              as count`;
          return Number(open?.count) === 0;
        },
        PATIENCE_MS,
        async () => ({
          jobs: await sql`select j.last_error, j.attempts, left(o.title, 50) as title, o.deadline_date::text,
            o.deadline_at::text, left(o.time_zone, 50) as time_zone, left(o.url, 50) as url
            from calendar_sync.jobs as j left join public.obligations as o on o.id = j.obligation_id
            where j.failed_at is null limit 5`,
          incidents: await sql`select kind, sqlstate, message from calendar_sync.incidents limit 5`,
          output: output.filter((line) => /error|warn/.test(line)).slice(-5),
        }),
      );

    const checkCalendars = async () => {
      for (const { subject, integration } of calendars) {
        const events = new Map(
          subject.events(integration.calendar_id ?? "").map((event) => [event.obligation_id, event]),
        );
        const failed = new Map(
          (await sql<{ id: string; why: string | null }[]>`
            select obligation_id as id, last_error as why from calendar_sync.jobs
            where integration_id = ${integration.id} and failed_at is not null`).map((
            { id, why },
          ) => [id, why]),
        );
        for (const [id, row] of rows) {
          const where = `FUZZ_SEED=${SEED}, ${subject.name}: ${JSON.stringify(row).slice(0, 1_500)}`;
          const event = events.get(id);
          if (row.status === "cancelled") {
            assert.ok(!event, `an event of ${where}`);
            continue;
          }
          if (event) {
            assert.ok(
              event.title.isWellFormed() && event.text.isWellFormed(),
              `half a character in ${where}`,
            );
            assert.ok(
              event.title.length <= TITLE_CHARACTERS_MAX,
              `a title of ${event.title.length}: ${where}`,
            );
            assert.ok(event.invites_nobody && event.leaves_free, where);
          } else {
            assert.ok(failed.get(id), `no event and no reason of ${where}`);
          }
          if (isOutOfRange(row)) assert.equal(failed.get(id), "deadline_out_of_range", where);
        }
        assert.ok([...events.keys()].every((id) => id !== null && rows.has(id)), "an event of nobody's");
      }
    };

    const checkReaders = async () => {
      const { status, text } = await readFeed(scene, feed.url);
      assert.equal(status, 200);
      assert.ok(text.length < ANSWER_BYTES_MAX * rows.size);
      const { events } = readWithIcalJs(text);
      assert.ok(events.some(({ summary }) => summary === "Ordinary"));
      assert.equal(new Set(events.map(({ uid }) => uid)).size, events.length);
      const live = events.filter((event) => event.status === "CONFIRMED");
      for (const { uid } of live) assert.ok(rows.has(uid.split("@")[0] ?? ""), uid);
      assert.doesNotMatch(text, /^(?:X-INJECTED|ATTENDEE)/m);
      const [any] = rows.keys();
      const paths = [
        "/status",
        "/activity?limit=200",
        "/problems",
        "/obligations?limit=50",
        "/obligations?search=script",
        "/obligation_types",
        `/explain?obligation_id=${any}`,
      ];
      for (const path of paths) {
        const response = await api.request("GET", path);
        assert.equal(response.status, 200, `${path}: ${await response.clone().text()}`);
        assert.ok((await response.clone().text()).length < ANSWER_BYTES_MAX, `${path} says too much`);
        await answers.check({ method: "GET", path, headers: {}, body: null, attack: "rows" }, response);
      }
    };

    await t.step("new rows, one a transaction and many in one", async () => {
      for (const row of samples(SEED, RUNS)) {
        rows.set(await asUser(sql, user_id, (sql) => insertRow(sql, user_id, row)), row);
      }
      await asUser(sql, user_id, async (sql) => {
        for (const row of samples(SEED + 1, RUNS)) rows.set(await insertRow(sql, user_id, row), row);
      });
      const ordinary = { ...EMPTY, title: "Ordinary", deadline_date: "2027-01-01" };
      rows.set(await asUser(sql, user_id, (sql) => insertRow(sql, user_id, ordinary)), ordinary);
      await untilSettled();
      await checkCalendars();
      await checkReaders();
    });

    await t.step("rows that become others", async () => {
      const changed = [...rows].filter(([, { title }]) => title !== "Ordinary");
      const others = samples(SEED + 2, changed.length);
      for (const [index, [id]] of changed.entries()) {
        const row = others[index] ?? EMPTY;
        await asUser(sql, user_id, (sql) => updateRow(sql, id, row));
        rows.set(id, row);
      }
      await untilSettled();
      // A deadline that no calendar shows any more is taken out of it first; a look at everything then says why.
      await asUser(sql, user_id, (sql) => sql`select public.calendar_sync_now()`);
      await untilSettled();
      await checkCalendars();
      await checkReaders();
    });

    await t.step("rows that go", async () => {
      await asUser(sql, user_id, (sql) => sql`delete from public.obligations where title <> 'Ordinary'`);
      for (const [id, { title }] of rows) if (title !== "Ordinary") rows.delete(id);
      await untilSettled();
      await checkCalendars();
      await checkReaders();
    });

    await t.step("no write failed or left an incident, and nobody died of it", async () => {
      assert.deepEqual([...await sql`select kind, message from calendar_sync.incidents`], []);
      assert.deepEqual(
        output.filter((line) => /process died|unexpected_error|lane_failed|claim_failed/.test(line)),
        [],
      );
      assert.deepEqual(
        ["calendar", "calendar-sync", "calendar-feed"].map((name) => stack.function(name).pid),
        pids,
      );
    });
  } finally {
    await scene.close();
  }
});

const EMPTY: HostileRow = {
  title: "",
  description: null,
  obligation_type: null,
  status: "pending",
  deadline_date: null,
  deadline_at: null,
  time_zone: null,
  url: null,
};

/** Whether no calendar has the year of a deadline, whatever the zone. */
function isOutOfRange({ deadline_date, deadline_at }: HostileRow): boolean {
  const text = deadline_date ?? deadline_at ?? "";
  const year = Number(/^\d+/.exec(text)?.[0]);
  return text.endsWith("infinity") || text.endsWith("BC") || year < EARLIEST_YEAR || year > LATEST_YEAR;
}
