import { z } from "@hono/zod-openapi";
import { judgeWebhookAddress } from "../../_shared/notices/webhook-address.ts";
import { ApiError } from "../../_shared/platform/errors.ts";
import type { Rpc } from "../../_shared/platform/rpc.ts";
import { AddressNotAllowed, type HostPolicy } from "../../_shared/transport/safe-fetch.ts";
import { Delivery, Webhook, WebhookWithSecret } from "../answers/webhooks.ts";
import type { CalendarApp } from "../app.ts";
import { WEBHOOK_URL_CHARACTERS_MAX } from "../requests.ts";
import * as routes from "../routes/webhooks.ts";

/** As `calendar_replay_webhook` and `calendar_retry_delivery` answer. */
const SentAgain = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("queued"), queued: z.int() }),
  z.object({ kind: z.literal("unknown") }),
  z.object({ kind: z.literal("switched_off") }),
]);

/** Outgoing webhooks. Their addresses are judged here; their secrets are made in the database and go into the answer alone. */
export function addWebhooks(
  app: CalendarApp,
  { rpc, policy }: { readonly rpc: Rpc; readonly policy: HostPolicy },
): void {
  /** As it is kept. */
  const addressOf = (text: string): string => {
    try {
      const { url } = judgeWebhookAddress(policy, text);
      if (url.length <= WEBHOOK_URL_CHARACTERS_MAX) return url;
    } catch (error: unknown) {
      if (error instanceof AddressNotAllowed) throw new ApiError(422, "address_not_allowed", error.message);
      throw error;
    }
    const message = `url: must have at most ${WEBHOOK_URL_CHARACTERS_MAX} characters as it is called`;
    throw new ApiError(400, "invalid_request", message);
  };

  /** What is not the caller's is not found, whatever else is wrong. */
  const addressOfOwn = async (user_id: string, webhook_id: string, text: string): Promise<string> => {
    try {
      return addressOf(text);
    } catch (error: unknown) {
      const own = await rpc("calendar_webhooks", { p_user_id: user_id }, z.array(Webhook));
      throw own.some(({ id }) => id === webhook_id) ? error : noSuchWebhook();
    }
  };

  app.openapi(routes.webhooks, async (c) => {
    const webhooks = await rpc("calendar_webhooks", { p_user_id: c.var.user_id }, z.array(Webhook));
    return c.json({ webhooks }, 200);
  });

  app.openapi(routes.createWebhook, async (c) => {
    const { url, types } = c.req.valid("json");
    const args = { p_user_id: c.var.user_id, p_url: addressOf(url), p_types: types };
    const webhook = await rpc("calendar_create_webhook", args, WebhookWithSecret.nullable());
    if (webhook === null) {
      throw new ApiError(409, "too_many_webhooks", "You have 5 webhooks. Delete one first.");
    }
    return c.json(webhook, 201);
  });

  app.openapi(routes.changeWebhook, async (c) => {
    const { url, types, enabled } = c.req.valid("json");
    const { id } = c.req.valid("param");
    const webhook = await rpc("calendar_update_webhook", {
      p_user_id: c.var.user_id,
      p_webhook_id: id,
      p_url: url === undefined ? null : await addressOfOwn(c.var.user_id, id, url),
      p_types: types ?? null,
      p_enabled: enabled ?? null,
    }, Webhook.nullable());
    if (webhook === null) throw noSuchWebhook();
    return c.json(webhook, 200);
  });

  app.openapi(routes.deleteWebhook, async (c) => {
    const args = { p_user_id: c.var.user_id, p_webhook_id: c.req.valid("param").id };
    if (!await rpc("calendar_delete_webhook", args, z.boolean())) throw noSuchWebhook();
    return c.body(null, 204);
  });

  app.openapi(routes.testWebhook, async (c) => {
    const args = { p_user_id: c.var.user_id, p_webhook_id: c.req.valid("param").id };
    const delivery = await rpc("calendar_test_webhook", args, Delivery.nullable());
    if (delivery === null) throw noSuchWebhook();
    return c.json(delivery, 202);
  });

  app.openapi(routes.rotateWebhook, async (c) => {
    const args = { p_user_id: c.var.user_id, p_webhook_id: c.req.valid("param").id };
    const webhook = await rpc("calendar_rotate_webhook", args, WebhookWithSecret.nullable());
    if (webhook === null) throw noSuchWebhook();
    return c.json(webhook, 200);
  });

  app.openapi(routes.replayWebhook, async (c) => {
    const sent = await rpc("calendar_replay_webhook", {
      p_user_id: c.var.user_id,
      p_webhook_id: c.req.valid("param").id,
      p_since: c.req.valid("json").since,
    }, SentAgain);
    return c.json({ queued: countSent(sent, noSuchWebhook) }, 202);
  });

  app.openapi(routes.deliveries, async (c) => {
    const deliveries = await rpc("calendar_webhook_deliveries", {
      p_user_id: c.var.user_id,
      p_webhook_id: c.req.valid("param").id,
      p_limit: c.req.valid("query").limit,
    }, z.array(Delivery).nullable());
    if (deliveries === null) throw noSuchWebhook();
    return c.json({ deliveries }, 200);
  });

  app.openapi(routes.retryDelivery, async (c) => {
    const { id, delivery_id } = c.req.valid("param");
    const args = { p_user_id: c.var.user_id, p_webhook_id: id, p_delivery_id: delivery_id };
    const sent = await rpc("calendar_retry_delivery", args, SentAgain);
    return c.json({ queued: countSent(sent, noSuchDelivery) }, 202);
  });
}

/** How many events are sent again. */
function countSent(sent: z.infer<typeof SentAgain>, unknown: () => ApiError): number {
  switch (sent.kind) {
    case "queued":
      return sent.queued;
    case "unknown":
      throw unknown();
    case "switched_off":
      throw new ApiError(409, "webhook_disabled", "This webhook is switched off. Switch it on first.");
  }
}

function noSuchDelivery(): ApiError {
  return new ApiError(404, "not_found", "You have no such delivery.");
}

function noSuchWebhook(): ApiError {
  return new ApiError(404, "not_found", "You have no such webhook.");
}
