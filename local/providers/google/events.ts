import { Hono } from "hono";
import { z } from "zod";
import { type ApiEnv, calendarOf, requireScope } from "./access.ts";
import { gone, GoogleError, invalid, notFound } from "./errors.ts";
import { checkEventId, checkTimes, type EventBody, mergeEvent, parseEventBody } from "./event-rules.ts";
import type { EmulatorState, EventResource } from "./state.ts";

const WRITE_SCOPES = ["calendar.app.created", "calendar.events.owned", "calendar.events", "calendar"];
const READ_SCOPES = [...WRITE_SCOPES, "calendar.events.readonly", "calendar.readonly"];
const MAX_RESULTS = 2500;

const ListQuery = z.strictObject({
  maxResults: z.coerce.number().int().min(1).max(MAX_RESULTS).default(250),
  pageToken: z.string().optional(),
  showDeleted: z.enum(["true", "false"]).default("false"),
  singleEvents: z.enum(["true", "false"]).optional(),
  orderBy: z.enum(["startTime", "updated"]).optional(),
  privateExtendedProperty: z.string().regex(/^[^=]+=/).optional(),
  timeMin: z.iso.datetime({ offset: true }).optional(),
  timeMax: z.iso.datetime({ offset: true }).optional(),
  fields: z.string().optional(),
});

/** `/calendars/{calendarId}/events`. */
export function eventRoutes(state: EmulatorState): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();

  app.post("/", async (c) => {
    requireScope(c.var.grant, WRITE_SCOPES);
    const calendar = calendarOf(c, "writer");
    const body = parseEventBody(await jsonOf(c.req.raw));
    const id = body.id ?? crypto.randomUUID().replaceAll("-", "");
    checkEventId(id);
    if (calendar.events.has(id)) {
      throw new GoogleError(409, "duplicate", "The requested identifier already exists.");
    }
    const now = new Date().toISOString();
    const blank: EventResource = {
      kind: "calendar#event",
      id,
      status: "confirmed",
      etag: "",
      created: now,
      updated: now,
      sequence: 0,
      iCalUID: `${id}@google.com`,
      eventType: "default",
      creator: { email: c.var.grant.account.email, self: true },
      organizer: { email: calendar.id, displayName: calendar.summary, self: true },
      start: {},
      end: {},
      reminders: { useDefault: true },
    };
    return c.json(store(blank, body, calendar.events));
  });

  app.get("/", (c) => {
    requireScope(c.var.grant, READ_SCOPES);
    const calendar = calendarOf(c, "reader");
    const query = ListQuery.safeParse(c.req.query());
    if (!query.success) throw invalid(`Invalid parameter: ${query.error.issues[0]?.path.join(".") ?? ""}`);
    const { maxResults, pageToken, showDeleted, privateExtendedProperty, timeMin, timeMax } = query.data;
    const found = [...calendar.events.values()].filter((event) =>
      (showDeleted === "true" || event.status !== "cancelled") &&
      hasProperty(event, privateExtendedProperty) &&
      (timeMin === undefined || instantOf(event, "end") > Date.parse(timeMin)) &&
      (timeMax === undefined || instantOf(event, "start") < Date.parse(timeMax))
    );
    const from = Number(pageToken ?? 0);
    const page = found.slice(from, from + maxResults);
    const more = from + maxResults < found.length;
    return c.json({
      kind: "calendar#events",
      etag: `"list-${state.revision}"`,
      summary: calendar.summary,
      timeZone: calendar.timeZone,
      accessRole: calendar.accessRole,
      // Google leaves an empty array out.
      ...(page.length > 0 ? { items: page } : {}),
      ...(more ? { nextPageToken: String(from + maxResults) } : { nextSyncToken: `sync-${state.revision}` }),
    });
  });

  app.get("/:eventId", (c) => {
    requireScope(c.var.grant, READ_SCOPES);
    const event = calendarOf(c, "reader").events.get(c.req.param("eventId"));
    if (!event) throw notFound();
    if (c.req.header("if-none-match") === event.etag) return c.body(null, 304);
    return c.json(event);
  });

  app.on(["PATCH", "PUT"], "/:eventId", async (c) => {
    requireScope(c.var.grant, WRITE_SCOPES);
    const { events } = calendarOf(c, "writer");
    const event = events.get(c.req.param("eventId"));
    if (!event) throw notFound();
    checkEtag(c.req.header("if-match"), event);
    const body = parseEventBody(await jsonOf(c.req.raw));
    if (event.status === "cancelled" && (!state.restore_allowed || body.status !== "confirmed")) {
      throw new GoogleError(403, "forbidden", "Forbidden");
    }
    if (c.req.method === "PATCH") return c.json(store(event, body, events));
    const { id, etag, created, updated, sequence } = event;
    const reset: EventResource = {
      kind: "calendar#event",
      id,
      etag,
      created,
      updated,
      sequence,
      status: "confirmed",
      start: {},
      end: {},
    };
    return c.json(store(reset, body, events));
  });

  app.delete("/:eventId", (c) => {
    requireScope(c.var.grant, WRITE_SCOPES);
    const { events } = calendarOf(c, "writer");
    const event = events.get(c.req.param("eventId"));
    if (!event) throw notFound();
    if (event.status === "cancelled") throw gone();
    checkEtag(c.req.header("if-match"), event);
    events.set(event.id, {
      ...event,
      status: "cancelled",
      updated: new Date().toISOString(),
      etag: state.nextEtag(),
    });
    return c.body(null, 204);
  });

  function store(event: EventResource, body: EventBody, events: Map<string, EventResource>): EventResource {
    const merged = mergeEvent(event, body);
    checkTimes(merged);
    const stored: EventResource = {
      ...merged,
      updated: new Date().toISOString(),
      sequence: event.etag === "" ? 0 : event.sequence + 1,
      etag: state.nextEtag(),
    };
    events.set(stored.id, stored);
    return stored;
  }

  return app;
}

function checkEtag(expected: string | undefined, event: EventResource): void {
  if (expected !== undefined && expected !== "*" && expected !== event.etag) {
    throw new GoogleError(412, "conditionNotMet", "Precondition Failed");
  }
}

function hasProperty(event: EventResource, constraint: string | undefined): boolean {
  if (constraint === undefined) return true;
  const [name = "", value = ""] = constraint.split(/=(.*)/s);
  const properties = z.object({ private: z.record(z.string(), z.string()).optional() }).safeParse(
    event["extendedProperties"],
  );
  return properties.data?.private?.[name] === value;
}

function instantOf(event: EventResource, which: "start" | "end"): number {
  return Date.parse(event[which].dateTime ?? `${event[which].date}T00:00:00Z`);
}

async function jsonOf(request: Request): Promise<unknown> {
  try {
    return await request.json();
  } catch {
    throw new GoogleError(400, "parseError", "Parse Error");
  }
}
