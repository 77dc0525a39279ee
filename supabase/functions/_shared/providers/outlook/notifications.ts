import { z } from "zod";
import type { Notification, NotificationReader } from "../notification.ts";
import { NAME } from "./name.ts";

/** The last part of the address that Graph calls: it is Microsoft's, and not Outlook's alone. */
export const PUSH_PATH = "microsoft";

/** More than Graph puts into one call. Each costs us a check of its token, whoever sent it. */
const ITEMS_MAX = 1_000;

const Item = z.object({
  subscriptionId: z.string().min(1),
  clientState: z.string().min(1),
  lifecycleEvent: z.string().nullish(),
  subscriptionExpirationDateTime: z.string().nullish(),
});

const LIFECYCLE = new Map<string, Notification["kind"]>([
  ["reauthorizationRequired", "renewal_due"],
  ["subscriptionRemoved", "removed"],
  ["missed", "missed"],
]);

/**
 * Graph sends many items in one call, of several subscriptions, notifications and lifecycle events alike.
 *
 * @source https://learn.microsoft.com/graph/change-notifications-delivery-webhooks
 * @source https://learn.microsoft.com/graph/change-notifications-lifecycle-events
 */
export const OUTLOOK_NOTIFICATIONS: NotificationReader = {
  provider: NAME,
  path: PUSH_PATH,
  challengeOf: (url) => url.searchParams.get("validationToken"),
  read(_headers, body) {
    return itemsOf(body).slice(0, ITEMS_MAX).flatMap((said) => {
      const item = Item.safeParse(said).data;
      return item === undefined ? [] : [{
        token: item.clientState,
        channel_id: null,
        resource_id: item.subscriptionId,
        kind: item.lifecycleEvent ? LIFECYCLE.get(item.lifecycleEvent) ?? "missed" : "changed",
        expires_at: instantOf(item.subscriptionExpirationDateTime ?? ""),
      }];
    });
  },
};

function itemsOf(body: string): readonly unknown[] {
  try {
    return z.object({ value: z.array(z.unknown()) }).safeParse(JSON.parse(body)).data?.value ?? [];
  } catch {
    return [];
  }
}

function instantOf(text: string): string | null {
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}
