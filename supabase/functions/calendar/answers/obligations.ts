import { z } from "@hono/zod-openapi";
import { EXPLANATION_CODES, PROBLEM_CODES, WAIT_CODES } from "../../_shared/domain/explanation.ts";
import { ProviderName } from "../../_shared/providers/registry.ts";
import { LastError } from "./integrations.ts";
import {
  CalendarName,
  Cause,
  Due,
  Email,
  EventUrl,
  Id,
  Instant,
  ObligationUrl,
  Reason,
  Title,
} from "./parts.ts";
import { When } from "./proposals.ts";

const Stands = z.union([When, z.null()]).openapi({
  description:
    "Where the event stands if it was moved in the calendar. Null: it stands on its deadline, or there is no event.",
});

export const Problem = z.object({
  integration_id: Id,
  provider: ProviderName,
  account_email: Email,
  calendar_name: CalendarName,
  obligation_id: Id,
  title: Title,
  due: Due,
  event_url: EventUrl,
  obligation_url: ObligationUrl,
  code: z.enum(PROBLEM_CODES).openapi({
    description:
      "given_up: it failed several times. rejected: the provider does not accept it, or somebody else changes it each time (changed_again).",
  }),
  reason: Reason,
  stands: Stands,
  message: z.string().openapi({ description: "For people." }),
  since: Instant,
  attempts: z.int(),
}).openapi("Problem", { description: "An obligation that is no longer retried." });

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
  url: z.string().nullable().openapi({ description: "Where the host shows it." }),
}).openapi("Obligation");

export const Obligations = z.object({ obligations: z.array(Obligation) }).openapi("Obligations");

export const Explained = z.object({
  integration_id: Id,
  provider: ProviderName,
  account_email: Email,
  calendar_name: CalendarName,
  in_calendar: z.boolean(),
  event_id: z.string().nullable().openapi({ description: "The provider's." }),
  event_url: EventUrl,
  synced_at: Instant.nullable().openapi({ description: "When the event was last written." }),
  code: z.enum(EXPLANATION_CODES),
  reason: Reason,
  stands: Stands,
  since: Instant.nullable().openapi({
    description: "Since when it has been waiting, is given up, stands elsewhere, or is hidden by its user.",
  }),
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
