import { openScene, type Scene } from "../tests/support/scene.ts";
import { ADA } from "../tests/support/subjects/subject.ts";
import { type CalendarWatch, watchCalendars } from "./support/calendar-watch.ts";
import { createWebhook, listen } from "./support/triggers.ts";
import { startWebhookReceiver } from "./support/webhook-receiver.ts";
import { atMost, IDLE_MS, quantile, type Row } from "./table.ts";

const LATENCY_MS = 100;
const IDLE_ROUNDS = 25;
/** Longer than pg_net rests after a batch; nothing of a webhook lingers beyond that. */
const WEBHOOK_IDLE_MS = 1_500;
const EDITORS = 5;
const EDIT_EVERY_MS = 100;
const EDITS = { ours: 200, webhook: 100 } as const;
const BULK_ROWS = 5_000;

interface Person {
  /** Whose obligations whoever listens brings into the calendar: the webhook's user has no integration. */
  readonly ids: Readonly<Record<"ours" | "webhook", string>>;
  readonly calendar_id: string;
}

/** How soon a change of one obligation is in the calendar, beside a webhook whose receiver makes the event itself. */
export async function latency(): Promise<readonly Row[]> {
  const scene = await openScene();
  const { google } = scene.stack;
  if (!google) throw new Error("The stack has no emulator.");
  const receiver = startWebhookReceiver(google, ADA);
  const watch = watchCalendars(google);
  try {
    await createWebhook(scene.sql, receiver.url);
    const people: Person[] = [];
    while (people.length <= EDITORS) {
      const { id, calendar_id } = await scene.connectedUser();
      const other = await scene.newUser();
      receiver.calendars.set(other.id, calendar_id);
      people.push({ ids: { ours: id, webhook: other.id }, calendar_id });
    }
    scene.provider.emulator.faults.set([
      { match: { path: scene.provider.paths.events }, kind: "latency", latency_ms: LATENCY_MS },
    ]);
    const [importer, ...editors] = people;
    if (!importer) throw new Error("Nobody is connected.");
    const bench = { scene, watch, importer, editors };
    const idle = await idleTimes(bench);
    return [
      ...rows("idle", idle.ours, idle.webhook),
      ...rows("busy", await busyTimes(bench, "ours"), await busyTimes(bench, "webhook")),
    ];
  } finally {
    watch.close();
    await scene.close();
    await receiver.close();
  }
}

interface Bench {
  readonly scene: Scene;
  readonly watch: CalendarWatch;
  /** Whose many obligations keep everything busy. */
  readonly importer: Person;
  readonly editors: readonly Person[];
}

async function idleTimes({ scene, watch, importer }: Bench) {
  const times: Record<"ours" | "webhook", number[]> = { ours: [], webhook: [] };
  for (let round = 0; round < IDLE_ROUNDS; round++) {
    for (const listening of ["ours", "webhook"] as const) {
      await listen(scene.sql, listening);
      await pause(listening === "ours" ? IDLE_MS : WEBHOOK_IDLE_MS);
      times[listening].push(await editOnce(scene, watch, importer, listening));
    }
  }
  return times;
}

/** One person's bulk goes on for as long as single edits of others are made and waited for. */
async function busyTimes({ scene, watch, importer, editors }: Bench, listening: "ours" | "webhook") {
  const { sql } = scene;
  await listen(sql, listening);
  await pause(IDLE_MS);
  const had = watch.count(importer.calendar_id);
  await sql`insert into public.obligations (user_id, title, deadline_date)
    select ${
    importer.ids[listening]
  }, 'Bulk ' || n, date '2027-01-01' + n % 300 from generate_series(1, ${BULK_ROWS}::int) as n`;
  const edits: Promise<number>[] = [];
  for (let n = 0; n < EDITS[listening]; n++) {
    const editor = editors[n % editors.length];
    if (editor) edits.push(editOnce(scene, watch, editor, listening));
    await pause(EDIT_EVERY_MS);
    if (listening === "ours" && watch.count(importer.calendar_id) >= had + BULK_ROWS) {
      await renameAll(scene, importer);
    }
  }
  return await Promise.all(edits);
}

/** Nothing happens to a bulk that is still under way but that it begins anew. */
async function renameAll({ sql }: Scene, { ids }: Person): Promise<void> {
  await sql`update public.obligations set title = title || '.' where user_id = ${ids.ours}
    and not exists (select from calendar_sync.jobs as job join public.calendar_integrations as integration
      on integration.id = job.integration_id where integration.user_id = ${ids.ours})`;
}

/** @returns milliseconds from the commit until the calendar holds the event */
async function editOnce(
  { sql }: Scene,
  watch: CalendarWatch,
  { ids, calendar_id }: Person,
  listening: "ours" | "webhook",
): Promise<number> {
  const obligation_id = crypto.randomUUID();
  const seen = watch.seen(calendar_id, { user_id: ids[listening], id: obligation_id });
  await sql`insert into public.obligations (id, user_id, title, deadline_date)
    values (${obligation_id}, ${ids[listening]}, 'A single one', '2027-01-01')`;
  const committed_at = performance.now();
  return await seen - committed_at;
}

const TARGETS_MS: Record<string, number> = { "idle p50": 100 + LATENCY_MS, "busy p95": 1_000 };

function rows(load: "idle" | "busy", ours: readonly number[], webhook: readonly number[]): Row[] {
  return [0.5, 0.95, 0.99].map((q) => {
    const name = `${load} p${q * 100}`;
    const limit_ms = TARGETS_MS[name];
    return [
      `commit to event, ${name}`,
      `${quantile(ours, q).toFixed(0)} ms`,
      `webhook a row: ${
        quantile(webhook, q).toFixed(0)
      } ms; ${LATENCY_MS} of each are the provider's; of ${ours.length} and ${webhook.length}`,
      limit_ms === undefined ? undefined : atMost(quantile(ours, q), limit_ms, " ms"),
    ];
  });
}

async function pause(duration_ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, duration_ms));
}
