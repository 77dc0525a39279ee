import { Hono } from "hono";
import { z } from "zod";
import { type ApiEnv, calendarOf, requireScope } from "./access.ts";
import { invalid, required } from "./errors.ts";
import { randomToken } from "../observed-state.ts";
import type { CalendarEntry, EmulatorState } from "./state.ts";

const CALENDAR_SCOPES = ["calendar.app.created", "calendar.calendars", "calendar"];
const LIST_SCOPES = [
  "calendar.calendarlist.readonly",
  "calendar.calendarlist",
  "calendar.readonly",
  "calendar",
];
const COLORS = ["#009688", "#d50000", "#f6bf26", "#8e24aa", "#ef6c00"];

const NewCalendar = z.object({
  summary: z.string().optional(),
  description: z.string().optional(),
  timeZone: z.string().optional(),
});

/** Opaque to clients. */
const pageTokenOf = (from: number) => btoa(`calendars from ${from}`);
const PageToken = z.base64().transform((token) => Number(/^calendars from (\d+)$/.exec(atob(token))?.[1]))
  .pipe(z.int());
/** Of `calendarList.list`, by the API reference. */
const ListQuery = z.strictObject({
  maxResults: z.coerce.number().int().min(1).max(250).default(100),
  pageToken: PageToken.default(0),
});

/** `/calendars` and `/users/me/calendarList`. */
export function calendarRoutes(state: EmulatorState): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();

  app.post("/calendars", async (c) => {
    const { grant } = c.var;
    requireScope(grant, CALENDAR_SCOPES);
    const body = NewCalendar.safeParse(await c.req.json().catch(() => null));
    if (!body.success) throw invalid("Invalid calendar.");
    if (!body.data.summary) throw required("Missing title.");
    const calendar: CalendarEntry = {
      id: `${randomToken("c_")}@group.calendar.google.com`,
      summary: body.data.summary,
      description: body.data.description ?? "",
      timeZone: body.data.timeZone ?? "UTC",
      backgroundColor: COLORS[grant.account.calendars.size % COLORS.length] ?? "#009688",
      primary: false,
      accessRole: "owner",
      createdBy: grant.client_id,
      events: new Map(),
      changed_at: new Map(),
    };
    grant.account.calendars.set(calendar.id, calendar);
    return c.json(calendarResource(calendar, state.nextEtag()));
  });

  app.get("/calendars/:calendarId", (c) => {
    const scopes = [...CALENDAR_SCOPES, "calendar.calendars.readonly", "calendar.readonly"];
    return c.json(calendarResource(calendarOf(c, "reader", scopes), `"${state.revision}"`));
  });

  app.delete("/calendars/:calendarId", (c) => {
    const calendar = calendarOf(c, "owner", CALENDAR_SCOPES);
    if (calendar.primary) throw invalid("The primary calendar cannot be deleted.");
    c.var.grant.account.calendars.delete(calendar.id);
    state.nextEtag();
    return c.body(null, 204);
  });

  app.get("/users/me/calendarList", (c) => {
    requireScope(c.var.grant, LIST_SCOPES);
    const query = ListQuery.safeParse(c.req.query());
    if (!query.success) throw invalid(`Invalid parameter: ${query.error.issues[0]?.path.join(".") ?? ""}`);
    const { maxResults, pageToken: from } = query.data;
    const calendars = [...c.var.grant.account.calendars.values()];
    const to = from + Math.min(maxResults, state.page_size_max ?? Infinity);
    const items = calendars.slice(from, to).map((calendar) => ({
      ...calendarResource(calendar, `"${state.revision}"`),
      kind: "calendar#calendarListEntry",
      accessRole: calendar.accessRole,
      backgroundColor: calendar.backgroundColor,
      ...(calendar.primary ? { primary: true } : {}),
    }));
    return c.json({
      kind: "calendar#calendarList",
      ...(items.length > 0 ? { items } : {}),
      ...(to < calendars.length ? { nextPageToken: pageTokenOf(to) } : {}),
    });
  });

  return app;
}

function calendarResource({ id, summary, description, timeZone }: CalendarEntry, etag: string) {
  return { kind: "calendar#calendar", etag, id, summary, timeZone, ...(description ? { description } : {}) };
}
