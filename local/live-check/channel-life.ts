import { type Assumption, holdsIf, notTried } from "./assumption.ts";

const DAYS = 7;
const DAY_MS = 86_400_000;
/** What the product leaves to spare, and what clocks and the way there take. */
const LEEWAY_MS = 60 * 60_000;

/** How long a channel lives that is asked for as the product asks. */
export const CHANNEL_LIFE: Assumption = {
  name: `a channel of our own calendar is granted, lives for ${DAYS} days, and can be ended`,
  async check({ calendar: { id, client }, channel_url }) {
    if (channel_url === null) {
      return notTried("it needs --channel-url with a public address of calendar-webhook");
    }
    if (!client.createChannel || !client.stopChannel) return notTried("the provider has no channels");
    const channel_id = crypto.randomUUID();
    const made = await client.createChannel(id, { channel_id, url: channel_url, token: crypto.randomUUID() });
    if (made.kind !== "done") {
      return holdsIf(false, `refused: ${made.kind}${"reason" in made ? `, ${made.reason}` : ""}`);
    }
    const life_ms = Date.parse(made.value.expires_at) - Date.now();
    const stopped = await client.stopChannel(channel_id, made.value.resource_id);
    const seen = `granted for ${(life_ms / DAY_MS).toFixed(2)} days; its end: ${stopped.kind}`;
    return holdsIf(Math.abs(life_ms - DAYS * DAY_MS) < LEEWAY_MS && stopped.kind === "done", seen);
  },
};
