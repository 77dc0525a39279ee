import { until } from "../tests/support/calendar-api.ts";
import { openScene } from "../tests/support/scene.ts";
import { type Row, timed } from "./table.ts";

const WEBHOOKS = 20;
const EVENTS_EACH = 100;
/** As many calls of webhooks as are under way at once. */
const AT_ONCE = 12;
const PATIENCE_MS = 120_000;

/** Calls of webhooks that were appended at once, from the first wake-up call to the last arrival, against a loop of `fetch`. */
export async function deliveries(): Promise<readonly Row[]> {
  let received = 0;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    await request.body?.cancel();
    received++;
    return new Response(null, { status: 204 });
  });
  const origin = `http://127.0.0.1:${server.addr.port}`;
  const scene = await openScene("google", { CALENDAR_WEBHOOK_HOSTS: origin, CALENDAR_LOG_LEVEL: "info" });
  const { sql } = scene;
  const events = WEBHOOKS * EVENTS_EACH;
  const send = async (post: () => Promise<void>) => {
    received = 0;
    return await timed(async () => {
      await post();
      await until(() => Promise.resolve(received === events), PATIENCE_MS);
    });
  };
  try {
    await sql`
      insert into calendar_sync.webhooks (url, types, doubted, signing_secret_id)
      select ${origin} || '/' || n, '{webhook.test}', false,
        calendar_sync.store_secret(null, calendar_sync.new_webhook_secret(), 'calendar_sync: webhook')
      from generate_series(1, ${WEBHOOKS}::int) as n`;
    const ours_ms = await send(async () => {
      await sql`
        select calendar_sync.append_delivery('webhook', null, 'evt_' || n, 'webhook.test', jsonb_build_object(
          'type', 'webhook.test', 'timestamp', now(), 'data', jsonb_build_object('integration_id', null)), id)
        from calendar_sync.webhooks, generate_series(1, ${EVENTS_EACH}::int) as n`;
    });
    const fetch_ms = await send(async () => {
      let left = events;
      await Promise.all(Array.from({ length: AT_ONCE }, async () => {
        while (left-- > 0) {
          const response = await fetch(origin, { method: "POST", body: '{"type":"webhook.test"}' });
          await response.body?.cancel();
        }
      }));
    });
    const perSecond = (ms: number) => Math.round(events / ms * 1_000);
    return [[
      `${events} calls of ${WEBHOOKS} webhooks`,
      `${(fetch_ms / ours_ms).toFixed(2)} ×`,
      `${perSecond(ours_ms)} deliveries/s, recorded, against ${
        perSecond(fetch_ms)
      } calls/s of a loop of fetch`,
    ]];
  } finally {
    await scene.close();
    await server.shutdown();
  }
}
