/** What the tab *General* says, in English. */
export const GENERAL = {
  heading: "General",
  introduction: "Settings for all your calendars.",
  failed: "Your settings could not be loaded.",
  time_zone: "Time zone",
  time_zone_hint: "For the times that you see here, and for when a daily mail comes.",
  time_zone_browser: (name: string) => `Use ${name}, the time zone of this browser`,
  time_zone_changed: (name: string) => `Times are shown for ${name}.`,
  other_zones: "Other",
  reminder_time: "All-day deadlines are due at",
  reminder_time_hint:
    "Reminders count back from this time. It applies to calendars that you connect from now on.",
  reminder_time_changed: (time: string) => `In new calendars, all-day deadlines are due at ${time}.`,
  unknown_time_zone: "The server does not know this time zone. Choose another one.",
};
