import { GOOGLE_NOTIFICATIONS } from "./google/notifications.ts";
import type { NotificationReader } from "./notification.ts";
import { OUTLOOK_NOTIFICATIONS } from "./outlook/notifications.ts";

/** Those of every provider that can call us. Apart from the registry, which brings all that providers need to be called. */
export const NOTIFICATION_READERS: readonly NotificationReader[] = [
  GOOGLE_NOTIFICATIONS,
  OUTLOOK_NOTIFICATIONS,
];
