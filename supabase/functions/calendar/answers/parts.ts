import { z } from "@hono/zod-openapi";
import { OWN_REASONS } from "../../_shared/domain/own-reasons.ts";
import { ERROR_CODES } from "../../_shared/platform/errors.ts";

// Ids come from the host's tables too, so every form that Postgres takes is one.
export const Id = z.guid();

export const Instant = z.iso.datetime({ offset: true });
export const Email = z.string().nullable();
export const CalendarName = z.string().nullable();

export const Due = z.string().nullable().openapi({
  description: "The deadline: a calendar date (2027-01-31) or an instant in UTC (RFC 3339). Null: none.",
  examples: ["2027-01-31", "2027-01-31T09:00:00Z"],
});

export const Title = z.string().nullable().openapi({
  description: "As it is now. Null where the obligation is gone or somebody else's.",
});

export const Reason = z.string().nullable().openapi({
  description: `The provider's own word, the status of its answer (http_503), or one of ours: ${
    Object.keys(OWN_REASONS).join(", ")
  }. changed_again: somebody else changed the event each time that it was put back.`,
});

export const EventUrl = z.string().nullable().openapi({
  description:
    "The event's page in the provider's calendar application. Null: there is no event, or its provider has no such pages.",
});

export const ObligationUrl = z.string().nullable().openapi({
  description: "Where the host shows the obligation.",
});

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

export const Queued = z.object({ queued: z.int() }).openapi("Queued");

/** Who or what caused something, as its user may know: never whose id, nor which administrator. */
export const Cause = z.string().nullable().openapi({
  description:
    "you, another_user, or the kind of whatever it was: admin, database, nightly, service, worker …",
  examples: ["you", "worker"],
});
