import assert from "node:assert/strict";
import { z } from "zod";
import type { CalendarApi } from "../../support/calendar-api.ts";
import { until } from "../../support/calendar-api.ts";

const Webhook = z.object({
  id: z.string(),
  url: z.string(),
  types: z.array(z.string()),
  enabled: z.boolean(),
  disabled_because: z.string().nullable(),
  failing_since: z.string().nullable(),
  last_day: z.object({ delivered: z.number(), failed: z.number(), waiting: z.number() }),
});
export type Webhook = z.infer<typeof Webhook>;

const WithSecret = Webhook.extend({ secret: z.string() });

const Delivery = z.object({
  id: z.string(),
  event_id: z.string(),
  type: z.string(),
  state: z.string(),
  attempts: z.array(
    z.object({ at: z.string(), status: z.number().nullable(), error: z.string().optional() }),
  ),
  next_attempt_at: z.string().nullable(),
});
export type Delivery = z.infer<typeof Delivery>;

export const ALL_TYPES = [
  "connection.connected",
  "connection.disconnected",
  "connection.paused",
  "connection.resumed",
  "connection.removed",
  "deadline.shown",
  "deadline.updated",
  "deadline.removed",
  "deadline.failed",
  "deadline.recovered",
];

/** Calls and reads the answer. */
export async function ask(
  api: CalendarApi,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ readonly status: number; readonly body: unknown; readonly code: string | null }> {
  const response = await api.request(method, path, body);
  const text = await response.text();
  const read: unknown = text === "" ? null : JSON.parse(text);
  return {
    status: response.status,
    body: read,
    code: z.object({ code: z.string() }).safeParse(read).data?.code ?? null,
  };
}

export async function addWebhook(
  api: CalendarApi,
  url: string,
  types: readonly string[] = ALL_TYPES,
): Promise<z.infer<typeof WithSecret>> {
  const { status, body } = await ask(api, "POST", "/webhooks", { url, types });
  assert.equal(status, 201, JSON.stringify(body));
  return WithSecret.parse(body);
}

export async function rotate(api: CalendarApi, id: string): Promise<string> {
  const { status, body } = await ask(api, "POST", `/webhooks/${id}/rotate`);
  assert.equal(status, 200);
  return WithSecret.parse(body).secret;
}

export async function test(api: CalendarApi, id: string): Promise<Delivery> {
  const { status, body } = await ask(api, "POST", `/webhooks/${id}/test`);
  assert.equal(status, 202, JSON.stringify(body));
  return Delivery.parse(body);
}

export async function webhooksOf(api: CalendarApi): Promise<Webhook[]> {
  const { body } = await ask(api, "GET", "/webhooks");
  return z.object({ webhooks: z.array(Webhook) }).parse(body).webhooks;
}

export async function deliveriesOf(api: CalendarApi, id: string): Promise<Delivery[]> {
  const { status, body } = await ask(api, "GET", `/webhooks/${id}/deliveries`);
  assert.equal(status, 200, JSON.stringify(body));
  return z.object({ deliveries: z.array(Delivery) }).parse(body).deliveries;
}

/** Waits until a delivery is as it should be. */
export async function untilDelivery(
  api: CalendarApi,
  id: string,
  wanted: (delivery: Delivery) => boolean,
  timeout_ms = 20_000,
): Promise<Delivery> {
  const list = () => deliveriesOf(api, id);
  return await until(async () => (await list()).find(wanted), timeout_ms, list);
}
