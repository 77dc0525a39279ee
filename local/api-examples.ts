import { z } from "zod";

/** What of a JSON Schema an example follows from. */
export const Schema = z.object({
  $ref: z.string().optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  format: z.string().optional(),
  description: z.string().optional(),
  enum: z.array(z.unknown()).optional(),
  examples: z.array(z.unknown()).optional(),
  default: z.unknown().optional(),
  minimum: z.number().optional(),
  required: z.array(z.string()).optional(),
  get properties() {
    return z.record(z.string(), Schema).optional();
  },
  get items() {
    return Schema.optional();
  },
  get anyOf() {
    return z.array(Schema).optional();
  },
  get oneOf() {
    return z.array(Schema).optional();
  },
  get allOf() {
    return z.array(Schema).optional();
  },
});
export type Schema = z.infer<typeof Schema>;
export type Schemas = Readonly<Record<string, Schema>>;

const ID = "75b3c907-1c24-4474-bab3-9a195b776a5b";
const CALENDAR_ID = "b2f7c1@group.calendar.google.com";
const URL_OF_RECEIVER = "https://app.example.com/calendar-events";
const URL_OF_EVENT = "https://calendar.google.com/calendar/event?eid=b2Js…&authuser=ada%40example.com";
const URL_OF_OBLIGATION = "https://app.example.com/obligations/42";
const URL_OF_PAGE = "https://app.example.com/settings/calendar";

const PROPOSAL = {
  id: "6f1f7a3e-0d0b-4a53-9d5c-0f5ad0e1c001",
  integration_id: ID,
  provider: "google",
  account_email: "ada@example.com",
  obligation_id: "cec13a01-5aa1-4b4f-a4da-342dde0a8eaa",
  title: "Air emissions report",
  event_url: URL_OF_EVENT,
  obligation_url: URL_OF_OBLIGATION,
  kind: "move",
  seen: { deadline_date: "2027-03-05" },
  legal: { deadline_date: "2027-03-01" },
  state: "open",
  event_state: "back",
  seen_at: "2027-02-01T09:00:00Z",
  decided_at: null,
  can_undo: false,
};
const TEST_EVENT = {
  state: "there",
  event_url: URL_OF_EVENT,
  starts_at: "2027-01-31T09:10:00Z",
  remove_at: "2027-01-31T09:12:00Z",
  took_ms: 840,
  code: null,
  reason: null,
  message: null,
};
const DECIDED_AT = "2027-02-01T09:05:00Z";

/** Of fields for which the schema names no example: by `Schema.field`, else by `field`. */
const BY_NAME: Readonly<Record<string, unknown>> = {
  "acceptProposal.answer": { ...PROPOSAL, state: "accepted", decided_at: DECIDED_AT, can_undo: true },
  "adminConsent.answer": {
    url: "https://login.microsoftonline.com/organizations/v2.0/adminconsent?client_id=…",
  },
  "adminConsent.provider": "outlook",
  "Address.url": "https://accounts.google.com/o/oauth2/v2/auth?client_id=…&state=…",
  "ApiKey.id": "4kT9cQ2mZx",
  "ApiKey.name": "Monthly report",
  "ApiKey.replaced_by": null,
  "Calendar.color": "#0b8043",
  "Calendar.id": CALENDAR_ID,
  "Calendar.name": "EcoComply deadlines",
  "Calendar.primary": false,
  "ConnectRequest.provider": "caldav",
  "ConnectRequest.server_url": "https://cloud.example.com",
  "dismissProposal.answer": { ...PROPOSAL, state: "dismissed", decided_at: DECIDED_AT },
  "Delivery.event_id": "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W",
  "Delivery.next_attempt_at": null,
  "Delivery.state": "delivered",
  "Error.code": "not_found",
  "Error.message": "There is no such integration.",
  "Explained.message": "The event is in the calendar.",
  "Explained.next_try_at": null,
  "Explained.since": null,
  "Explained.waits_for": null,
  "Feed.expires_at": null,
  "Feed.last_client": "apple",
  "Feed.name": "Auditor",
  "FeedAddress.expires_at": null,
  "FeedAddress.last_client": null,
  "FeedAddress.last_used_at": null,
  "FeedAddress.name": "Auditor",
  "FeedAddress.url": "https://abcdefghijklmnopqrst.supabase.co/functions/v1/calendar-feed/….ics",
  "FeedChangeRequest.name": "Auditor",
  "FeedRequest.name": "Auditor",
  "Integration.obligation_types": null,
  "Integration.status": "active",
  "Integration.synced": 42,
  "KeyRequest.name": "Monthly report",
  "LastError.message": "Connect the account again.",
  "NewApiKey.id": "4kT9cQ2mZx",
  "NewApiKey.key": "eck_live_4kT9cQ2mZx_…",
  "NewApiKey.last_used_at": null,
  "NewApiKey.name": "Monthly report",
  "NewApiKey.replaced_by": null,
  "Notice.dismissed_at": null,
  "Notice.code": "invalid_grant",
  "Notice.message": "The calendar account ada@example.com is no longer connected. Connect it again.",
  "Notice.name": null,
  "Notice.obligation_id": null,
  "Notice.severity": "critical",
  "Notices.unread": 1,
  "Notifications.deadline_failed": "daily",
  "Notifications.deadline_hidden": "off",
  "Notifications.deadline_restored": "off",
  "Notifications.proposal_opened": "off",
  "Notifications.webhook_disabled": "off",
  "NotificationsRequest.kinds": { deadline_failed: "immediately" },
  "Obligation.url": URL_OF_OBLIGATION,
  "Period.ended_by": null,
  "Period.ended_request_id": null,
  "Period.ended_with": null,
  "Period.reason": null,
  "Period.until_at": null,
  "Preset.name": "iCloud",
  "Problem.attempts": 1,
  "Problem.code": "rejected",
  "Problem.message": "The calendar does not accept this event.",
  "Problem.reason": "forbidden",
  "Proposals.open": 1,
  "Proposals.proposals": [PROPOSAL],
  "Provider.name": "Google Calendar",
  "Provider.presets": [],
  "removeTestEvent.answer": {
    test_event: { ...TEST_EVENT, state: "removing", event_url: null, took_ms: null },
  },
  "sendTestEvent.answer": { test_event: { ...TEST_EVENT, state: "writing", event_url: null, took_ms: null } },
  "testEvent.answer": { test_event: TEST_EVENT },
  "testWebhook.answer": {
    id: ID,
    event_id: "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W",
    type: "webhook.test",
    state: "pending",
    attempts: [],
    created_at: "2027-01-31T09:00:00Z",
    next_attempt_at: "2027-01-31T09:00:00Z",
  },
  "undoProposal.answer": PROPOSAL,
  "Webhook.delivered": 12,
  "Webhook.disabled_because": null,
  "Webhook.failing_since": null,
  "Webhook.previous_secret_until": null,
  "Webhook.types": ["connection.disconnected", "deadline.failed"],
  "Webhook.url": URL_OF_RECEIVER,
  "WebhookRequest.types": ["connection.disconnected", "deadline.failed"],
  "WebhookWithSecret.disabled_because": null,
  "WebhookWithSecret.failing_since": null,
  "WebhookWithSecret.previous_secret_until": null,
  "WebhookWithSecret.types": ["connection.disconnected", "deadline.failed"],
  "WebhookWithSecret.url": URL_OF_RECEIVER,
  account_email: "ada@example.com",
  also_in: [],
  attempts: [{ at: "2027-01-31T09:00:01Z", status: 204 }],
  began_request_id: "5c25e3d1-504d-4b0f-b38d-e9306d517b6a",
  began_with: "created",
  calendar_id: CALENDAR_ID,
  calendar_name: "EcoComply deadlines",
  connection: "<ticket>",
  email: "ada@example.com",
  events: 42,
  due: "2027-03-01",
  look_ahead_days: 365,
  look_back_days: 90,
  event_url: URL_OF_EVENT,
  event_id: "oblcec13a015aa14b4fa4da342dde0a8eaao8ae89d61887b42b4g0",
  last_error: null,
  obligation_id: "cec13a01-5aa1-4b4f-a4da-342dde0a8eaa",
  obligation_type: "VAT",
  obligation_url: URL_OF_OBLIGATION,
  obligation_types: ["VAT", "Payroll"],
  password: "<app password>",
  queued: 1,
  reason: null,
  redirect_to: URL_OF_PAGE,
  action_url: URL_OF_PAGE,
  reminders_minutes: [10080, 1440],
  search: "emissions",
  secret: "whsec_…",
  suppressed: false,
  time_zone: "Europe/Berlin",
  title: "Air emissions report",
  token: "<token>",
  total: 1,
  username: "ada@example.com",
};

/** Optional fields that one call rarely needs, or one answer rarely has. */
const LEFT_OUT: Readonly<Record<string, readonly string[]>> = {
  ChangeRequest: ["calendar_id"],
  ConfirmRequest: ["accept_less_access"],
  ConnectRequest: ["access", "calendar_id"],
  Error: ["details"],
  Integration: ["server"],
  RetryRequest: ["obligation_id"],
  SyncRequest: ["integration_id"],
  WebhookChangeRequest: ["url", "types"],
};

/**
 * An example of what a schema describes: what the schema gives itself, else what is known by the field's name, else by its type.
 *
 * @param field the name of the field, or of the argument
 * @param owner the name of the schema that the field belongs to
 */
export function exampleOf(schema: Schema, schemas: Schemas, field = "", owner = ""): unknown {
  for (const name of [`${owner}.${field}`, field]) {
    if (BY_NAME[name] !== undefined) return BY_NAME[name];
  }
  const reference = schema.$ref?.split("/").at(-1);
  if (reference !== undefined) {
    const target = schemas[reference];
    if (target === undefined) throw new Error(`There is no schema ${reference}.`);
    return exampleOf(target, schemas, "", reference);
  }
  if (schema.examples?.[0] !== undefined) return schema.examples[0];
  if (schema.enum !== undefined) return schema.enum[0];
  if (schema.allOf !== undefined) return exampleOf(schema.allOf[0] ?? {}, schemas, field, owner);
  const [choice] = schema.anyOf ?? schema.oneOf ?? [];
  if (choice !== undefined) return exampleOf(choice, schemas, field, owner);
  return exampleOfType(schema, schemas, field, owner);
}

function exampleOfType(schema: Schema, schemas: Schemas, field: string, owner: string): unknown {
  const [type] = [schema.type ?? []].flat();
  switch (type) {
    case "array":
      return schema.items === undefined ? [] : [exampleOf(schema.items, schemas, "", owner)];
    case "boolean":
      return schema.default ?? true;
    case "integer":
    case "number":
      return schema.default ?? Math.max(schema.minimum ?? 0, 0);
    case "string":
      return exampleOfText(schema, field);
    default:
      return exampleOfObject(schema, schemas, owner);
  }
}

function exampleOfText({ format }: Schema, field: string): string {
  switch (format) {
    case "uuid":
      return ID;
    case "date-time":
      return field === "expires_at" ? "2027-06-30T00:00:00Z" : "2027-01-31T09:00:00Z";
    case "date":
      return "2027-01-31";
    case "uri":
      return URL_OF_PAGE;
    default:
      throw new Error(`There is no example for the text ${field}.`);
  }
}

function exampleOfObject({ properties }: Schema, schemas: Schemas, owner: string): unknown {
  const left_out = LEFT_OUT[owner] ?? [];
  return Object.fromEntries(
    Object.entries(properties ?? {}).filter(([name]) => !left_out.includes(name))
      .map(([name, schema]) => [name, exampleOf(schema, schemas, name, owner)]),
  );
}
