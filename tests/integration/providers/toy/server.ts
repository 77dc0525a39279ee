import { type Context, Hono } from "hono";
import { z } from "zod";
import { type Emulator, startEmulator } from "../../../../local/providers/emulator.ts";
import { Faults } from "../../../../local/providers/faults.ts";
import { ObservedState } from "../../../../local/providers/observed-state.ts";
import { PersonEditBody } from "../../../../local/providers/person-edit.ts";
import { createTraffic, type Traffic } from "../../../../local/providers/traffic.ts";
import { ADA, GRACE } from "../../../support/subjects/subject.ts";
import { editToyEvent } from "./person-edit.ts";

const TOKEN_LIFETIME_S = 3600;

/** What a calendar of the toy holds; `owner` is null where its user made it. */
export const ToyEvent = z.object({
  owner: z.string().nullable(),
  obligation_id: z.string().nullable(),
  title: z.string(),
  text: z.string(),
  url: z.string().nullable(),
  start: z.string(),
  end: z.string(),
  /** Null: all day, from one date to before the other. */
  time_zone: z.string().nullable(),
  reminders_minutes: z.array(z.number()),
  /** What its owner noted of them. */
  reminders_note: z.string(),
  /** Whether it takes place again and again; its user's doing. */
  repeats: z.boolean().default(false),
  /** Whom its user invited. */
  guests: z.array(z.string()).default([]),
  /** One more with every change. */
  version: z.number().default(0),
});
export type ToyEvent = z.infer<typeof ToyEvent>;
/** What its owner changes of an event. */
const ToyChange = ToyEvent.omit({ repeats: true, guests: true, version: true }).partial();

export interface ToyCalendar {
  readonly id: string;
  readonly account: string;
  readonly name: string;
  readonly time_zone: string;
  readonly primary: boolean;
  writable: boolean;
  readonly events: Map<string, ToyEvent>;
  /** What was deleted, by the ids of before. */
  readonly deleted: Map<string, ToyEvent>;
}

/** Everything that the toy knows. */
class ToyState extends ObservedState {
  readonly calendars = new Map<string, ToyCalendar>();
  readonly codes = new Map<string, Record<string, string>>();
  readonly access_tokens = new Map<string, string>();
  readonly refresh_tokens = new Map<string, string>();
  readonly refreshes = new Map<string, number>();
  page_size = 250;

  addCalendar(account: string, name: string, time_zone: string, primary = false): ToyCalendar {
    const id = crypto.randomUUID();
    const calendar = {
      id,
      account,
      name,
      time_zone,
      primary,
      writable: true,
      events: new Map(),
      deleted: new Map(),
    };
    this.calendars.set(id, calendar);
    return calendar;
  }

  /** Tokens for an account, with a refresh token where none is used. */
  issueFor(account: string): { readonly access_token: string; readonly expires_in_s: number } {
    const access_token = crypto.randomUUID();
    this.access_tokens.set(access_token, account);
    return { access_token, expires_in_s: TOKEN_LIFETIME_S };
  }
}

export type ToyEmulator = Emulator<ToyState>;

const refused = (status: number, reason: string, headers: HeadersInit = {}) =>
  Response.json({ reason }, { status, headers });

/** Starts a calendar service that no other code knows: all in memory, behind one address of this machine. */
export async function startToy(client_secret: string): Promise<ToyEmulator> {
  const state = new ToyState();
  for (const account of [ADA, GRACE]) state.addCalendar(account, account, "UTC", true);
  const faults = new Faults(({ status, reason, headers }) =>
    refused(status, reason ?? "unspecified", headers)
  );
  const app = new Hono();
  const traffic: Traffic = createTraffic({ state, faults, fetch: (request) => app.fetch(request) });
  app.notFound(() => refused(404, "no_such_path"));
  app.get("/consent", (c) => consent(state, new URL(c.req.url).searchParams));
  app.post("/token", async (c) => token(state, client_secret, Form.parse(await c.req.json())));
  app.post("/revoke", async (c) => {
    state.refresh_tokens.delete(Form.parse(await c.req.json())["refresh_token"] ?? "");
    return c.json({});
  });
  app.route("/api", api(state));
  app.post("/emulator/edit", async (c) => {
    const { calendar_id, event_id, edit } = PersonEditBody.parse(await c.req.json());
    const calendar = state.calendars.get(calendar_id);
    const is_done = calendar !== undefined && editToyEvent(calendar, event_id, edit);
    return is_done ? c.body(null, 204) : refused(404, "no_such_event");
  });
  return await startEmulator({ state, faults, app, traffic });
}

const Form = z.record(z.string(), z.string());

/** Asks which account, and sends the browser back. */
function consent(state: ToyState, query: URLSearchParams): Response {
  const account = query.get("emulator_account");
  if (account === null) return new Response([ADA, GRACE].join("\n"));
  const back = new URL(query.get("redirect_uri") ?? "");
  back.searchParams.set("state", query.get("state") ?? "");
  if (query.get("emulator_consent") === "deny") back.searchParams.set("error", "access_denied");
  else {
    const code = crypto.randomUUID();
    state.codes.set(code, { ...Object.fromEntries(query), account });
    back.searchParams.set("code", code);
  }
  return Response.redirect(back.toString(), 302);
}

function token(state: ToyState, client_secret: string, form: z.infer<typeof Form>): Response {
  if (form["client_secret"] !== client_secret) return refused(401, "wrong_secret");
  const { refresh_token } = form;
  if (refresh_token !== undefined) {
    const account = state.refresh_tokens.get(refresh_token);
    if (account === undefined) return refused(400, "invalid_grant");
    state.refreshes.set(account, (state.refreshes.get(account) ?? 0) + 1);
    return Response.json(state.issueFor(account));
  }
  const asked = state.codes.get(form["code"] ?? "");
  const matches = asked?.["verifier"] === form["verifier"] &&
    asked?.["redirect_uri"] === form["redirect_uri"];
  if (asked === undefined || !matches) return refused(400, "invalid_grant");
  state.codes.delete(form["code"] ?? "");
  const { account = "", nonce = "", scope = "" } = asked;
  const new_refresh_token = crypto.randomUUID();
  state.refresh_tokens.set(new_refresh_token, account);
  const tokens = state.issueFor(account);
  return Response.json({ ...tokens, refresh_token: new_refresh_token, account, nonce, scope });
}

const NewCalendar = z.object({ name: z.string(), time_zone: z.string() });

function api(state: ToyState): Hono<{ Variables: { account: string } }> {
  const app = new Hono<{ Variables: { account: string } }>();
  app.use(async (c, next) => {
    const account = state.access_tokens.get(c.req.header("authorization")?.replace("Bearer ", "") ?? "");
    if (account === undefined) return refused(401, "token");
    c.set("account", account);
    return await next();
  });
  const shown = ({ events: _events, account: _account, ...calendar }: ToyCalendar) => calendar;
  /** A page from `page` on, and where the next one begins. */
  const page = <T>(c: Context, items: readonly T[]) => {
    const from = Number(c.req.query("page") ?? 0);
    const next = from + state.page_size;
    return { items: items.slice(from, next), next: next < items.length ? String(next) : null };
  };
  const on =
    (serve: (calendar: ToyCalendar, c: Context) => Response | Promise<Response>) =>
    async (c: Context<{ Variables: { account: string } }>) => {
      const calendar = state.calendars.get(c.req.param("id") ?? "");
      if (calendar?.account !== c.var.account) return refused(404, "no_such_calendar");
      if (c.req.method !== "GET" && !calendar.writable) return refused(403, "read_only");
      return await serve(calendar, c);
    };
  app.get("/calendars", (c) => {
    const own = [...state.calendars.values()].filter(({ account }) => account === c.var.account);
    return c.json(page(c, own.map(shown)));
  });
  app.post("/calendars", async (c) => {
    const { name, time_zone } = NewCalendar.parse(await c.req.json());
    return c.json(shown(state.addCalendar(c.var.account, name, time_zone)));
  });
  app.get("/calendars/:id", on((calendar, c) => c.json(shown(calendar))));
  app.delete("/calendars/:id", on(({ id }, c) => c.json(state.calendars.delete(id))));
  app.get(
    "/calendars/:id/events",
    on(({ events }, c) => {
      const owner = c.req.query("owner");
      const found = [...events].filter(([, event]) => owner === undefined || event.owner === owner);
      return c.json(page(
        c,
        found.map(([id, { obligation_id, start, end, time_zone, repeats, guests, version }]) => ({
          id,
          obligation_id,
          start,
          end,
          time_zone,
          repeats,
          guests,
          version,
        })),
      ));
    }),
  );
  // One event for an owner's obligation, so that a creation may be repeated.
  app.post(
    "/calendars/:id/events",
    on(async ({ events }, c) => {
      const event = ToyEvent.parse(await c.req.json());
      if (Date.parse(event.end) <= Date.parse(event.start)) return refused(400, "ends_before_it_begins");
      const [id, before] = [...events].find(([, { owner, obligation_id }]) =>
        owner === event.owner && obligation_id === event.obligation_id
      ) ?? [crypto.randomUUID(), event];
      const { reminders_minutes, reminders_note, repeats, guests } = before;
      const version = before.version + 1;
      events.set(id, { ...event, reminders_minutes, reminders_note, repeats, guests, version });
      return c.json({ id, reminders_minutes, reminders_note, version });
    }),
  );
  app.patch(
    "/calendars/:id/events/:event",
    on(async ({ events }, c) => {
      const id = c.req.param("event") ?? "";
      const before = events.get(id);
      if (before === undefined) return refused(404, "no_such_event");
      const changed = ToyChange.parse(await c.req.json());
      const event = ToyEvent.parse({ ...before, ...changed, version: before.version + 1 });
      events.set(id, event);
      const { reminders_minutes, reminders_note, version } = event;
      return c.json({ id, reminders_minutes, reminders_note, version });
    }),
  );
  app.delete(
    "/calendars/:id/events/:event",
    on(({ events, deleted }, c) => {
      const id = c.req.param("event") ?? "";
      const event = events.get(id);
      if (event === undefined) return refused(404, "no_such_event");
      events.delete(id);
      deleted.set(id, event);
      return c.json({});
    }),
  );
  app.delete(
    "/calendars/:id/events",
    on(({ events }, c) => {
      const { owner, obligation_id } = c.req.query();
      for (const [id, event] of events) {
        if (event.owner === owner && event.obligation_id === obligation_id) events.delete(id);
      }
      return c.json({});
    }),
  );
  return app;
}
