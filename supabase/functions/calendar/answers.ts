import { z } from "@hono/zod-openapi";
import { EXPLANATION_CODES, PROBLEM_CODES, WAIT_CODES } from "../_shared/domain/explanation.ts";
import { LAST_ERROR_CODES } from "../_shared/domain/last-error.ts";
import { CLIENT_KINDS } from "../_shared/feeds/clients.ts";
import { MAIL_MODES, NOTICE_KINDS, SEVERITIES } from "../_shared/notices/kinds.ts";
import { KEY_SCOPES } from "../_shared/platform/api-keys.ts";
import { DISABLED_BECAUSE, WEBHOOK_TYPES } from "../_shared/notices/webhook-types.ts";
import { ERROR_CODES } from "../_shared/platform/errors.ts";
import { ProviderName } from "../_shared/providers/registry.ts";

// Ids come from the host's tables too, so every form that Postgres takes is one.
const Id = z.guid();
const Instant = z.iso.datetime({ offset: true });
const Email = z.string().nullable();
const CalendarName = z.string().nullable();
const Due = z.string().nullable().openapi({
  description: "The deadline: a calendar date (2027-01-31) or an instant in UTC (RFC 3339). Null: none.",
  examples: ["2027-01-31", "2027-01-31T09:00:00Z"],
});
const Title = z.string().nullable().openapi({
  description: "As it is now. Null where the obligation is gone or somebody else's.",
});
const Reason = z.string().nullable().openapi({ description: "What the provider said, in its own word." });

export const Calendar = z.object({
  id: z.string(),
  name: z.string(),
  primary: z.boolean().openapi({ description: "The account's default calendar." }),
  writable: z.boolean(),
  time_zone: z.string().nullable().openapi({ description: "IANA name, where the provider says." }),
  color: z.string().nullable().openapi({ description: "CSS colour." }),
}).openapi("Calendar");

export const ErrorAnswer = z.object({
  code: z.enum(ERROR_CODES).openapi({ description: "For programs." }),
  message: z.string().openapi({ description: "For people: what to do next." }),
  details: z.object({
    calendars: z.array(Calendar).optional().openapi({ description: "To choose from (calendar_needed)." }),
  }).optional(),
}).openapi("Error");

export const LastError = z.object({
  code: z.enum(LAST_ERROR_CODES),
  message: z.string().openapi({ description: "For people: what to do next." }),
  details: z.object({
    next_try_at: Instant.optional().openapi({
      description:
        "When it goes on, where it passes by itself (provider_unavailable, quota) and that is known.",
    }),
    admin_consent_url: z.string().optional().openapi({
      description: "What the organisation's administrator opens (admin_consent_required).",
    }),
    deletions: z.int().optional().openapi({ description: "So many events would go (mass_deletion)." }),
    events: z.int().optional().openapi({ description: "Of so many (mass_deletion)." }),
  }).optional(),
}).openapi("LastError", { description: "Why a calendar does not sync." });

export const Integration = z.object({
  id: Id,
  provider: ProviderName,
  account_email: Email.openapi({ description: "Or the user name, of an account with a password." }),
  server: z.string().optional().openapi({
    description: "The host name of the server, where the account is on one that its user named.",
  }),
  status: z.enum(["pending_confirmation", "active", "disconnected", "paused", "disconnecting"]),
  access: z.enum(["dedicated", "existing"]),
  calendar_id: z.string().nullable().openapi({ description: "The provider's. Null until confirmed." }),
  calendar_name: CalendarName,
  sync_enabled: z.boolean().openapi({ description: "The user's switch. Off: changes wait." }),
  last_synced_at: Instant.nullable(),
  progress: z.object({
    pending: z.int().openapi({ description: "Still to be looked at." }),
    synced: z.int().openapi({ description: "As they should be." }),
    failed: z.int().openapi({ description: "Given up until something changes; see GET /problems." }),
  }).openapi({ description: "Obligations of this calendar." }),
  last_error: z.union([LastError, z.null()]),
  settings: z.object({
    reminders_minutes: z.array(z.int()).openapi({
      description: "Minutes before the deadline, at most five.",
    }),
    all_day_reminder_time: z.string().openapi({
      description: "When an all-day deadline is taken as due on its day: its reminders count back from then.",
      examples: ["09:00"],
    }),
    completed_events: z.enum(["keep", "remove"]),
  }),
}).openapi("Integration", { description: "One account at one provider that a user connected." });

export const Integrations = z.object({ integrations: z.array(Integration) }).openapi("Integrations");

export const Calendars = z.object({ calendars: z.array(Calendar) }).openapi("Calendars");

export const Address = z.object({ url: z.string().openapi({ format: "uri" }) }).openapi("Address");

export const Providers = z.object({
  providers: z.array(
    z.object({
      provider: ProviderName,
      name: z.string().openapi({ description: "What people call it." }),
      credential: z.enum(["oauth", "password"]).openapi({
        description: "oauth: begin at GET /authorize. password: a server, a user name and a password.",
      }),
      presets: z.array(z.object({
        name: z.string(),
        server_url: z.string(),
        help_url: z.string().nullable().openapi({
          description: "Where the user finds a password for it; null: there is no such page.",
        }),
      })).openapi({ description: "Servers that are known by name (password)." }),
    }).openapi("Provider"),
  ),
}).openapi("Providers");

export const Queued = z.object({ queued: z.int() }).openapi("Queued");

/** Who or what caused something, as its user may know: never whose id, nor which administrator. */
const Cause = z.string().nullable().openapi({
  description:
    "you, another_user, or the kind of whatever it was: admin, database, nightly, service, worker …",
  examples: ["you", "worker"],
});

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
  action: z.enum(["created", "updated", "moved", "removed", "adopted", "rejected", "given_up"]).openapi({
    description: "adopted: it was there already, kept when the account was disconnected.",
  }),
  due: z.string().nullable().openapi({
    description: "The deadline as the event shows it: a calendar date or an instant in UTC (RFC 3339).",
  }),
}).openapi("EventActivity", { description: "One change made to a calendar, or given up." });

const SomeSettings = z.object({
  reminders_minutes: z.array(z.int()).optional(),
  all_day_reminder_time: z.string().optional(),
  completed_events: z.enum(["keep", "remove"]).optional(),
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

export const Activity = z.discriminatedUnion("kind", [EventActivity, ConnectionActivity]).openapi("Activity");

export const Activities = z.object({ activity: z.array(Activity) }).openapi("Activities");

export const Problem = z.object({
  integration_id: Id,
  provider: ProviderName,
  account_email: Email,
  calendar_name: CalendarName,
  obligation_id: Id,
  title: Title,
  due: Due,
  code: z.enum(PROBLEM_CODES).openapi({
    description: "given_up: it failed several times. rejected: the provider does not accept it.",
  }),
  reason: Reason,
  message: z.string().openapi({ description: "For people." }),
  since: Instant,
  attempts: z.int(),
}).openapi("Problem", { description: "An obligation that nobody tries to sync any more." });

export const Problems = z.object({
  problems: z.array(Problem).openapi({ description: "The newest, at most a hundred." }),
  total: z.int().openapi({ description: "How many there are in all." }),
}).openapi("Problems");

export const Obligation = z.object({
  id: Id,
  title: z.string(),
  due: Due,
  time_zone: z.string().nullable().openapi({ description: "IANA name in which an instant is shown." }),
  status: z.enum(["open", "completed", "cancelled"]),
  obligation_type: z.string().nullable(),
}).openapi("Obligation");

export const Obligations = z.object({ obligations: z.array(Obligation) }).openapi("Obligations");

export const Explained = z.object({
  integration_id: Id,
  provider: ProviderName,
  account_email: Email,
  calendar_name: CalendarName,
  in_calendar: z.boolean(),
  event_id: z.string().nullable().openapi({ description: "The provider's." }),
  synced_at: Instant.nullable().openapi({ description: "When the event was last written." }),
  code: z.enum(EXPLANATION_CODES),
  reason: Reason,
  since: Instant.nullable().openapi({ description: "Since when it has been waiting, or is given up." }),
  next_try_at: Instant.nullable().openapi({ description: "Null: at once, or not by itself." }),
  waits_for: z.enum(WAIT_CODES).nullable(),
  also_in: z.array(z.object({
    calendar_id: z.string().openapi({ description: "The provider's." }),
    reason: z.string().openapi({
      description:
        "moved_by_user, interrupted, or the provider's word for why the event could not be removed.",
    }),
    since: Instant,
  })).openapi({
    description: "Other calendars of the account in which an event of it was found and is to go.",
  }),
  last_error: z.union([LastError, z.null()]).openapi({ description: "The integration's." }),
  message: z.string().openapi({ description: "For people." }),
}).openapi("Explained", { description: "Why an obligation is, or is not, in one calendar." });

export const Explanation = z.object({ obligation_id: Id, integrations: z.array(Explained) }).openapi(
  "Explanation",
);

const Period = z.object({
  account_email: Email,
  provider: ProviderName,
  integration_id: Id,
  calendar_id: z.string().nullable().openapi({ description: "The provider's." }),
  calendar_name: CalendarName,
  in_calendar: z.boolean().openapi({ description: "False: it was wanted there, and was not there." }),
  event_id: z.string().nullable().openapi({ description: "The provider's." }),
  title: z.string().nullable().openapi({
    description: "As the event showed it; null where that is not known.",
  }),
  due: z.string().nullable().openapi({
    description: "As the event showed it: a calendar date or an instant in UTC (RFC 3339); null: not known.",
  }),
  from_at: Instant.nullable().openapi({ description: "Null: before anything that is still kept." }),
  until_at: Instant.nullable().openapi({ description: "Null: still." }),
  reason: z.string().nullable().openapi({
    description: "Why it was not there, or why changes did not reach the event meanwhile.",
    examples: ["paused: calendar_missing", "rejected: too_long"],
  }),
  began_with: z.string().nullable(),
  began_by: Cause,
  began_request_id: z.string().nullable(),
  ended_with: z.string().nullable(),
  ended_by: Cause,
  ended_request_id: z.string().nullable(),
}).openapi("Period", {
  description: "From when to when something was true of an obligation in one calendar.",
});

export const Evidence = z.object({ obligation_id: Id, periods: z.array(Period) }).openapi("Evidence");

export const Feed = z.object({
  id: Id,
  name: z.string(),
  settings: z.object({
    obligation_types: z.array(z.string()).nullable().openapi({ description: "Null: all." }),
    look_back_days: z.int(),
    look_ahead_days: z.int().nullable().openapi({ description: "Null: no end." }),
    reminders_minutes: z.array(z.int()),
    completed_events: z.enum(["keep", "remove"]),
  }),
  created_at: Instant,
  expires_at: Instant.nullable().openapi({ description: "When it ends by itself. Null: never." }),
  last_used_at: Instant.nullable().openapi({
    description: "When it was last read at this address, give or take an hour.",
  }),
  last_client: z.enum(CLIENT_KINDS).nullable().openapi({ description: "By what kind of program." }),
}).openapi("Feed", { description: "A calendar at a secret address." });

export const Feeds = z.object({ feeds: z.array(Feed) }).openapi("Feeds");

export const FeedAddress = z.object({
  ...Feed.shape,
  url: z.string().openapi({ format: "uri", description: "Whoever has it reads the feed. Shown this once." }),
}).openapi("FeedAddress");

export const ObligationTypes = z.object({ obligation_types: z.array(z.string()) }).openapi("ObligationTypes");

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

export const Notice = z.object({
  id: Id,
  kind: z.enum(NOTICE_KINDS),
  severity: z.enum(SEVERITIES),
  created_at: Instant,
  integration_id: Id.nullable().openapi({ description: "Null: it is about no calendar." }),
  obligation_id: Id.nullable().openapi({ description: "Null: it is about no single obligation." }),
  message: z.string().openapi({ description: "For people: what happened, and what to do." }),
  action_url: z.string().openapi({ format: "uri", description: "The page where something can be done." }),
  dismissed_at: Instant.nullable().openapi({
    description: "When the user dismissed it, or it was mended. Null: it is still to be read.",
  }),
}).openapi("Notice", { description: "What a user has to know." });

export const Notices = z.object({
  notices: z.array(Notice),
  unread: z.int().openapi({ description: "How many are not dismissed." }),
}).openapi("Notices");

const Mode = z.enum(MAIL_MODES);

export const Notifications = z.object({
  email: Email.openapi({ description: "Where mail goes: the address of the user's account." }),
  kinds: z.object({
    connection_lost: Mode,
    connection_paused: Mode,
    deadline_failed: Mode,
    deadline_restored: Mode,
    deadline_hidden: Mode,
    proposal_opened: Mode,
    connection_added: Mode,
    key_added: Mode,
    webhook_added: Mode,
    webhook_disabled: Mode,
  }),
  suppressed: z.boolean().openapi({
    description:
      "A mail server refused this address for good: nothing is sent until the user has another one.",
  }),
}).openapi("Notifications", { description: "What the user is told by mail, and when." });

export const KeyScope = z.enum(KEY_SCOPES).openapi("KeyScope", { description: "What an API key opens." });

export const ApiKey = z.object({
  id: z.string().openapi({ description: "The public characters of the key." }),
  name: z.string(),
  scopes: z.array(KeyScope),
  created_at: Instant,
  expires_at: Instant.openapi({ description: "From when on it opens nothing." }),
  last_used_at: Instant.nullable().openapi({ description: "Give or take an hour. Null: never." }),
  replaced_by: z.string().nullable().openapi({
    description: "The id of the key that it was rotated to; until expires_at both are good.",
  }),
}).openapi("ApiKey", { description: "With it a program calls for the user, within its scopes." });

export const ApiKeys = z.object({ keys: z.array(ApiKey) }).openapi("ApiKeys");

export const NewApiKey = z.object({
  ...ApiKey.shape,
  key: z.string().openapi({ description: "eck_live_…: what the program sends. Shown this once." }),
}).openapi("NewApiKey");

export const WebhookType = z.enum(WEBHOOK_TYPES, `must be one of ${WEBHOOK_TYPES.join(", ")}`)
  .openapi("WebhookType");

export const Webhook = z.object({
  id: Id,
  url: z.string().openapi({ format: "uri" }),
  types: z.array(WebhookType),
  enabled: z.boolean(),
  disabled_because: z.enum(DISABLED_BECAUSE).nullable().openapi({
    description:
      "gone: it answered 410. failing: every attempt failed for five days. Null: it is on, or a person switched it off.",
  }),
  failing_since: Instant.nullable().openapi({
    description: "The first failure since the last success. Null: none.",
  }),
  previous_secret_until: Instant.nullable().openapi({
    description: "Until when the secret before the last rotation signs along.",
  }),
  created_at: Instant,
  last_day: z.object({ delivered: z.int(), failed: z.int(), waiting: z.int() }).openapi({
    description: "What became of the events of the last 24 hours; waiting: to be sent, or tried again.",
  }),
}).openapi("Webhook", { description: "An address that is told what happens to the user's calendars." });

export const Webhooks = z.object({ webhooks: z.array(Webhook) }).openapi("Webhooks");

export const WebhookWithSecret = z.object({
  ...Webhook.shape,
  secret: z.string().openapi({
    description:
      "whsec_ and 32 bytes in base64, with which calls are signed (Standard Webhooks). Shown this once.",
  }),
}).openapi("WebhookWithSecret");

export const Delivery = z.object({
  id: Id,
  event_id: z.string().openapi({ description: "The header webhook-id: the same with every attempt." }),
  type: WebhookType,
  state: z.enum(["pending", "retrying", "delivered", "failed"]),
  attempts: z.array(z.object({
    at: Instant,
    status: z.int().nullable().openapi({ description: "What the receiver answered. Null: nothing." }),
    error: z.string().optional().openapi({
      description:
        "status: it was no success. redirect: it was one, which is not followed. no_answer: none within 10 s. unreachable: no connection. gone: 410. address_not_allowed: CALENDAR_WEBHOOK_HOSTS does not allow the address any more.",
    }),
  })).openapi({ description: "The last 20, oldest first." }),
  created_at: Instant,
  next_attempt_at: Instant.nullable().openapi({
    description: "Null: it ended, or it is being sent at this moment.",
  }),
}).openapi("Delivery", { description: "An event on its way to a webhook." });

export const Deliveries = z.object({ deliveries: z.array(Delivery) }).openapi("Deliveries");
