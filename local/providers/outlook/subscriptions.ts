import { type Context, Hono } from "hono";
import { z } from "zod";
import { type GraphEnv, jsonOf } from "./access.ts";
import { GraphError, invalidRequest, unreadable } from "./errors.ts";
import { findCalendar } from "./mailbox.ts";
import { knownEvents } from "./notifications.ts";
import { pageOf, parseQuery } from "./query.ts";
import type { ChangeType, OutlookAccount, OutlookState, OutlookSubscription } from "./state.ts";

/** Shorter lives are made this long. */
const MINUTES_MIN = 45;
const MINUTE_MS = 60_000;
const CLIENT_STATE_MAX = 128;
const VALIDATION_TIMEOUT_MS = 10_000;
const RESOURCE = /^\/?(?:me|users\/[^/]+)\/(?:calendars\/([^/]+)\/)?events$/i;
const CHANGE_TYPES: readonly ChangeType[] = ["created", "updated", "deleted"];

const NewSubscription = z.strictObject({
  changeType: z.string(),
  notificationUrl: z.string(),
  lifecycleNotificationUrl: z.string().nullish(),
  resource: z.string(),
  expirationDateTime: z.iso.datetime({ offset: true }),
  clientState: z.string().nullish(),
  latestSupportedTlsVersion: z.string().nullish(),
});
const Renewal = z.strictObject({ expirationDateTime: z.iso.datetime({ offset: true }) });

/** `/subscriptions`: of events, in one calendar or in all of the mailbox. */
export function subscriptionRoutes(state: OutlookState): Hono<GraphEnv> {
  const app = new Hono<GraphEnv>();

  app.post("/", async (c) => {
    const { account } = c.var.grant;
    const parsed = NewSubscription.safeParse(await jsonOf(c.req.raw));
    if (!parsed.success) throw unreadable(z.prettifyError(parsed.error));
    const body = parsed.data;
    const calendar_id = calendarOf(account, body.resource);
    const change_types = changeTypesOf(body.changeType);
    if ((body.clientState?.length ?? 0) > CLIENT_STATE_MAX) {
      throw badRequest(`The 'clientState' is longer than ${CLIENT_STATE_MAX} characters.`);
    }
    const expires_at = expiryOf(body.expirationDateTime, state);
    checkRoom(account, calendar_id, change_types);
    const urls = [body.notificationUrl, body.lifecycleNotificationUrl].filter((url) =>
      typeof url === "string"
    );
    for (const url of new Set(urls)) await validate(url);
    const subscription: OutlookSubscription = {
      id: crypto.randomUUID(),
      account,
      resource: body.resource,
      calendar_id,
      change_types,
      notification_url: body.notificationUrl,
      lifecycle_url: body.lifecycleNotificationUrl ?? null,
      client_state: body.clientState ?? null,
      id_form: c.var.prefer.id_form,
      expires_at,
      known: knownEvents(account, calendar_id),
    };
    state.subscriptions.set(subscription.id, subscription);
    state.nextRevision();
    return c.json({ ...resourceOf(subscription), clientState: subscription.client_state }, 201);
  });

  app.get("/", (c) => {
    const query = parseQuery(c.req.url, []);
    return c.json(pageOf(c.req.url, query, own(c.var.grant.account), state.page_size_max, resourceOf));
  });

  app.get("/:id", (c) => c.json(resourceOf(find(c))));

  app.patch("/:id", async (c) => {
    const parsed = Renewal.safeParse(await jsonOf(c.req.raw));
    if (!parsed.success) throw unreadable(z.prettifyError(parsed.error));
    const subscription = find(c);
    const expires_at = expiryOf(parsed.data.expirationDateTime, state);
    await validate(subscription.notification_url);
    subscription.expires_at = expires_at;
    state.nextRevision();
    return c.json(resourceOf(subscription));
  });

  app.delete("/:id", (c) => {
    state.subscriptions.delete(find(c).id);
    state.nextRevision();
    return c.body(null, 204);
  });

  /** Those that have not ended. */
  function own(account: OutlookAccount): OutlookSubscription[] {
    for (const { id, expires_at } of state.subscriptions.values()) {
      if (expires_at < Date.now()) state.subscriptions.delete(id);
    }
    return [...state.subscriptions.values()].filter((subscription) => subscription.account === account);
  }

  function find(c: Context<GraphEnv, "/:id">): OutlookSubscription {
    const found = own(c.var.grant.account).find(({ id }) => id === c.req.param("id"));
    if (!found) throw new GraphError(404, "ResourceNotFound", "The object was not found.");
    return found;
  }

  function checkRoom(
    account: OutlookAccount,
    calendar_id: string | null,
    change_types: readonly ChangeType[],
  ): void {
    const others = own(account);
    const is_double = others.some((other) =>
      other.calendar_id === calendar_id && other.change_types.join() === change_types.join()
    );
    if (is_double && state.refuse_second_subscriptions) {
      throw new GraphError(
        409,
        "Conflict",
        "A subscription with this changeType and resource exists already.",
      );
    }
    if (others.length >= state.subscriptions_max) {
      throw new GraphError(403, "Forbidden", "The mailbox has as many subscriptions as it may have.");
    }
  }

  return app;
}

/**
 * Asks an address to prove that it is its owner's: it has to answer with the token that is in the query.
 *
 * @throws GraphError 400 where it does not
 */
async function validate(address: string): Promise<void> {
  const url = URL.canParse(address) ? new URL(address) : null;
  const is_loopback = url?.protocol === "http:" && ["127.0.0.1", "localhost", "[::1]"].includes(url.hostname);
  if (url === null || (url.protocol !== "https:" && !is_loopback)) {
    throw badRequest("The notification URL has to begin with https://.");
  }
  // Everything that has to be decoded once and not twice.
  const token =
    `Validation: Testing client application reachability for subscription Request-Id: ${crypto.randomUUID()} +%2B&=é`;
  url.search = [url.search.slice(1), `validationToken=${encodeURIComponent(token)}`].filter((part) =>
    part !== ""
  )
    .join("&");
  let answer: { readonly status: number; readonly type: string; readonly body: string } | null = null;
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "text/plain; charset=utf-8" },
      redirect: "error",
      signal: AbortSignal.timeout(VALIDATION_TIMEOUT_MS),
    });
    const type = response.headers.get("content-type") ?? "";
    answer = { status: response.status, type, body: await response.text() };
  } catch {
    throw new GraphError(400, "ValidationError", "Subscription validation request timed out.");
  }
  if (answer.status !== 200 || !/^text\/plain\b/i.test(answer.type) || answer.body !== token) {
    throw new GraphError(
      400,
      "ValidationError",
      "Subscription validation request failed. Notification endpoint must respond with 200 OK to validation request.",
    );
  }
}

/** @returns null: every calendar */
function calendarOf(account: OutlookAccount, resource: string): string | null {
  const parts = RESOURCE.exec(resource);
  if (parts === null) throw badRequest(`The value '${resource}' of parameter 'Resource' is not supported.`);
  const [, id] = parts;
  return id === undefined ? null : findCalendar(account, decoded(id)).id;
}

function decoded(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    throw invalidRequest("Id is malformed.");
  }
}

function changeTypesOf(text: string): readonly ChangeType[] {
  const wanted = text.split(",").map((one) => one.trim());
  const known = CHANGE_TYPES.filter((type) => wanted.includes(type));
  if (known.length !== wanted.length) throw badRequest(`The changeType is not supported: '${text}'.`);
  return known;
}

function expiryOf(text: string, state: OutlookState): number {
  const minutes = (Date.parse(text) - Date.now()) / MINUTE_MS;
  if (minutes <= 0 || minutes > state.subscription_minutes_max) {
    throw badRequest(
      `Subscription expiration can only be ${state.subscription_minutes_max} minutes in the future.`,
    );
  }
  const granted_ms = state.channel_life_s === null
    ? Math.max(minutes, MINUTES_MIN) * MINUTE_MS
    : state.channel_life_s * 1000;
  return Date.now() + granted_ms;
}

function badRequest(message: string): GraphError {
  return new GraphError(400, "InvalidRequest", message);
}

/** A subscription as its client is shown it: never with its `clientState`. */
function resourceOf(subscription: OutlookSubscription): Record<string, unknown> {
  return {
    id: subscription.id,
    resource: subscription.resource,
    applicationId: "00000000-0000-0000-0000-000000000000",
    changeType: subscription.change_types.join(","),
    clientState: null,
    notificationUrl: subscription.notification_url,
    lifecycleNotificationUrl: subscription.lifecycle_url,
    expirationDateTime: new Date(subscription.expires_at).toISOString(),
    creatorId: subscription.account.oid,
    latestSupportedTlsVersion: "v1_2",
  };
}
