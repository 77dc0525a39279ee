import assert from "node:assert/strict";
import { NOOP_CLIENT } from "../../../../bench/support/noop-client.ts";
import type {
  CalendarAnswer,
  CalendarClient,
} from "../../../../supabase/functions/_shared/providers/calendar-client.ts";
import { endLeftChannels } from "../../../../supabase/functions/_shared/sync/end-left-channels.ts";

const CHANNELS = [{ channel_id: "c", resource_id: "r" }, { channel_id: "d", resource_id: null }];
const DONE: CalendarAnswer<null> = { kind: "done", value: null };

/** Which of the claimed rows are forgotten, and which channels were ended before that. */
async function run(
  grants: Readonly<Record<string, CalendarClient | "lost" | null>>,
): Promise<readonly unknown[]> {
  const calls: unknown[] = [];
  await endLeftChannels({
    rpc: (name, args, schema) => {
      if (name !== "calendar_claim_ending_channels") {
        calls.push(args);
        return Promise.resolve(schema.parse(null));
      }
      return Promise.resolve(
        schema.parse(
          Object.keys(grants).map((refresh_token) => ({
            id: `row of ${refresh_token}`,
            provider: "google",
            channels: CHANNELS,
            refresh_token,
          })),
        ),
      );
    },
    clientOfGrant: (_provider, refresh_token) => Promise.resolve(grants[refresh_token] ?? null),
  });
  return calls;
}

function stopping(answer: (channel_id: string) => CalendarAnswer<null>): CalendarClient {
  return { ...NOOP_CLIENT, stopChannel: (channel_id) => Promise.resolve(answer(channel_id)) };
}

Deno.test("channels whose integrations have gone are forgotten once each is ended, or can never be", async () => {
  const forgotten = await run({
    good: stopping(() => DONE),
    refused: stopping(() => ({ kind: "rejected", reason: "forbidden" })),
    lost: "lost",
    silent: null,
    "half of it": stopping((channel_id) =>
      channel_id === "c" ? DONE : { kind: "retry", reason: "http_503", after_s: null }
    ),
  });
  assert.deepEqual(forgotten, [{ p_ids: ["row of good", "row of refused", "row of lost"] }]);
});
