import { z } from "zod";
import type { GoogleEmulator } from "../../local/providers/google/server.ts";
import { randomToken } from "../../local/providers/observed-state.ts";
import { eventId } from "../../supabase/functions/_shared/providers/google/event-id.ts";

const Posted = z.object({
  record: z.object({ id: z.string(), user_id: z.string(), title: z.string(), deadline_date: z.string() }),
});

const DAY_MS = 86_400_000;

/** What a per-row webhook calls. */
export interface WebhookReceiver {
  readonly url: string;
  /** Whose obligations go into which calendar. */
  readonly calendars: Map<string, string>;
  close(): Promise<void>;
}

/**
 * Creates an event with one call for each row that it is sent, and answers when that is done: the least that a receiver
 * can do, with a token that never ends, no retry, no mapping and no second thought.
 *
 * @param account whose calendars it writes to
 */
export function startWebhookReceiver({ url, state }: GoogleEmulator, account: string): WebhookReceiver {
  const owner = state.accounts.get(account);
  if (!owner) throw new Error("There is no such account.");
  const token = randomToken("ya29.");
  const scopes = ["https://www.googleapis.com/auth/calendar"];
  state.accessTokens.set(token, { account: owner, scopes, client_id: "webhook", expires_at: Infinity });
  const calendars = new Map<string, string>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const { record } = Posted.parse(await request.json());
    const calendar_id = calendars.get(record.user_id) ?? "";
    const response = await fetch(`${url}/calendar/v3/calendars/${encodeURIComponent(calendar_id)}/events`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({
        id: eventId(record.user_id, record.id, 0),
        summary: record.title,
        start: { date: record.deadline_date },
        end: { date: dayAfter(record.deadline_date) },
      }),
    });
    if (!response.ok) console.error(`The webhook's call failed: ${await response.text()}`);
    else await response.body?.cancel();
    return new Response(null, { status: response.ok ? 204 : 502 });
  });
  return { url: `http://127.0.0.1:${server.addr.port}/`, calendars, close: () => server.shutdown() };
}

function dayAfter(date: string): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10);
}
