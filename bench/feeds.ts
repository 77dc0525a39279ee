import { generateIcsEvent } from "ts-ics";
import { z } from "zod";
import type { FunctionProcess } from "../local/functions/function-process.ts";
import { feedEventOf } from "../supabase/functions/calendar-feed/feed-body.ts";
import type { Feed, Item } from "../supabase/functions/calendar-feed/feed.ts";
import { calendarEvents, type FeedEvent } from "../supabase/functions/calendar-feed/icalendar.ts";
import { vtimezoneOf } from "../supabase/functions/_shared/icalendar/vtimezone.ts";
import { until } from "../tests/support/calendar-api.ts";
import { openScene, type Scene } from "../tests/support/scene.ts";
import { forgetPeak, processCost } from "./support/process-cost.ts";
import { atMost, quantile, ratio, type Row } from "./table.ts";

const SIZES = [10, 1_000, 10_000];
const ROUNDS = 11;
/** So many obligations are due at an hour, the others on a day. */
const TIMED_EVERY = 4;
/** The size that the targets are about. */
const TARGET_SIZE = 10_000;
const ZONES = ["Europe/Paris", "America/New_York", "Asia/Tokyo", "Africa/Casablanca"];
const KIB = 1024;
const MS_PER_S = 1000;
/** More than 60 polls a minute would be refused. */
const FRESH_COUNTS = "truncate calendar_sync.calls";

/** What reading a feed takes: after a change, and when there was none. */
export async function feeds(): Promise<readonly Row[]> {
  const scene = await openScene();
  try {
    const rows: Row[] = [];
    for (const size of SIZES) rows.push(...await ofSize(scene, size));
    return [...rows, ...renderingRows()];
  } finally {
    await scene.close();
  }
}

async function ofSize(scene: Scene, size: number): Promise<readonly Row[]> {
  const { sql, stack } = scene;
  const { id, api } = await scene.newUser();
  const created = await api.request("POST", "/feeds", {
    name: `${size} obligations`,
    settings: { look_back_days: 3650 },
  });
  const { url } = z.object({ url: z.string() }).parse(await created.json());
  await sql`
    insert into public.obligations (user_id, title, description, obligation_type, deadline_date, deadline_at, time_zone, url)
    select ${id}, 'Air emissions report ' || n, 'What has to be done, and why, in a sentence of the usual length.',
      'report', case when n % ${TIMED_EVERY}::int > 0 then date '2027-01-01' + n % 300 end,
      case when n % ${TIMED_EVERY}::int = 0 then timestamptz '2027-01-01 09:00Z' + make_interval(days => n % 300) end,
      (${ZONES}::text[])[1 + n / ${TIMED_EVERY}::int % ${ZONES.length}::int], 'https://app.example.com/obligations/' || n
    from generate_series(1, ${size}::int) as n`;
  await sql`analyze`;
  const process = stack.function("calendar-feed");
  await process.start();
  const pid = await restarted(process);
  // The function's own port: hosted, there is no second hop that copies the answer.
  const base = `http://127.0.0.1:${process.port}/calendar-feed`;
  const address = `${base}/${url.split("/").at(-1)}`;
  const read = async (headers: Record<string, string>, at = address) => {
    await sql.unsafe(FRESH_COUNTS);
    const from = performance.now();
    const response = await fetch(at, { headers });
    const bytes = (await response.arrayBuffer()).byteLength;
    return {
      took_ms: performance.now() - from,
      bytes,
      status: response.status,
      etag: response.headers.get("etag"),
    };
  };
  const plain = { "accept-encoding": "identity" };
  await read(plain, `${base}/nothing.ics`);
  const idle = await processCost(pid);
  await forgetPeak(pid);
  const times: Record<"changed" | "gzip" | "full" | "unchanged", number[]> = {
    changed: [],
    gzip: [],
    full: [],
    unchanged: [],
  };
  let bytes = 0;
  let cpu_s = 0;
  for (let round = 0; round <= ROUNDS; round++) {
    const change = async () => {
      await sql`update public.obligations set title = ${`Changed ${round} ${crypto.randomUUID()}`}
        where id = (select id from public.obligations where user_id = ${id} limit 1)`;
      // A feed is compared with its obligations every two seconds at most.
      await sql`
        update calendar_sync.feed_owners set refreshed_at = refreshed_at - interval '3 seconds' where user_id = ${id}`;
    };
    await change();
    const changed = await read(plain);
    const before = await processCost(pid);
    const full = await read(plain);
    cpu_s += round === 0 ? 0 : (await processCost(pid)).cpu_s - before.cpu_s;
    await change();
    const gzip = await read({ "accept-encoding": "gzip" });
    const current = await read(plain);
    const unchanged = await read({ "if-none-match": current.etag ?? "" });
    if (unchanged.status !== 304 || changed.status !== 200) throw new Error("The feed was not read.");
    bytes = changed.bytes;
    // The first round warms up.
    if (round === 0) continue;
    times.changed.push(changed.took_ms);
    times.full.push(full.took_ms);
    times.gzip.push(gzip.took_ms);
    times.unchanged.push(unchanged.took_ms);
  }
  const peak = await processCost(pid);
  const median = (kind: keyof typeof times) => quantile(times[kind], 0.5);
  const kib = `${(bytes / KIB).toFixed(0)} KiB`;
  return [
    [
      `feed of ${size}, changed`,
      `${median("changed").toFixed(1)} ms`,
      `${kib}; in gzip ${median("gzip").toFixed(1)} ms`,
      size === TARGET_SIZE ? atMost(median("changed"), 300, " ms") : undefined,
    ],
    [
      `feed of ${size}, read again in full`,
      `${median("full").toFixed(1)} ms`,
      `of which the function's CPU: ${(cpu_s * MS_PER_S / ROUNDS).toFixed(0)} ms`,
    ],
    [
      `feed of ${size}, unchanged`,
      `${median("unchanged").toFixed(1)} ms`,
      `304; ${ratio(median("unchanged"), median("changed"))} of a changed one`,
    ],
    [
      `feed of ${size}, memory above idle, peak`,
      `${(peak.peak_mb - idle.memory_mb).toFixed(0)} MiB`,
      `${idle.memory_mb.toFixed(0)} MiB idle`,
      size === TARGET_SIZE ? atMost(peak.peak_mb - idle.memory_mb, 64, " MiB") : undefined,
    ],
  ];
}

/** A process that has read nothing yet. @returns its id */
async function restarted(process: FunctionProcess): Promise<number> {
  const before = process.pid;
  process.kill("SIGKILL");
  return await until(async () => process.pid !== before && await process.isReady() && process.pid);
}

/** The same events by both libraries, without database and HTTP. */
function renderingRows(): Row[] {
  const size = 10_000;
  const zones = ZONES.map((time_zone) =>
    vtimezoneOf({ time_zone, first: "2027-01-01T00:00:00Z", last: "2028-01-01T00:00:00Z" })
  ).filter((zone) => zone !== null);
  const events = Array.from({ length: size }, (_, n) => feedEventOf(itemOf(n), FEED, "example.com"))
    .filter((event) => event !== null);
  const median = (render: () => unknown) =>
    quantile(
      Array.from({ length: ROUNDS }, () => {
        const from = performance.now();
        render();
        return performance.now() - from;
      }).slice(1),
      0.5,
    );
  const ours = median(() => {
    for (let n = 0; n < size; n += 1_000) calendarEvents(events.slice(n, n + 1_000), zones);
  });
  const theirs = median(() => events.map(byTsIcs));
  return [[
    `rendering ${size} events`,
    ratio(ours, theirs),
    `${ours.toFixed(0)} ms for ${
      theirs.toFixed(0)
    } ms of ts-ics, which does not escape categories and splits emoji`,
  ]];
}

const AT = "2026-11-25T12:00:00Z";
const FEED: Feed = {
  kind: "feed",
  feed_id: crypto.randomUUID(),
  name: "Deadlines",
  settings: { reminders_minutes: [10080, 1440], completed_events: "keep" },
  day: "2026-11-25",
  now: AT,
  feed_changed_at: AT,
  reminders_changed_at: AT,
  items_changed_at: AT,
};

function itemOf(n: number): Item {
  const day = new Date(Date.UTC(2027, 0, 1 + n % 300));
  const is_timed = n % TIMED_EVERY === 0;
  return {
    obligation_id: crypto.randomUUID(),
    title: `Air emissions report ${n}`,
    description: "What has to be done, and why, in a sentence of the usual length.",
    obligation_type: "report",
    status: "open",
    deadline_date: is_timed ? null : day.toISOString().slice(0, 10),
    deadline_at: is_timed ? day.toISOString() : null,
    time_zone: is_timed ? ZONES[n / TIMED_EVERY % ZONES.length] ?? null : null,
    url: `https://app.example.com/obligations/${n}`,
    sequence: 0,
    modified_at: AT,
    created_at: AT,
  };
}

function byTsIcs({ event, uid, sequence, modified_at, category }: FeedEvent): string {
  const stamp = { date: new Date(modified_at) };
  const { time } = event;
  return generateIcsEvent({
    uid,
    sequence,
    stamp,
    created: stamp,
    lastModified: stamp,
    summary: event.title,
    description: event.description,
    status: "CONFIRMED",
    timeTransparent: "TRANSPARENT",
    ...(event.url === null ? {} : { url: event.url }),
    ...(category === null ? {} : { categories: [category] }),
    ...(time.kind === "all_day"
      ? {
        start: { date: new Date(time.start_date), type: "DATE" },
        end: { date: new Date(time.end_date), type: "DATE" },
      }
      : { start: { date: new Date(time.start) }, end: { date: new Date(time.end) } }),
    alarms: event.reminders_minutes.map((minutes) => ({
      action: "DISPLAY",
      description: event.title,
      trigger: { type: "relative", value: { before: true, minutes } },
    })),
  });
}
