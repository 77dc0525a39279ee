import assert from "node:assert/strict";
import { Hono } from "hono";
import { calDavControls } from "../../../local/providers/caldav/control.ts";
import { controlRoutes } from "../../../local/providers/control.ts";
import { plainMethod } from "../../../local/providers/caldav/server.ts";
import { answerFault, DavError } from "../../../local/providers/caldav/errors.ts";
import { Faults } from "../../../local/providers/faults.ts";
import { listen } from "../../../local/providers/http-server.ts";
import { createTraffic } from "../../../local/providers/traffic.ts";
import { providerFor, typed } from "../../integration/providers/caldav/account.ts";
import type { ProviderSubject } from "../../integration/providers/subject.ts";
import { CALDAV } from "../../integration/providers/subjects/caldav.ts";
import { calDavSubject } from "../../support/subjects/caldav-subject.ts";
import { ForgottenTokens } from "./forgotten-tokens.ts";
import { calendarAtOf, follow, Picture, type RealServer, removeCalendars } from "./picture.ts";

/** Of the connection, or of what `fetch` makes of a request. */
const NOT_FORWARDED = [
  "host",
  "connection",
  "content-length",
  "transfer-encoding",
  "content-encoding",
  "keep-alive",
];

/** A real server behind a proxy that logs, fails as it is told, and keeps a picture of what the server holds. */
export async function openProxy(server: RealServer) {
  await removeCalendars(server);
  const state = new Picture(server);
  const faults = new Faults(answerFault, plainMethod);
  const paths = {
    calendarAt: calendarAtOf(server),
    calendarPath: (_account: unknown, slug: string) => `${server.home}${encodeURIComponent(slug)}/`,
  };
  const controls = new Hono().route(
    "/emulator",
    controlRoutes(state, faults, calDavControls(state, paths)),
  );
  const tokens = new ForgottenTokens();
  const traffic = createTraffic({
    state,
    faults,
    fetch: (request) => forward(server, state, tokens, request),
  });
  const { url, close } = await listen(async (request) =>
    new URL(request.url).pathname.startsWith("/emulator/")
      ? { kind: "answered", response: await controls.fetch(request) }
      : await traffic.direct(request)
  );
  return { url, tokens, subject: calDavSubject({ url, state, faults, close }, paths) };
}

/** The server as a provider that the behaviours can be tested on. */
export function realServer(server: RealServer): ProviderSubject {
  return {
    name: server.name,
    async start() {
      const { url, tokens, subject } = await openProxy(server);
      const provider = providerFor(url);
      const checked = await provider.connector.check(typed(url, server.username, server.password));
      assert.ok(checked.kind === "connected", JSON.stringify(checked));
      const { credentials } = checked;
      const close = async () => {
        provider.close();
        await subject.emulator.close();
      };
      const ours = await CALDAV.start();
      await ours.subject.emulator.close();
      return {
        provider,
        subject: { ...subject, emulator: { ...subject.emulator, close } },
        openClient: (_account, _access, options) =>
          Promise.resolve(provider.createClient({ credentials, ...options })),
        traits: {
          ...ours.traits,
          changes: ours.traits.changes && { ...ours.traits.changes, forgetCursors: () => tokens.forget() },
          paths: { api: "^/", batch: null, calendars: "/$" },
          limitPages: null,
          is_fast: false,
          checks_times: false,
          ...(server.denies_deletions ? { denies_deletions: true } : {}),
          ways: { "the server is as it is": () => {} },
        },
      };
    },
  };
}

async function forward(
  server: RealServer,
  picture: Picture,
  tokens: ForgottenTokens,
  request: Request,
): Promise<Response> {
  const { method, headers } = request;
  const path = new URL(request.url).pathname;
  const body = await request.text();
  await picture.settled();
  // Whose calendar it is decides that; these servers have one user.
  const calendar = calendarAtOf(server)(picture, path.replace(/[^/]*$/, ""));
  if (calendar?.calendar.writable === false && /^(PUT|DELETE)$/.test(method)) {
    return new DavError(403, "need-privileges").toResponse();
  }
  const forwarded = new Headers(headers);
  for (const name of NOT_FORWARDED) forwarded.delete(name);
  const response = await fetch(`${server.url}${path}`, {
    method,
    redirect: "manual",
    headers: forwarded,
    ...(body === "" ? {} : { body: tokens.spoil(body) }),
  });
  const text = await response.text();
  tokens.note(text);
  await follow(picture, server, { method, path, body }, { status: response.status, text });
  const answered = new Headers(response.headers);
  for (const name of NOT_FORWARDED) answered.delete(name);
  const location = answered.get("location");
  if (location !== null) answered.set("location", location.replace(server.url, ""));
  const has_body = response.status !== 204 && response.status !== 304;
  return new Response(has_body ? text : null, { status: response.status, headers: answered });
}
