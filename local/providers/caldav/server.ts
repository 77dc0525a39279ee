import { Hono } from "hono";
import { controlRoutes } from "../control.ts";
import { type Emulator, startEmulator } from "../emulator.ts";
import { Faults } from "../faults.ts";
import { listen } from "../http-server.ts";
import { calendarPage } from "../page.ts";
import { type Admission, createTraffic, type Traffic } from "../traffic.ts";
import { deleteCalendar, makeCalendar, patchProperties, propfind } from "./collections.ts";
import { calDavControls } from "./control.ts";
import { answerFault, DavError } from "./errors.ts";
import { deleteFile, getFile, putFile } from "./files.ts";
import { report } from "./reports.ts";
import { resourceAt, signIn } from "./resources.ts";
import { CalDavState } from "./state.ts";

/** Passwords of the emulator's accounts: no real secrets. */
export const PASSWORD = "app-password";
const ACCOUNTS = [
  { email: "ada@example.com", name: "Ada Lovelace", password: PASSWORD },
  { email: "grace@example.com", name: "Grace Hopper", password: PASSWORD },
];
const METHODS = "OPTIONS, GET, PUT, DELETE, PROPFIND, PROPPATCH, REPORT, MKCALENDAR";

/** A running stand-in for a CalDAV server. */
export interface CalDavEmulator extends Emulator<CalDavState> {
  /** Where calendars are, with `shards`; else null. */
  readonly shard_url: string | null;
}

/**
 * Starts a stateful CalDAV server on 127.0.0.1, as strict as the standards are (RFC 4918, 4791, 6578, 5545); how real servers
 * differ is switched on by `state.odd`.
 *
 * @param options.shards the principal is here, its calendars are at another origin, as with iCloud
 */
export async function startCalDavEmulator(
  options: { readonly shards?: boolean } = {},
): Promise<CalDavEmulator> {
  const state = new CalDavState(ACCOUNTS);
  const faults = new Faults(answerFault, plainMethod);
  const app = new Hono();
  const traffic: Traffic = createTraffic({
    state,
    faults,
    fetch: (request) => app.fetch(request),
    admit: requestsAtOnce(state),
  });
  app.get(
    "/",
    (c, next) => c.req.header("authorization") === undefined ? c.html(calendarPage("CalDAV")) : next(),
  );
  app.route("/emulator", controlRoutes(state, faults, calDavControls(state)));
  app.all("/.well-known/caldav", () => new Response(null, { status: 301, headers: { location: "/dav/" } }));
  app.all("*", (c) => answerRequest(state, c.req.raw));
  const emulator = await startEmulator({ state, faults, app, traffic });
  const shard = options.shards ? await listen((request) => traffic.direct(request)) : null;
  state.shard_url = shard?.url ?? null;
  return {
    ...emulator,
    shard_url: state.shard_url,
    close: async () => {
      await shard?.close();
      await emulator.close();
    },
  };
}

/** What a request does, in the methods that every provider has; so that a fault may be the same for all of them. */
export function plainMethod(method: string): string {
  if (method === "PUT" || method === "MKCALENDAR") return "POST";
  return method === "PROPFIND" || method === "REPORT" ? "GET" : method;
}

/** Refuses what an account sends beyond its number of requests at a time. */
function requestsAtOnce(state: CalDavState): (request: Request, path: string) => Admission {
  const under_way = new Map<string, number>();
  return (request, path) => {
    const key = request.headers.get("authorization") ?? "";
    const now = under_way.get(key) ?? 0;
    if (state.requests_at_once !== null && now >= state.requests_at_once) {
      state.logViolation("mailbox_concurrency", path);
      return { kind: "refused", response: new DavError(503, null, { "retry-after": "1" }).toResponse() };
    }
    under_way.set(key, now + 1);
    return { kind: "admitted", leave: () => under_way.set(key, (under_way.get(key) ?? 1) - 1) };
  };
}

/** Answers a request, without the page and the controls of the emulator. */
export async function answerRequest(state: CalDavState, request: Request): Promise<Response> {
  const path = new URL(request.url).pathname;
  try {
    return await serve(state, request, path);
  } catch (error: unknown) {
    if (!(error instanceof DavError)) throw error;
    if (state.odd.refusals_name_exceptions) return error.toException();
    const is_inside = error.precondition === null
      ? request.method === "PROPFIND" && error.status === 404
      : /^(PUT|MKCALENDAR)$/.test(request.method);
    return state.odd.refusals_as_multistatus && is_inside ? error.toMultistatus(path) : error.toResponse();
  }
}

async function serve(state: CalDavState, request: Request, path: string): Promise<Response> {
  const { method, headers } = request;
  const me = signIn(state, headers.get("authorization"));
  const resource = resourceAt(state, me, path);
  const body = await request.text();
  switch (method) {
    case "OPTIONS":
      return new Response(null, {
        headers: { dav: "1, 3, access-control, calendar-access, extended-mkcol", allow: METHODS },
      });
    case "PROPFIND":
      if (resource.kind === "no_calendar" || resource.kind === "nowhere") {
        throw new DavError(state.odd.forbids_missing_calendars && resource.kind === "nowhere" ? 403 : 404);
      }
      return propfind(state, me, resource, headers.get("depth"), body);
    case "PROPPATCH":
      return patchProperties(state, resource, body);
    case "MKCALENDAR":
      return makeCalendar(state, resource, body);
    case "REPORT":
      return report(state, resource, headers.get("depth"), body);
    case "PUT":
      return putFile(state, resource, headers, body);
    case "GET":
      return getFile(state, resource);
    case "DELETE":
      return resource.kind === "calendar" || resource.kind === "no_calendar"
        ? deleteCalendar(state, resource)
        : deleteFile(state, resource, headers);
    default:
      throw new DavError(405, null, { allow: METHODS });
  }
}
