import type { NewCalendar } from "../providers/calendar-client.ts";

/** The calendar that we make for a user, unless the user chooses another one. */
export const OWN_CALENDAR: NewCalendar = {
  name: "Compliance deadlines",
  description: "Kept up to date by EcoComply. Changes to deadlines made here are overwritten.",
  time_zone: "UTC",
};
