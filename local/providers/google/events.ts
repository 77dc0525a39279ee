import { Hono } from "hono";
import { type ApiEnv, calendarOf } from "./access.ts";
import { watchEvents } from "./channel-routes.ts";
import { gone, GoogleError, notFound } from "./errors.ts";
import { eventPage, parseEventQuery } from "./event-list.ts";
import { checkEventId, checkTimes, type EventBody, mergeEvent, parseEventBody } from "./event-rules.ts";
import { htmlLinkOf } from "./event-page.ts";
import { partial } from "./partial-response.ts";
import type { CalendarEntry, EmulatorState, EventResource } from "./state.ts";

const WRITE_SCOPES = ["calendar.app.created", "calendar.events.owned", "calendar.events", "calendar"];
const READ_SCOPES = [...WRITE_SCOPES, "calendar.events.readonly", "calendar.readonly"];

/** `/calendars/{calendarId}/events`. */
export function eventRoutes(state: EmulatorState): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();

  app.post("/", async (c) => {
    const calendar = calendarOf(c, "writer", WRITE_SCOPES);
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
      htmlLink: htmlLinkOf(id, calendar.id),
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
    return c.json(store(calendar, blank, body));
  });

  app.get("/", (c) => {
    const calendar = calendarOf(c, "reader", READ_SCOPES);
    const query = parseEventQuery(c.req.url);
    const { items, next, sync_token } = eventPage(calendar, query, state);
    return c.json(partial({
      kind: "calendar#events",
      etag: `"list-${state.revision}"`,
      summary: calendar.summary,
      timeZone: calendar.timeZone,
      accessRole: calendar.accessRole,
      // Google leaves an empty array out.
      ...(items.length > 0 ? { items } : {}),
      ...(next === null ? { nextSyncToken: sync_token } : { nextPageToken: next }),
    }, query.fields));
  });

  app.post("/watch", (c) => watchEvents(c, calendarOf(c, "reader", READ_SCOPES), state));

  app.get("/:eventId", (c) => {
    const event = calendarOf(c, "reader", READ_SCOPES).events.get(c.req.param("eventId"));
    if (!event) throw notFound();
    if (c.req.header("if-none-match") === event.etag) return c.body(null, 304);
    return c.json(event);
  });

  app.on(["PATCH", "PUT"], "/:eventId", async (c) => {
    const calendar = calendarOf(c, "writer", WRITE_SCOPES);
    const event = calendar.events.get(c.req.param("eventId"));
    if (!event) throw notFound();
    checkEtag(c.req.header("if-match"), event);
    const body = parseEventBody(await jsonOf(c.req.raw));
    if (event.status === "cancelled" && (!state.restore_allowed || body.status !== "confirmed")) {
      throw new GoogleError(403, "forbidden", "Forbidden");
    }
    if (c.req.method === "PATCH") return c.json(store(calendar, event, body));
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
    return c.json(store(calendar, reset, body));
  });

  app.delete("/:eventId", (c) => {
    const calendar = calendarOf(c, "writer", WRITE_SCOPES);
    const event = calendar.events.get(c.req.param("eventId"));
    if (!event) throw notFound();
    if (event.status === "cancelled") throw gone();
    checkEtag(c.req.header("if-match"), event);
    state.storeEvent(calendar, { ...event, status: "cancelled" });
    return c.body(null, 204);
  });

  function store(calendar: CalendarEntry, event: EventResource, body: EventBody): EventResource {
    const merged = mergeEvent(event, body);
    checkTimes(merged, state.unknown_time_zones);
    return state.storeEvent(calendar, { ...merged, sequence: event.etag === "" ? 0 : event.sequence + 1 });
  }

  return app;
}

function checkEtag(expected: string | undefined, event: EventResource): void {
  if (expected !== undefined && expected !== "*" && expected !== event.etag) {
    throw new GoogleError(412, "conditionNotMet", "Precondition Failed");
  }
}

async function jsonOf(request: Request): Promise<unknown> {
  try {
    return await request.json();
  } catch {
    throw new GoogleError(400, "parseError", "Parse Error");
  }
}
