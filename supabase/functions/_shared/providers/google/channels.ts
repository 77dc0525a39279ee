import { z } from "zod";
import type { CalendarAnswer, Channel, NewChannel } from "../calendar-client.ts";
import type { GoogleAnswer } from "./answers.ts";
import { eventsPath, parsed } from "./calendars.ts";
import type { GoogleCall } from "./http.ts";

type CallGoogle = (call: GoogleCall) => Promise<GoogleAnswer>;

/** The life that Google gives a channel by default, and the longest that it was seen to give. */
const CHANNEL_LIFE_MS = 7 * 86_400_000;

const ChannelResource = z.object({
  resourceId: z.string().optional(),
  /** Milliseconds since 1970; a number of 64 bits, so that it may come as text. */
  expiration: z.coerce.number().positive().optional(),
});

/**
 * Has Google call us when an event of the calendar changes. The first call, `sync`, may come before the answer.
 *
 * @source Google Calendar API guide, "Get push notifications"; v3 reference, events.watch
 */
export async function createChannel(
  call: CallGoogle,
  calendar_id: string,
  { channel_id, url, token }: NewChannel,
): Promise<CalendarAnswer<Channel>> {
  const asked = Date.now() + CHANNEL_LIFE_MS;
  const answer = parsed(
    await call({
      method: "POST",
      path: `${eventsPath(calendar_id)}/watch`,
      body: { id: channel_id, type: "web_hook", address: url, token, expiration: asked },
    }),
    ChannelResource,
  );
  if (answer.kind !== "done") return answer;
  const { resourceId, expiration } = answer.value;
  return {
    kind: "done",
    value: {
      resource_id: resourceId ?? null,
      // Google may give less than was asked for.
      expires_at: new Date(expiration ?? asked).toISOString(),
    },
  };
}

/**
 * Ends a channel. Where Google never told what the channel watches, because its answer was lost, it cannot be ended: it does so
 * by itself, within a week.
 *
 * @source Google Calendar API v3 reference, channels.stop
 */
export async function stopChannel(
  call: CallGoogle,
  channel_id: string,
  resource_id: string | null,
): Promise<CalendarAnswer<null>> {
  if (resource_id === null) return { kind: "done", value: null };
  const answer = await call({
    method: "POST",
    path: "/channels/stop",
    body: { id: channel_id, resourceId: resource_id },
  });
  // 404: it has ended, or another client or user made it, so that it is none of ours.
  return answer.kind === "ok" || answer.kind === "gone" ? { kind: "done", value: null } : answer;
}
