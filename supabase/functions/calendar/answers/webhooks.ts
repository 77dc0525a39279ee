import { z } from "@hono/zod-openapi";
import { DISABLED_BECAUSE, WEBHOOK_TYPES } from "../../_shared/notices/webhook-types.ts";
import { Id, Instant } from "./parts.ts";

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
    description: "The first failure of the receiver since its last success. Null: none.",
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
        "status: it was no success. redirect: it was one, which is not followed. no_answer: none within 10 s. unreachable: no connection. gone: 410. address_not_allowed: CALENDAR_WEBHOOK_HOSTS does not allow the address any more. secret_unreadable: the signing secret cannot be read; give it a new one. timeout: no answer in time. switched_off: the webhook was switched off. aborted: we had to break off. internal: it could not be sent.",
    }),
  })).openapi({ description: "The last 20, oldest first." }),
  created_at: Instant,
  next_attempt_at: Instant.nullable().openapi({
    description: "Null: it ended, or it is being sent at this moment.",
  }),
}).openapi("Delivery", { description: "An event on its way to a webhook." });

export const Deliveries = z.object({ deliveries: z.array(Delivery) }).openapi("Deliveries");
