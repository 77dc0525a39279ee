import type { IntegrationSettings } from "../../supabase/functions/_shared/domain/obligation.ts";

/** The settings of a calendar for which nothing else was chosen. */
export const DEFAULT_SETTINGS = {
  reminders_minutes: [10080, 1440],
  all_day_reminder_time: "09:00",
  completed_events: "keep",
  obligation_types: null,
  title_template: "{title}",
  calendar_edits: "restore",
} as const satisfies IntegrationSettings;
