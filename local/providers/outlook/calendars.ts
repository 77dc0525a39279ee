import { Hono } from "hono";
import { z } from "zod";
import { type GraphEnv, jsonOf } from "./access.ts";
import { accessDenied, GraphError, unreadable } from "./errors.ts";
import { expanded, ExtendedProperties, propertiesOf } from "./extended-properties.ts";
import { calendarId } from "./ids.ts";
import { defaultCalendar, findCalendar, swapCalendarId } from "./mailbox.ts";
import { pageOf, parseQuery, type Query, selected } from "./query.ts";
import type { OutlookCalendar, OutlookState } from "./state.ts";

const COLORS = [
  "auto",
  "lightBlue",
  "lightGreen",
  "lightOrange",
  "lightGray",
  "lightYellow",
  "lightTeal",
  "lightPink",
  "lightBrown",
  "lightRed",
] as const;
const PROPERTIES = [
  "id",
  "name",
  "color",
  "hexColor",
  "isDefaultCalendar",
  "changeKey",
  "canShare",
  "canViewPrivateItems",
  "canEdit",
  "isRemovable",
  "owner",
];

const NewCalendar = z.strictObject({
  name: z.string().min(1),
  color: z.enum(COLORS).optional(),
  hexColor: z.string().regex(/^(#[0-9A-Fa-f]{6})?$/).optional(),
  singleValueExtendedProperties: ExtendedProperties.optional(),
});

/** `/me/calendars` and `/me/calendar`. */
export function calendarRoutes(state: OutlookState): Hono<GraphEnv> {
  const app = new Hono<GraphEnv>();

  app.get("/calendars", (c) => {
    const query = parseQuery(c.req.url, PROPERTIES);
    const found = [...c.var.grant.account.calendars.values()]
      .filter(({ extendedProperties }) => query.filter?.(extendedProperties) ?? true);
    return c.json(
      pageOf(c.req.url, query, found, state.page_size_max, (calendar) => calendarResource(calendar, query)),
    );
  });

  app.post("/calendars", async (c) => {
    const { account } = c.var.grant;
    const parsed = NewCalendar.safeParse(await jsonOf(c.req.raw));
    if (!parsed.success) throw unreadable(z.prettifyError(parsed.error));
    const { name, color = "auto", hexColor = "", singleValueExtendedProperties } = parsed.data;
    const isTaken = [...account.calendars.values()].some((other) =>
      other.name.toLowerCase() === name.toLowerCase()
    );
    if (isTaken) {
      throw new GraphError(409, "ErrorFolderExists", "A folder with the specified name already exists.");
    }
    const calendar: OutlookCalendar = {
      id: calendarId(),
      name,
      isDefault: false,
      canEdit: true,
      color,
      hexColor,
      owner: { name: account.name, address: account.email },
      changeKey: state.nextChangeKey(),
      extendedProperties: propertiesOf(singleValueExtendedProperties),
      events: new Map(),
      deleted: new Map(),
    };
    account.calendars.set(calendar.id, calendar);
    const answer = calendarResource(calendar, parseQuery(c.req.url, PROPERTIES));
    if (state.swap_new_calendar_ids) swapCalendarId(account, calendar);
    return c.json(answer, 201);
  });

  app.get("/calendar", (c) => {
    const calendar = defaultCalendar(c.var.grant.account);
    return c.json(calendarResource(calendar, parseQuery(c.req.url, PROPERTIES)));
  });

  app.get("/calendars/:calendarId", (c) => {
    const calendar = findCalendar(c.var.grant.account, c.req.param("calendarId"));
    return c.json(calendarResource(calendar, parseQuery(c.req.url, PROPERTIES)));
  });

  app.delete("/calendars/:calendarId", (c) => {
    const { account } = c.var.grant;
    const calendar = findCalendar(account, c.req.param("calendarId"));
    if (calendar.isDefault) {
      throw new GraphError(
        400,
        "ErrorDeleteDistinguishedFolder",
        "Distinguished folders cannot be deleted.",
      );
    }
    if (!calendar.canEdit) throw accessDenied();
    account.calendars.delete(calendar.id);
    state.nextRevision();
    return c.body(null, 204);
  });

  return app;
}

function calendarResource(calendar: OutlookCalendar, query: Query): Record<string, unknown> {
  const { id, name, color, hexColor, isDefault, canEdit, changeKey, owner, extendedProperties } = calendar;
  return selected({
    id,
    name,
    color,
    hexColor,
    isDefaultCalendar: isDefault,
    changeKey,
    canShare: canEdit,
    canViewPrivateItems: canEdit,
    canEdit,
    isRemovable: !isDefault,
    owner,
    ...expanded(extendedProperties, query.expand),
  }, query);
}
