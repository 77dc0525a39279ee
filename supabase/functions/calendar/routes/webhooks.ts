import { createRoute } from "@hono/zod-openapi";
import { Queued } from "../answers/parts.ts";
import { Deliveries, Delivery, Webhook, Webhooks, WebhookWithSecret } from "../answers/webhooks.ts";
import {
  DeliveriesQuery,
  DeliveryPath,
  NewWebhookBody,
  PatchWebhookBody,
  ReplayBody,
  WebhookPath,
} from "../requests.ts";
import { ANY_USER, AS_USER, INVALID, json, NOT_YOURS, refused, required, WITH_BODY } from "./parts.ts";

const tags = ["Webhooks"];

const SWITCHED_ON = {
  409: refused("webhook_disabled: switch it on first."),
} as const;

const ADDRESS = {
  422: refused("address_not_allowed: the message says what is wrong with the address."),
} as const;

export const webhooks = createRoute({
  method: "get",
  path: "/webhooks",
  operationId: "listWebhooks",
  summary: "The user's webhooks",
  tags,
  security: AS_USER,
  responses: { 200: { description: "Oldest first.", ...json(Webhooks) }, ...ANY_USER },
});

export const createWebhook = createRoute({
  method: "post",
  path: "/webhooks",
  operationId: "createWebhook",
  summary: "Add a webhook",
  description: "It is active at once. The secret is shown once. If it is lost, make a new one.",
  tags,
  security: AS_USER,
  request: { body: required(NewWebhookBody) },
  responses: {
    201: { description: "The webhook and its secret.", ...json(WebhookWithSecret) },
    ...ANY_USER,
    ...WITH_BODY,
    ...INVALID,
    ...ADDRESS,
    409: refused("too_many_webhooks: the user has 5; delete one first."),
  },
});

export const changeWebhook = createRoute({
  method: "patch",
  path: "/webhooks/{id}",
  operationId: "changeWebhook",
  summary: "Change a webhook's address or types, or switch it on or off",
  description: "What is not given stays. An unknown key is refused, and then nothing changes.",
  tags,
  security: AS_USER,
  request: { params: WebhookPath, body: required(PatchWebhookBody) },
  responses: {
    200: { description: "The webhook as it is now.", ...json(Webhook) },
    ...ANY_USER,
    ...WITH_BODY,
    ...INVALID,
    ...ADDRESS,
    ...NOT_YOURS,
  },
});

export const deleteWebhook = createRoute({
  method: "delete",
  path: "/webhooks/{id}",
  operationId: "deleteWebhook",
  summary: "Delete a webhook",
  description: "Its secrets and deliveries go with it.",
  tags,
  security: AS_USER,
  request: { params: WebhookPath },
  responses: {
    204: { description: "Nothing is sent there any more." },
    ...ANY_USER,
    ...INVALID,
    ...NOT_YOURS,
  },
});

export const testWebhook = createRoute({
  method: "post",
  path: "/webhooks/{id}/test",
  operationId: "testWebhook",
  summary: "Send a test event",
  description:
    "Of the type webhook.test, whatever types were chosen, also to a webhook that is switched off.",
  tags,
  security: AS_USER,
  request: { params: WebhookPath },
  responses: {
    202: { description: "What is being sent; its outcome is among the deliveries.", ...json(Delivery) },
    ...ANY_USER,
    ...INVALID,
    ...NOT_YOURS,
  },
});

export const rotateWebhook = createRoute({
  method: "post",
  path: "/webhooks/{id}/rotate",
  operationId: "rotateWebhook",
  summary: "Give a webhook another secret",
  description: "For a day calls are signed with both. The new secret is shown this once.",
  tags,
  security: AS_USER,
  request: { params: WebhookPath },
  responses: {
    200: { description: "The webhook and its new secret.", ...json(WebhookWithSecret) },
    ...ANY_USER,
    ...INVALID,
    ...NOT_YOURS,
  },
});

export const replayWebhook = createRoute({
  method: "post",
  path: "/webhooks/{id}/replay",
  operationId: "replayWebhook",
  summary: "Send everything again since a moment",
  description: "With the same event ids, whatever became of it, as far as it is kept: for 30 days.",
  tags,
  security: AS_USER,
  request: { params: WebhookPath, body: required(ReplayBody) },
  responses: {
    202: { description: "How many events are sent again.", ...json(Queued) },
    ...ANY_USER,
    ...WITH_BODY,
    ...INVALID,
    ...NOT_YOURS,
    ...SWITCHED_ON,
  },
});

export const deliveries = createRoute({
  method: "get",
  path: "/webhooks/{id}/deliveries",
  operationId: "listDeliveries",
  summary: "What was sent to a webhook, and what is waiting",
  tags,
  security: AS_USER,
  request: { params: WebhookPath, query: DeliveriesQuery },
  responses: {
    200: { description: "Newest first.", ...json(Deliveries) },
    ...ANY_USER,
    ...INVALID,
    ...NOT_YOURS,
  },
});

export const retryDelivery = createRoute({
  method: "post",
  path: "/webhooks/{id}/deliveries/{delivery_id}/retry",
  operationId: "retryDelivery",
  summary: "Send one event again",
  description:
    "With the same event id, whatever became of it. To a webhook that is switched off a webhook.test alone.",
  tags,
  security: AS_USER,
  request: { params: DeliveryPath },
  responses: {
    202: { description: "How many events are sent again.", ...json(Queued) },
    ...ANY_USER,
    ...INVALID,
    ...NOT_YOURS,
    ...SWITCHED_ON,
  },
});
