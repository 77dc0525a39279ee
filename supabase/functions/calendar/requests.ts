import { z } from "@hono/zod-openapi";
import { CALENDAR_EDITS } from "../_shared/domain/calendar-edits.ts";
import {
  STATUS_WORDS,
  TITLE_ALONE,
  TITLE_PLACEHOLDERS,
  TITLE_TEMPLATE_CHARACTERS_MAX,
  titleTemplateProblem,
} from "../_shared/domain/event-title.ts";
import { MAIL_MODES } from "../_shared/notices/kinds.ts";
import { KEY_SCOPES } from "../_shared/platform/api-keys.ts";
import { WEBHOOK_TYPES } from "../_shared/notices/webhook-types.ts";
import { ProviderName } from "../_shared/providers/registry.ts";
import { KeyScope } from "./answers/keys.ts";
import { WebhookType } from "./answers/webhooks.ts";

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
/** Postgres reads no fraction of a second of more than about a hundred digits. */
const INSTANT_CHARACTERS_MAX = 60;
const TYPES_MAX = 100;
/** In UTC too, a year has four digits. */
const FEED_END_MAX = Date.parse("9999-12-31T00:00:00Z");
const TYPE_CHARACTERS_MAX = 200;
const TIME_ZONE_CHARACTERS_MAX = 100;
const KEY_NAME_CHARACTERS_MAX = 100;
const KEY_DAYS_MAX = 365;
const DAY_MS = 24 * 60 * 60 * 1000;
/** The clock of whoever counted the days may be ahead; the database shortens what is too long by its own. */
const CLOCK_TOLERANCE_MS = 60 * 1000;

/** Not `uuid`: whatever Postgres takes is an id, and whether there is such a thing is for the database to say. */
const IntegrationId = z.guid("must be the id of an integration");
const ObligationId = z.guid("must be the id of an obligation");
const FeedId = z.guid("must be the id of a feed");

const Reminders = z.array(z.int().min(0).max(REMINDER_MINUTES_MAX)).max(REMINDERS_MAX);
const TimeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be a time of day such as 09:00");
const CompletedEvents = z.enum(["keep", "remove"]);
/** Postgres has no text with NUL in it. */
const WITHOUT_NUL = /^[^\0]*$/;
/** Nor with half of a character. */
const StoredText = z.string().regex(WITHOUT_NUL, "must be text").refine(
  (text) => text.isWellFormed(),
  "must be text",
);
const ObligationTypes = z.array(StoredText.min(1).max(TYPE_CHARACTERS_MAX))
  .min(1).max(TYPES_MAX).nullable();
const TITLE_PROBLEMS = {
  too_long: `must have at most ${TITLE_TEMPLATE_CHARACTERS_MAX} characters`,
  lacks_title: `must hold ${TITLE_ALONE}`,
  braces: `may hold ${TITLE_PLACEHOLDERS.join(", ")} and no other braces`,
} as const;
/** The same as a pattern, for whoever reads the API's document. */
const TITLE_PATTERN = String
  .raw`^(?:[^{}\u0000]|\{(?:title|type|status)\})*\{title\}(?:[^{}\u0000]|\{(?:title|type|status)\})*$`;
const TitleTemplate = StoredText.superRefine((template, context) => {
  const problem = titleTemplateProblem(template);
  if (problem !== null) context.addIssue({ code: "custom", message: TITLE_PROBLEMS[problem] });
});

/** RFC 3339 has the year 0 and offsets of 16 hours and more. Postgres does not. */
const NOT_AN_INSTANT = /^0000|[+-](?:1[6-9]|2\d):\d\d$/;
const INSTANT_PROBLEM = "must be a time in RFC 3339, such as 2027-01-31T09:00:00Z";
/** A time that the database can keep. */
const Instant = z.iso.datetime({ offset: true, error: INSTANT_PROBLEM })
  .max(INSTANT_CHARACTERS_MAX, INSTANT_PROBLEM)
  .refine((at) => !NOT_AN_INSTANT.test(at), INSTANT_PROBLEM);

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

/** A colon ends the user name in the header that carries it (RFC 7617 §2). */
const USERNAME = /^[^:\r\n\0]+$/;

/** Strict, as it holds a password: what is not known is refused. */
export const ConnectBody = z.strictObject({
  provider: ProviderName,
  server_url: z.string().min(1).max(2048).openapi({
    description: "Of the server, or anything of the account on it; a server_url of GET /providers.",
    examples: ["https://cloud.example.com"],
  }),
  username: z.string().min(1).max(320).regex(USERNAME, "must not contain a colon or a line break"),
  password: z.string().min(1).max(1024).regex(WITHOUT_NUL, "must be text").openapi({
    format: "password",
    description: "Many services want one that was made for applications.",
  }),
  access: z.enum(["dedicated", "existing"], "must be dedicated or existing").optional().openapi({
    description: "existing: the account's other calendars are offered too. Left out: dedicated.",
  }),
  calendar_id: z.string().min(1).max(1024).regex(WITHOUT_NUL, "must be text").optional().openapi({
    description: "A calendar of the account, instead of one that we make: see calendar_needed.",
  }),
}).openapi("ConnectRequest");

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
    obligation_types: ObligationTypes.optional().openapi({
      description:
        "Obligations of these types alone, as GET /obligation_types has them; null: all. Events of other types go.",
      examples: [["VAT", "Payroll"]],
    }),
    title_template: TitleTemplate.optional().openapi({
      maxLength: TITLE_TEMPLATE_CHARACTERS_MAX,
      pattern: TITLE_PATTERN,
      description:
        `Titles of events: {title}, {type}, {status} and text, at most ${TITLE_TEMPLATE_CHARACTERS_MAX} characters, with {title} in it and no other braces. {status} is ${STATUS_WORDS.open} or ${STATUS_WORDS.completed}.`,
      examples: ["[{type}] {title}"],
    }),
    calendar_edits: z.enum(CALENDAR_EDITS).optional().openapi({
      description:
        "What becomes of a deadline that is moved in the calendar. accept only where GET /options has it.",
    }),
  }).optional().openapi({ description: "Merged with what is set." }),
}).openapi("ChangeRequest");

/** A whole number in a query. */
function count(most: number, otherwise: number) {
  const message = `must be a whole number from 1 to ${most}`;
  return z.coerce.number(message).int(message).min(1, message).max(most, message).default(otherwise);
}

export const ActivityQuery = z.object({
  limit: count(ACTIVITY_MAX, ACTIVITY_DEFAULT),
  until: Instant.optional().openapi({
    description: "What came later is left out: `at` of the last row that is known gives it and those before.",
  }),
});

export const ObligationsQuery = z.object({
  search: z.string().max(SEARCH_CHARACTERS_MAX).regex(WITHOUT_NUL, "must be text").default("").openapi({
    description: "What the title contains, in whatever case and to the letter: % and _ stand for themselves.",
  }),
  limit: count(OBLIGATIONS_MAX, OBLIGATIONS_DEFAULT),
});

const FeedName = z.string().trim().min(1).max(FEED_NAME_CHARACTERS_MAX).regex(WITHOUT_NUL, "must be text");

const FeedChoices = z.strictObject({
  obligation_types: ObligationTypes.optional().openapi({
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

const FeedEnd = Instant
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

/** Of the IANA database: an offset or a rule is none of its names. */
const TimeZone = z.string().max(TIME_ZONE_CHARACTERS_MAX).regex(
  /^(?:Etc\/GMT[+-]\d{1,2}|[A-Za-z_]+(?:[/-][A-Za-z_]+)*)$/,
  "must be a name such as Europe/Paris",
).refine((time_zone) => {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: time_zone }) !== null;
  } catch {
    return false;
  }
}, "is not a time zone that is known");

export const PatchPreferencesBody = z.strictObject({
  time_zone: TimeZone.optional().openapi({
    description: "IANA name, for mail and for times that are shown.",
    examples: ["Europe/Paris"],
  }),
  all_day_reminder_time: TimeOfDay.optional().openapi({
    description:
      "When an all-day deadline is taken as due on its day, in calendars that are connected from now on.",
    examples: ["09:00"],
  }),
}).openapi("PreferencesChangeRequest");

export const ProposalPath = z.object({ id: z.guid("must be the id of a proposal") });

export const NoticePath = z.object({ id: z.guid("must be the id of a notice") });

const Mode = z.enum(MAIL_MODES, "must be immediately, daily or off").optional();
const ModeOfRequired = z.enum(
  ["immediately", "daily"],
  "must be immediately or daily: it cannot be switched off",
).optional();

export const PatchNotificationsBody = z.strictObject({
  kinds: z.strictObject({
    connection_lost: Mode,
    connection_paused: Mode,
    deadline_failed: Mode,
    deadline_restored: Mode,
    deadline_hidden: Mode,
    proposal_opened: Mode,
    connection_added: ModeOfRequired,
    key_added: ModeOfRequired,
    webhook_added: ModeOfRequired,
    webhook_disabled: Mode,
  }).openapi({ description: "Merged with what is set. A kind or value that is not known is refused." }),
}).openapi("NotificationsRequest");

/** Whatever the text is: there is such a key of the user's, or there is not. */
export const KeyPath = z.object({ id: z.string().max(200).regex(WITHOUT_NUL, "must be text") });

export const NewKeyBody = z.strictObject({
  name: z.string().trim().min(1).max(KEY_NAME_CHARACTERS_MAX).regex(WITHOUT_NUL, "must be text").openapi({
    description: "What the program is called that gets it.",
  }),
  scopes: z.array(KeyScope).min(1).max(KEY_SCOPES.length)
    .refine((scopes) => new Set(scopes).size === scopes.length, "must not name a scope twice")
    .openapi({ description: "What it opens.", examples: [["status:read"]] }),
  expires_at: Instant
    .refine((at) => Date.parse(at) > Date.now(), "must be in the future")
    .refine(
      (at) => Date.parse(at) <= Date.now() + KEY_DAYS_MAX * DAY_MS + CLOCK_TOLERANCE_MS,
      `must be at most ${KEY_DAYS_MAX} days away`,
    ).optional().openapi({ description: "From when on it opens nothing. Left out: in 90 days." }),
}).openapi("KeyRequest");

/** As long as the database keeps. */
export const WEBHOOK_URL_CHARACTERS_MAX = 2_000;
const DELIVERIES_MAX = 200;
const DELIVERIES_DEFAULT = 50;

const WebhookUrl = z.string().min(1).max(WEBHOOK_URL_CHARACTERS_MAX).regex(WITHOUT_NUL, "must be text")
  .openapi({
    format: "uri",
    description:
      "https, port 443 or 8443, of a public host that CALENDAR_WEBHOOK_HOSTS allows. It is checked again with every call.",
    examples: ["https://app.example.com/calendar-events"],
  });
const WebhookTypes = z.array(WebhookType).min(1)
  .max(WEBHOOK_TYPES.length).openapi({ description: "What it is told of." });
const WebhookId = z.guid("must be the id of a webhook");

export const WebhookPath = z.object({ id: WebhookId });

export const DeliveryPath = z.object({
  id: WebhookId,
  delivery_id: z.guid("must be the id of a delivery"),
});

export const DeliveriesQuery = z.object({ limit: count(DELIVERIES_MAX, DELIVERIES_DEFAULT) });

export const NewWebhookBody = z.strictObject({ url: WebhookUrl, types: WebhookTypes }).openapi(
  "WebhookRequest",
);

export const PatchWebhookBody = z.strictObject({
  url: WebhookUrl.optional(),
  types: WebhookTypes.optional(),
  enabled: z.boolean("must be true or false").optional().openapi({
    description:
      "Switched off, nothing is sent, and what was still to be sent is given up; once it is on, it can be sent again.",
  }),
}).openapi("WebhookChangeRequest");

export const ReplayBody = z.strictObject({ since: Instant }).openapi("ReplayRequest");

/** Not what a caller makes up: a mail carries it, and it is read as it comes. */
export const UnsubscribeQuery = z.object({
  token: z.string().optional().openapi({ description: "Says whose mail of which kinds." }),
});
