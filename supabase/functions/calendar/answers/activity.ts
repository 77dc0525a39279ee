import { z } from "@hono/zod-openapi";
import { CALENDAR_EDITS } from "../../_shared/domain/calendar-edits.ts";
import { ProviderName } from "../../_shared/providers/registry.ts";
import { Cause, EventUrl, Id, Instant, ObligationUrl } from "./parts.ts";

const ActivityOfAny = z.object({
  at: Instant,
  account_email: z.string().nullable().openapi({ description: "Null where it is not known any more." }),
  calendar_name: z.string().nullable().openapi({ description: "Null where it is not known any more." }),
  reason: z.string().nullable().openapi({
    description: "The provider's word, or the code of the integration's error.",
  }),
  caused_by: Cause,
});

export const EventActivity = z.object({
  kind: z.literal("event"),
  ...ActivityOfAny.shape,
  integration_id: Id,
  provider: ProviderName,
  obligation_id: Id,
  title: z.string().nullable().openapi({
    description: "As it was then; null where that is not known any more.",
  }),
  action: z.enum([
    "created",
    "updated",
    "moved",
    "removed",
    "adopted",
    "rejected",
    "given_up",
    "proposal_opened",
    "proposal_accepted",
    "proposal_dismissed",
    "proposal_undone",
    "proposal_superseded",
    "moved_by_user",
    "moved_back_by_user",
    "resized_by_user",
    "deleted_by_user",
    "hidden_by_user",
    "returned_by_user",
  ]).openapi({
    description:
      "adopted: it was there already, kept when the account was disconnected. proposal_opened: its user moved the event. …_by_user: what was seen in the calendar; hidden_by_user: it was deleted again and stays away, returned_by_user: a deletion was taken back.",
  }),
  due: z.string().nullable().openapi({
    description: "The deadline as the event shows it: a calendar date or an instant in UTC (RFC 3339).",
  }),
  event_url: EventUrl,
  obligation_url: ObligationUrl,
}).openapi("EventActivity", { description: "One change made to a calendar, or given up." });

const SomeSettings = z.object({
  reminders_minutes: z.array(z.int()).optional(),
  all_day_reminder_time: z.string().optional(),
  completed_events: z.enum(["keep", "remove"]).optional(),
  obligation_types: z.array(z.string()).nullable().optional(),
  title_template: z.string().optional(),
  calendar_edits: z.enum(CALENDAR_EDITS).optional(),
}).nullable();

export const ConnectionActivity = z.object({
  kind: z.literal("connection"),
  ...ActivityOfAny.shape,
  integration_id: Id.nullable().openapi({
    description: "Null where it concerned all of the user's calendars.",
  }),
  provider: ProviderName.nullable(),
  action: z.enum([
    "connected",
    "reconnected",
    "grant_lost",
    "paused",
    "resumed",
    "switched_off",
    "switched_on",
    "calendar_chosen",
    "settings_changed",
    "disconnecting",
    "disconnected",
    "retried",
    "resynced",
    "erased",
    "drained",
  ]),
  calendar_before: z.string().nullable().openapi({ description: "Its name (calendar_chosen)." }),
  settings_before: SomeSettings.openapi({ description: "Those that were changed (settings_changed)." }),
  settings: SomeSettings.openapi({ description: "What they were changed to (settings_changed)." }),
  events: z.enum(["kept", "removed", "left"]).nullable().openapi({
    description: "What became of the events (disconnected); left: nobody chose, they stayed where they were.",
  }),
}).openapi("ConnectionActivity", { description: "One event in the life of a connection." });

const Activity = z.discriminatedUnion("kind", [EventActivity, ConnectionActivity]).openapi("Activity");
export const Activities = z.object({ activity: z.array(Activity) }).openapi("Activities");
