import { type Context, Hono } from "hono";
import { checkContentAccess, type GraphEnv, jsonOf } from "./access.ts";
import { accessDenied } from "./errors.ts";
import { changedEvent, newEvent, parseEventBody } from "./event-body.ts";
import { EVENT_PROPERTIES, eventResource, shownId } from "./event-resource.ts";
import { defaultCalendar, deleteEvent, findCalendar, findEvent } from "./mailbox.ts";
import { pageOf, parseQuery } from "./query.ts";
import type { OutlookCalendar, OutlookEvent, OutlookState } from "./state.ts";
import { checkTransaction, rememberTransaction } from "./transaction.ts";

/** Events below `/me`. */
export function eventRoutes(state: OutlookState): Hono<GraphEnv> {
  const app = new Hono<GraphEnv>();

  for (const path of ["/events", "/calendar/events"]) {
    app.post(path, (c) => create(c, defaultCalendar(c.var.grant.account)));
  }
  app.post(
    "/calendars/:calendarId/events",
    (c) => create(c, findCalendar(c.var.grant.account, c.req.param("calendarId"))),
  );
  app.get("/events", (c) => list(c, [...c.var.grant.account.calendars.values()]));
  app.get("/calendar/events", (c) => list(c, [defaultCalendar(c.var.grant.account)]));
  app.get("/calendars/:calendarId/events", (c) => {
    const calendar = findCalendar(c.var.grant.account, c.req.param("calendarId"));
    checkContentAccess(c.var.grant, calendar, "read");
    return list(c, [calendar]);
  });

  app.get("/events/:eventId", (c) => {
    const { event, calendar } = findEvent(
      c.var.grant.account,
      c.req.param("eventId"),
      c.var.prefer.id_form,
    );
    checkContentAccess(c.var.grant, calendar, "read");
    return c.json(resourceOf(c, event));
  });

  app.patch("/events/:eventId", async (c) => {
    const body = parseEventBody(await jsonOf(c.req.raw));
    const { event, calendar } = findEvent(
      c.var.grant.account,
      c.req.param("eventId"),
      c.var.prefer.id_form,
    );
    checkContentAccess(c.var.grant, calendar, "write");
    if (!calendar.canEdit) throw accessDenied();
    const changed = changedEvent(event, body, state.nextChangeKey());
    calendar.events.set(changed.id, changed);
    return c.json(resourceOf(c, changed));
  });

  app.delete("/events/:eventId", (c) => {
    const { event, calendar } = findEvent(
      c.var.grant.account,
      c.req.param("eventId"),
      c.var.prefer.id_form,
    );
    checkContentAccess(c.var.grant, calendar, "write");
    if (!calendar.canEdit) throw accessDenied();
    deleteEvent({ event, calendar });
    state.nextRevision();
    return c.body(null, 204);
  });

  async function create(c: Context<GraphEnv>, calendar: OutlookCalendar): Promise<Response> {
    const { account } = c.var.grant;
    const body = parseEventBody(await jsonOf(c.req.raw));
    checkContentAccess(c.var.grant, calendar, "write");
    if (!calendar.canEdit) throw accessDenied();
    const repetition = checkTransaction(
      state,
      account,
      calendar,
      body,
      (event) => shownId(event, c.var.prefer),
    );
    if (repetition.kind === "same") return c.json(resourceOf(c, repetition.event), 201);
    const event = newEvent(body, state.nextChangeKey());
    calendar.events.set(event.id, event);
    rememberTransaction(account, calendar, body, event);
    return c.json(resourceOf(c, event), 201);
  }

  function list(c: Context<GraphEnv>, calendars: readonly OutlookCalendar[]): Response {
    const query = parseQuery(c.req.url, EVENT_PROPERTIES);
    const events = calendars.flatMap((calendar) => [...calendar.events.values()]);
    const found = events.filter(({ extendedProperties, lastModifiedDateTime }) =>
      state.isListed(Date.parse(lastModifiedDateTime)) && (query.filter?.(extendedProperties) ?? true)
    );
    const show = (event: OutlookEvent) => eventResource(event, c.var.grant.account, c.var.prefer, query);
    return c.json(pageOf(c.req.url, query, found, state.page_size_max, show));
  }

  return app;
}

function resourceOf(c: Context<GraphEnv>, event: OutlookEvent): Record<string, unknown> {
  const query = parseQuery(c.req.url, EVENT_PROPERTIES);
  return eventResource(event, c.var.grant.account, c.var.prefer, query);
}
