import { z } from "@hono/zod-openapi";
import { ProviderName } from "../_shared/providers/registry.ts";

const REMINDERS_MAX = 5;
/** Four weeks, the most that Google takes. */
const REMINDER_MINUTES_MAX = 40_320;
const ACTIVITY_MAX = 200;
const ACTIVITY_DEFAULT = 50;
const OBLIGATIONS_MAX = 50;
const OBLIGATIONS_DEFAULT = 20;
const SEARCH_CHARACTERS_MAX = 200;
const FEED_NAME_CHARACTERS_MAX = 100;
/** Ten years. */
const FEED_DAYS_MAX = 3_650;
const FEED_TYPES_MAX = 100;
/** In UTC too, a year has four digits. */
const FEED_END_MAX = Date.parse("9999-12-31T00:00:00Z");
const TYPE_CHARACTERS_MAX = 200;

const IntegrationId = z.uuid("must be the id of an integration");
/** Of the host's making: every form that Postgres takes is one. */
const ObligationId = z.guid("must be the id of an obligation");
const FeedId = z.uuid("must be the id of a feed");

const Reminders = z.array(z.int().min(0).max(REMINDER_MINUTES_MAX)).max(REMINDERS_MAX);
const TimeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be a time of day such as 09:00");
const CompletedEvents = z.enum(["keep", "remove"]);
/** Postgres has no text with NUL in it. */
const WITHOUT_NUL = /^[^\0]*$/;

export const AuthorizeQuery = z.object({
  provider: ProviderName,
  redirect_to: z.string("must be given").openapi({
    description: "Where the browser comes back to: an entry of CALENDAR_REDIRECT_URLS, to the letter.",
  }),
  access: z.enum(["dedicated", "existing"], "must be dedicated or existing").optional().openapi({
    description:
      "dedicated: a calendar of our own. existing: also the ones that the account has. Left out: what an account of this provider had whose grant was lost, else dedicated.",
  }),
});

export const AdminConsentQuery = z.object({ provider: ProviderName });

/** Not what a caller makes up: the provider's redirect brings it, and it is read as it comes. */
export const CallbackQuery = z.object({
  state: z.string().optional().openapi({ description: "As it was given to the consent page." }),
  code: z.string().optional().openapi({ description: "The authorization code (RFC 6749 §4.1.2)." }),
  error: z.string().optional().openapi({ description: "Why there is no code." }),
});

export const ConfirmBody = z.object({
  connection: z.string("must be the ticket").min(1).max(200).openapi({
    description: "The ticket of the redirect, calendar_connection: valid once, for ten minutes.",
  }),
  accept_less_access: z.boolean("must be true or false").default(false).openapi({
    description:
      "Where the consent covers less than before: the events may move from a calendar that it does not cover to one of our own.",
  }),
}).openapi("ConfirmRequest");

export const IntegrationQuery = z.object({ integration_id: IntegrationId });

export const IntegrationBody = z.strictObject({ integration_id: IntegrationId }).openapi(
  "IntegrationRequest",
);

export const ExplainQuery = z.object({ obligation_id: ObligationId });

export const EvidenceQuery = z.object({
  obligation_id: ObligationId,
  format: z.enum(["json", "csv"], "must be json or csv").optional().openapi({
    description: "Left out: what the Accept header prefers, or JSON.",
  }),
});

export const SyncBody = z.object({
  integration_id: IntegrationId.optional().openapi({ description: "Left out: all of the user's." }),
}).openapi("SyncRequest");

export const RetryBody = z.strictObject({
  integration_id: IntegrationId,
  obligation_id: ObligationId.optional().openapi({ description: "Left out: all that failed there." }),
}).openapi("RetryRequest");

export const DisconnectQuery = z.object({
  integration_id: IntegrationId,
  events: z.enum(["keep", "remove"], "must be keep or remove").default("keep").openapi({
    description: "What becomes of the events.",
  }),
});

/** Strict: what is not known is refused, so that a typo never looks like a change that was made. */
export const PatchBody = z.strictObject({
  integration_id: IntegrationId,
  sync_enabled: z.boolean().optional(),
  calendar_id: z.string().min(1).max(1024).optional().openapi({
    description: "One of GET /calendars; the events move there.",
  }),
  settings: z.strictObject({
    reminders_minutes: Reminders.optional().openapi({
      description: "Minutes before the deadline; where an event can have one reminder, it gets the smallest.",
    }),
    all_day_reminder_time: TimeOfDay.optional().openapi({
      description:
        "When an all-day deadline is taken as due on its day, HH:MM. Where a provider cannot ring after an event has begun, such a reminder rings at its midnight.",
      examples: ["09:00"],
    }),
    completed_events: CompletedEvents.optional(),
  }).optional().openapi({ description: "Merged with what is set." }),
}).openapi("ChangeRequest");

/** A whole number in a query. */
function count(most: number, otherwise: number) {
  const message = `must be a whole number from 1 to ${most}`;
  return z.coerce.number(message).int(message).min(1, message).max(most, message).default(otherwise);
}

export const ActivityQuery = z.object({ limit: count(ACTIVITY_MAX, ACTIVITY_DEFAULT) });

export const ObligationsQuery = z.object({
  search: z.string().max(SEARCH_CHARACTERS_MAX).regex(WITHOUT_NUL, "must be text").default("").openapi({
    description: "What the title contains, in whatever case and to the letter: % and _ stand for themselves.",
  }),
  limit: count(OBLIGATIONS_MAX, OBLIGATIONS_DEFAULT),
});

const FeedName = z.string().trim().min(1).max(FEED_NAME_CHARACTERS_MAX).regex(WITHOUT_NUL, "must be text");

const FeedChoices = z.strictObject({
  obligation_types: z.array(z.string().min(1).max(TYPE_CHARACTERS_MAX).regex(WITHOUT_NUL, "must be text"))
    .min(1).max(FEED_TYPES_MAX).nullable().optional().openapi({
      description: "Obligations of these types alone; null: all.",
    }),
  look_back_days: z.int().min(0).max(FEED_DAYS_MAX).optional().openapi({
    description: "How old a deadline may be; 90 where nothing was chosen.",
  }),
  look_ahead_days: z.int().min(1).max(FEED_DAYS_MAX).nullable().optional().openapi({
    description: "How far ahead a deadline may be; null: however far.",
  }),
  reminders_minutes: Reminders.optional().openapi({ description: "Minutes before the deadline." }),
  completed_events: CompletedEvents.optional(),
}).openapi("FeedChoices");

const FeedEnd = z.iso.datetime({ offset: true, error: "must be a time in RFC 3339" })
  .refine((at) => Date.parse(at) > Date.now(), "must be in the future")
  .refine((at) => Date.parse(at) < FEED_END_MAX, "must be before the end of the year 9999").nullable()
  .openapi({
    description: "When the feed ends by itself; null: never.",
  });

export const FeedPath = z.object({ id: FeedId });

export const NewFeedBody = z.strictObject({
  name: FeedName,
  settings: FeedChoices.optional(),
  expires_at: FeedEnd.optional(),
}).openapi("FeedRequest");

export const PatchFeedBody = z.strictObject({
  name: FeedName.optional(),
  settings: FeedChoices.optional().openapi({ description: "Merged with what is set." }),
  expires_at: FeedEnd.optional(),
}).openapi("FeedChangeRequest");
