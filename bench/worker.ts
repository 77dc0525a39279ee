import { until } from "../tests/support/calendar-api.ts";
import { openScene } from "../tests/support/scene.ts";
import { watchCalendars } from "./support/calendar-watch.ts";
import { forgetPeak, processCost } from "./support/process-cost.ts";
import { atMost, IDLE_MS, ratio, type Row, seconds, timed } from "./table.ts";

const EVENTS = 10_000;
const SINGLE_EDITS = 100;
const LATENCY_MS = 100;
const PATIENCE_MS = 180_000;

/** What the worker's process spends on bringing many events into a calendar, quotas off. */
export async function worker(): Promise<readonly Row[]> {
  const scene = await openScene();
  const { sql, stack, provider } = scene;
  if (!stack.google) throw new Error("The stack has no emulator.");
  const watch = watchCalendars(stack.google);
  try {
    const { id, calendar_id } = await scene.connectedUser();
    const pid = stack.function("calendar-sync").pid;
    if (pid === null) throw new Error("The worker does not run.");
    provider.emulator.faults.set([
      { match: { path: provider.paths.events }, kind: "latency", latency_ms: LATENCY_MS },
    ]);
    await idle();
    const booted = await processCost(pid);
    await idle();
    const before = await processCost(pid);
    await forgetPeak(pid);
    provider.emulator.state.requests = [];
    const took_ms = await timed(async () => {
      await sql`insert into public.obligations (user_id, title, description, deadline_date)
        select ${id}, 'Bulk ' || n, 'What has to be done, and why, in a sentence of the usual length.',
          date '2027-01-01' + n % 300
        from generate_series(1, ${EVENTS}::int) as n`;
      await until(() => Promise.resolve(watch.count(calendar_id) === EVENTS), PATIENCE_MS);
    });
    const http = provider.emulator.state.requests.filter(({ in_batch }) => !in_batch).length;
    await idle();
    const after = await processCost(pid);
    for (let n = 0; n < SINGLE_EDITS; n++) {
      const obligation_id = crypto.randomUUID();
      const seen = watch.seen(calendar_id, { user_id: id, id: obligation_id });
      await sql`insert into public.obligations (id, user_id, title, deadline_date)
        values (${obligation_id}, ${id}, 'A single one', '2027-01-01')`;
      await seen;
    }
    await idle();
    const singly = await processCost(pid);
    if (stack.function("calendar-sync").pid !== pid) throw new Error("The worker died.");
    return [
      [
        `worker CPU for ${EVENTS} events`,
        seconds((after.cpu_s - before.cpu_s) * 1000),
        `to start: ${seconds(booted.cpu_s * 1000)}; idle for ${seconds(IDLE_MS)}: ${
          seconds((before.cpu_s - booted.cpu_s) * 1000)
        }`,
        atMost(after.cpu_s - before.cpu_s, 2, " s"),
      ],
      [
        "worker memory, peak",
        `${after.peak_mb.toFixed(0)} MiB`,
        `${before.memory_mb.toFixed(0)} MiB idle before, ${after.memory_mb.toFixed(0)} MiB after`,
        atMost(after.peak_mb, 128, " MiB"),
      ],
      [
        "worker CPU for an edit alone",
        `${((singly.cpu_s - after.cpu_s) * 1000 / SINGLE_EDITS).toFixed(1)} ms`,
        `of ${SINGLE_EDITS} one after the other, each a claim, a call and a record of its own`,
      ],
      [`time for ${EVENTS} events`, seconds(took_ms), `one user, quotas off, ${LATENCY_MS} ms a call`],
      ["HTTP calls for them", ratio(http, EVENTS), `of one an event (${http})`],
    ];
  } finally {
    watch.close();
    await scene.close();
  }
}

/** Until the worker has left, and whatever it did before is over. */
async function idle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
}
