import { z } from "@hono/zod-openapi";
import { LAST_ERROR_CODES } from "../../_shared/domain/last-error.ts";
import { EventUrl, Instant, Reason } from "./parts.ts";

const TEST_EVENT_CODES = [
  ...LAST_ERROR_CODES,
  "rejected",
  "disconnected",
  "paused",
  "disconnecting",
] as const;

export const TestEvent = z.object({
  state: z.enum(["writing", "there", "removing", "refused"]).openapi({
    description:
      "writing: it is on its way. there: it stands in the calendar until remove_at. removing: it is about to go. refused: it was not written.",
  }),
  event_url: EventUrl,
  starts_at: Instant.nullable(),
  remove_at: Instant.nullable().openapi({ description: "When it is removed by itself." }),
  took_ms: z.int().nullable().openapi({ description: "From the call until it was in the calendar (there)." }),
  code: z.enum(TEST_EVENT_CODES).nullable().openapi({
    description: "Why it is refused or not there yet; codes of last_error among them.",
  }),
  reason: Reason,
  message: z.string().nullable().openapi({ description: "The code, for people." }),
}).openapi("TestEvent", { description: "An event that shows whether deadlines reach a calendar." });

export const TestEventAnswer = z.object({
  test_event: z.union([TestEvent, z.null()]).openapi({
    description: "Null: the calendar has no test event.",
  }),
}).openapi("TestEventAnswer");
