import { type Context, Hono } from "hono";
import { z } from "zod";
import type { ApiEnv } from "./access.ts";
import { GoogleError, invalid, required } from "./errors.ts";
import type { CalendarEntry, EmulatorState } from "./state.ts";

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** A number of 64 bits: as text, or as a number. */
const Int64 = z.union([z.string().regex(/^\d+$/), z.int()]).transform(Number);
const WatchBody = z.strictObject({
  id: z.string().regex(/^[A-Za-z0-9\-_+/=]{1,64}$/),
  type: z.enum(["web_hook", "webhook"]),
  address: z.string(),
  token: z.string().max(256).optional(),
  expiration: Int64.optional(),
  params: z.strictObject({ ttl: Int64 }).optional(),
  payload: z.boolean().optional(),
});
const StopBody = z.object({ id: z.string(), resourceId: z.string() });

/** `events.watch`, of a calendar that may be read. */
export async function watchEvents(
  c: Context<ApiEnv>,
  calendar: CalendarEntry,
  { channels }: EmulatorState,
): Promise<Response> {
  const body = WatchBody.safeParse(await c.req.json().catch(() => null));
  if (!body.success) throw invalid(`Invalid value at '${body.error.issues[0]?.path.join(".") ?? ""}'`);
  const { id, type, address, token, expiration, params } = body.data;
  if (!mayBeCalled(address)) {
    throw new GoogleError(400, "push.webhookUrlNotHttps", `WebHook callback must be HTTPS: ${address}`);
  }
  if (channels.hasUsed(id)) {
    throw new GoogleError(400, "channelIdNotUnique", `Channel id ${id} not unique`);
  }
  const asked_life_ms = expiration === undefined
    ? params === undefined ? null : params.ttl * 1000
    : expiration - Date.now();
  const { origin } = new URL(c.req.url);
  const { grant } = c.var;
  const channel = await channels.open({
    id,
    calendar_id: calendar.id,
    resource_uri: `${origin}/calendar/v3/calendars/${encodeURIComponent(calendar.id)}/events?alt=json`,
    address,
    token: token ?? null,
    asked_life_ms,
    client_id: grant.client_id,
    sub: grant.account.sub,
  });
  return c.json({
    kind: "api#channel",
    id,
    resourceId: channel.resource_id,
    resourceUri: channel.resource_uri,
    ...(token === undefined ? {} : { token }),
    expiration: String(channel.expires_at_ms),
    type,
  });
}

/** Google calls https alone; this machine may be called without. */
function mayBeCalled(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol === "https:" || (protocol === "http:" && LOOPBACK.test(hostname));
}

/** `/channels`. */
export function channelRoutes({ channels }: EmulatorState): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  app.post("/stop", async (c) => {
    const body = StopBody.safeParse(await c.req.json().catch(() => null));
    if (!body.success) throw required("Required: id, resourceId");
    const { id, resourceId } = body.data;
    const { grant } = c.var;
    const by = { client_id: grant.client_id, sub: grant.account.sub };
    if (!channels.stop(id, resourceId, by)) {
      throw new GoogleError(404, "notFound", `Channel '${id}' not found for project`);
    }
    return c.body(null, 204);
  });
  return app;
}
