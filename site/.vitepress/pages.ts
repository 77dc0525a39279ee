/** The pages by reader, in the order in which one would read them. */
export const PAGES = {
  use: ["calendars", "moving-events", "feeds", "caldav", "notices-and-mail"],
  embed: ["settings-page", "adapt", "calendar-api", "api-reference", "api-keys", "webhooks"],
  deploy: ["install", "deploy"],
  operate: ["alerts", "metrics", "admin", "logs", "activity-and-evidence", "live-check"],
  understand: [
    "how-it-works",
    "security",
    "threat-model",
    "providers",
    "channels",
    "two-way",
    "outlook-time-zones",
    "performance",
    "local-platform",
    "licences",
  ],
} as const;
