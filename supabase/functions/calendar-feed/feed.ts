import { z } from "zod";
import type { Rpc } from "../_shared/platform/rpc.ts";

/** Per minute, of all feeds of a user. A calendar application asks a few times an hour, a program that waits for a change each second. */
const CALLS_PER_OWNER = 300;
/** Per minute, of an address that names no feed. */
const CALLS_IN_VAIN_PER_ADDRESS = 300;

const Instant = z.iso.datetime({ offset: true });

const Feed = z.object({
  kind: z.literal("feed"),
  feed_id: z.guid(),
  name: z.string(),
  settings: z.object({
    reminders_minutes: z.array(z.int()),
    completed_events: z.enum(["keep", "remove"]),
  }),
  /** Today in UTC: what a feed looks back and ahead from. */
  day: z.iso.date(),
  now: Instant,
  feed_changed_at: Instant,
  reminders_changed_at: Instant,
  items_changed_at: Instant,
});

const Poll = z.discriminatedUnion("kind", [
  Feed,
  z.object({ kind: z.literal("unknown") }),
  z.object({ kind: z.literal("limited"), wait_s: z.int() }),
]);

const Item = z.object({
  obligation_id: z.guid(),
  title: z.string(),
  description: z.string().nullable(),
  obligation_type: z.string().nullable(),
  status: z.enum(["open", "completed", "cancelled"]),
  deadline_date: z.string().nullable(),
  deadline_at: z.string().nullable(),
  time_zone: z.string().nullable(),
  url: z.string().nullable(),
  sequence: z.int(),
  modified_at: z.string(),
  created_at: z.string(),
});

const Page = z.object({
  items: z.array(Item),
  zones: z.array(z.object({ time_zone: z.string(), first: z.string(), last: z.string() })).nullable(),
});

/** A feed as it stands at the time of a poll. */
export type Feed = z.infer<typeof Feed>;
/** What there is at an address. */
export type Poll = z.infer<typeof Poll>;
/** What a feed shows of one obligation. */
export type Item = z.infer<typeof Item>;
/** Some of what a feed shows; the first page has the zones of all. */
export type Page = z.infer<typeof Page>;

/**
 * Asks for the feed at an address, and counts that. One call, whatever comes of it.
 *
 * @param caller.token_hash SHA-256 of what the address has in the place of a token, in hex
 * @param caller.address what stands for the caller's network address
 */
export async function pollFeed(
  rpc: Rpc,
  caller: { readonly token_hash: string; readonly address: string; readonly client: string },
): Promise<Poll> {
  return await rpc("calendar_poll_feed", {
    p_token_hash: caller.token_hash,
    p_address: caller.address,
    p_client: caller.client,
    p_feed_limit: CALLS_PER_OWNER,
    p_address_limit: CALLS_IN_VAIN_PER_ADDRESS,
  }, Poll);
}

/** @param after the last obligation of the page before; null for the first page */
export async function readPage(rpc: Rpc, feed: Feed, after: string | null, items: number): Promise<Page> {
  return await rpc("calendar_feed_page", {
    p_feed_id: feed.feed_id,
    p_day: feed.day,
    p_after: after,
    p_limit: items,
  }, Page);
}
