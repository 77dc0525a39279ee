import type { components } from "./schema.ts";

/** The Calendar API's answers by their names in its OpenAPI document. */
export type Answers = components["schemas"];

/** One connected calendar account. */
export type Integration = Answers["Integration"];
export type ProviderName = Integration["provider"];
export type IntegrationSettings = Integration["settings"];
/** What `PATCH /status` takes. */
export type IntegrationChange = Answers["ChangeRequest"];
export type Calendar = Answers["Calendar"];
export type Activity = Answers["Activity"];
export type EventActivity = Answers["EventActivity"];
export type ConnectionActivity = Answers["ConnectionActivity"];
export type Problem = Answers["Problem"];
export type Obligation = Answers["Obligation"];
/** What `POST /connect` takes. */
export type ConnectRequest = Answers["ConnectRequest"];
/** A server that is known by name. */
export type Preset = Answers["Provider"]["presets"][number];
/** Why an obligation is, or is not, in one calendar. */
export type ExplainedIntegration = Answers["Explained"];

/** An event that shows whether deadlines reach a calendar. */
export type TestEvent = Answers["TestEvent"];

/** What a user is asked for: a calendar of our own, or also the existing ones. */
export type Access = Integration["access"];

/** What becomes of the events of an account that is disconnected. */
export type EventsChoice = "keep" | "remove";

/** A calendar link, without its secret address. */
export type Feed = Answers["Feed"];
/** One whose address was just made: it is in no other answer. */
export type NewFeed = Answers["FeedAddress"];
export type FeedSettings = Feed["settings"];
/** What `POST /feeds` takes. */
export type FeedRequest = Answers["FeedRequest"];

/** What a user chose once for everything. */
export type Preferences = Answers["Preferences"];
export type PreferencesChange = Answers["PreferencesChangeRequest"];

/** A deadline that the user moved in a calendar. */
export type Proposal = Answers["Proposal"];
export type Proposals = Answers["Proposals"];
export type When = Proposal["seen"];
/** What the user decides of it. */
export type Decision = "accept" | "dismiss" | "undo";

/** Something that the user has to be told. */
export type Notice = Answers["Notice"];
export type Notices = Answers["Notices"];
export type NoticeKind = Notice["kind"];

/** What the user is told by mail. */
export type Notifications = Answers["Notifications"];
export type MailMode = Notifications["kinds"][NoticeKind];

/** An API key, without its secret. */
export type ApiKey = Answers["ApiKey"];
/** One that was just made: its secret is in no other answer. */
export type NewApiKey = Answers["NewApiKey"];
/** What `POST /keys` takes. */
export type KeyRequest = Answers["KeyRequest"];

/** An address that is told what happens to the user's calendars, without its secret. */
export type Webhook = Answers["Webhook"];
/** One whose secret was just made: it is in no other answer. */
export type NewWebhook = Answers["WebhookWithSecret"];
/** What `POST /webhooks` takes. */
export type WebhookRequest = Answers["WebhookRequest"];
/** What `PATCH /webhooks/<id>` takes. */
export type WebhookChange = Answers["WebhookChangeRequest"];
/** An event on its way to a webhook. */
export type Delivery = Answers["Delivery"];
