import { z } from "@hono/zod-openapi";

export const Preferences = z.object({
  time_zone: z.string().nullable().openapi({
    description: "IANA name, for mail and for times that are shown. Null: not told yet.",
    examples: ["Europe/Paris"],
  }),
  all_day_reminder_time: z.string().openapi({
    description: "HH:MM. A new integration begins with it; those that there are keep theirs.",
    examples: ["09:00"],
  }),
}).openapi("Preferences");
