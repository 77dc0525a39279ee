import type { NotificationReader } from "../notification.ts";
import { NAME } from "./name.ts";

/** The last part of the address that Google calls. */
export const PUSH_PATH = "google";

/**
 * Google says everything in headers; there is no body.
 *
 * @source https://developers.google.com/workspace/calendar/api/guides/push, "Understanding the notification message format"
 */
export const GOOGLE_NOTIFICATIONS: NotificationReader = {
  provider: NAME,
  path: PUSH_PATH,
  challengeOf: () => null,
  read(headers) {
    const token = headers.get("x-goog-channel-token");
    const channel_id = headers.get("x-goog-channel-id");
    if (token === null || channel_id === null) return [];
    return [{
      token,
      channel_id,
      resource_id: headers.get("x-goog-resource-id"),
      // `sync` comes once, perhaps before the answer to our call. `not_exists` and words that come to be are a change.
      kind: headers.get("x-goog-resource-state") === "sync" ? "opened" : "changed",
      expires_at: instantOf(headers.get("x-goog-channel-expiration")),
    }];
  },
};

/** "Sometimes present", and written for people: `Tue, 19 Nov 2013 01:13:52 GMT`. */
function instantOf(text: string | null): string | null {
  const at = text === null ? NaN : Date.parse(text);
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}
