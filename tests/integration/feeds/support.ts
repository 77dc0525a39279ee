import assert from "node:assert/strict";
import { z } from "zod";
import type { CalendarApi } from "../../support/calendar-api.ts";
import { type ReadEvent, readWithIcalJs } from "../../support/feed-readers.ts";
import type { Scene } from "../../support/scene.ts";

const Feed = z.object({
  id: z.string(),
  name: z.string(),
  settings: z.record(z.string(), z.unknown()),
  created_at: z.string(),
  expires_at: z.string().nullable(),
  last_used_at: z.string().nullable(),
  last_client: z.string().nullable(),
});
const WithUrl = Feed.extend({ url: z.string() });
export type Feed = z.infer<typeof Feed>;

/** An answer to a reader of a feed. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Null where there was none. */
  readonly etag: string | null;
}

/** Makes a feed, or gives one another address. */
export async function feedFrom(
  api: CalendarApi,
  path: string,
  body?: unknown,
): Promise<Feed & { readonly url: string }> {
  const response = await api.request("POST", path, body);
  assert.ok(response.ok, await response.clone().text());
  return WithUrl.parse(await response.json());
}

export async function feedsOf(api: CalendarApi): Promise<Feed[]> {
  return z.object({ feeds: z.array(Feed) }).parse(await (await api.request("GET", "/feeds")).json()).feeds;
}

/**
 * Reads a feed as a calendar application would. Nobody is refused for having read others before, and nobody has to wait until the
 * feed may be compared with its obligations again.
 */
export async function readFeed(scene: Scene, url: string, init: RequestInit = {}): Promise<Answer> {
  await scene.sql`delete from calendar_sync.calls where scope in ('feed', 'address')`;
  await scene.sql`
    update calendar_sync.feed_owners set refreshed_at = refreshed_at - interval '3 seconds'
    where user_id in (select user_id from calendar_sync.feed_changes)`;
  return await ask(url, init);
}

/** The same, and it counts. */
export async function ask(url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, init);
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, etag: response.headers.get("etag") };
}

/** The events of a feed by what they are called. */
export async function eventsOf(scene: Scene, url: string): Promise<Record<string, ReadEvent>> {
  const { status, text } = await readFeed(scene, url);
  assert.equal(status, 200, text);
  return Object.fromEntries(readWithIcalJs(text).events.map((event) => [event.summary, event]));
}

/** What they are called, sorted. */
export async function titlesIn(scene: Scene, url: string): Promise<string[]> {
  return Object.keys(await eventsOf(scene, url)).sort();
}
