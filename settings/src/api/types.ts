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
/** Why an obligation is, or is not, in one calendar. */
export type ExplainedIntegration = Answers["Explained"];

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
