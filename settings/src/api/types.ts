import type { components } from "./schema.ts";

type Schemas = components["schemas"];

/** One connected calendar account. */
export type Integration = Schemas["Integration"];
export type ProviderName = Integration["provider"];
export type IntegrationSettings = Integration["settings"];
export type Calendar = Schemas["Calendar"];
export type Activity = Schemas["Activity"];
export type Problem = Schemas["Problem"];
export type Obligation = Schemas["Obligation"];
/** Why an obligation is, or is not, in one calendar. */
export type ExplainedIntegration = Schemas["Explained"];

/** What a user is asked for: a calendar of our own, or also the existing ones. */
export type Access = Integration["access"];

/** What becomes of the events of an account that is disconnected. */
export type EventsChoice = "keep" | "remove";
