import { calDavControls } from "../../local/providers/caldav/control.ts";
import { calendarPath } from "../../local/providers/caldav/resources.ts";
import { answerRequest, PASSWORD } from "../../local/providers/caldav/server.ts";
import { CalDavState } from "../../local/providers/caldav/state.ts";
import { createCalDavProvider } from "../../supabase/functions/_shared/providers/caldav/provider.ts";
import { forgetPlaces } from "../../supabase/functions/_shared/providers/caldav/places.ts";
import type { PasswordProvider } from "../../supabase/functions/_shared/providers/provider.ts";
import { parseHostPolicy, Unreachable } from "../../supabase/functions/_shared/transport/safe-fetch.ts";
import { seenFile } from "../support/subjects/caldav-subject.ts";
import type { Grants, MemoryWiring } from "./memory-provider.ts";
import { EMAIL, type ProviderAccount, type ShownEvent } from "./provider-accounts.ts";

export const CALDAV_SERVER = "https://dav.example.com";
const FILE_END = ".ics";

/** An account on a server by the book. */
export function createCalDavAccount(): ProviderAccount {
  const state = new CalDavState([{ email: EMAIL, name: "Ada", password: PASSWORD }]);
  state.requests_at_once = null;
  const found = state.accounts.get(EMAIL);
  if (found === undefined) throw new Error("The emulator lost its account.");
  const account = found;
  // Each history asks for it once.
  forgetPlaces({
    credentials: {
      kind: "password",
      server: `${CALDAV_SERVER}/dav/principals/${encodeURIComponent(EMAIL)}/`,
      username: EMAIL,
      password: PASSWORD,
    },
  });
  const { editAsPerson } = calDavControls(state);
  const copies = new Set<string>();
  const calendars = () =>
    [...account.calendars.values()].map((calendar) => ({
      id: calendarPath(account, calendar.slug),
      calendar,
    }));
  const shown = (): readonly ShownEvent[] =>
    calendars().flatMap(({ id: calendar_id, calendar }) =>
      [...calendar.files].map(([name, { text }]) => {
        const { id: event_id, obligation_id, title, time } = seenFile(name.slice(0, -FILE_END.length), text);
        const start = time.kind === "all_day" ? time.start_date : Date.parse(time.start);
        return { calendar_id, event_id, obligation_id: obligation_id ?? "", title, start };
      })
    );
  const edit: ProviderAccount["edit"] = ({ calendar_id, event_id }, edit) => {
    const known = new Set(shown().map((event) => event.event_id));
    editAsPerson({ account: EMAIL, calendar_id, event_id, edit });
    if (edit.kind !== "copy") return;
    for (const event of shown()) if (!known.has(event.event_id)) copies.add(event.event_id);
  };
  return {
    handle: (request) => answerRequest(state, request),
    allow() {},
    forget() {},
    get calendar_ids() {
      return calendars().map(({ id }) => id);
    },
    primary_id: "",
    get events() {
      return shown().filter(({ event_id }) => !copies.has(event_id));
    },
    get copies() {
      return shown().filter(({ event_id }) => copies.has(event_id));
    },
    edit,
    lag: (ms) => state.listing_lag_ms = ms,
    expireCursors: () => state.expireSyncTokens(),
    versionBefore: () => undefined,
    removeEvent: (event) => edit(event, { kind: "delete" }),
    removeCalendar(calendar_id) {
      const slug = calendars().find(({ id }) => id === calendar_id)?.calendar.slug;
      if (slug !== undefined) state.removeCalendar(account, slug);
    },
    shift(seconds) {
      for (const { files } of account.calendars.values()) {
        for (const [name, file] of [...files]) {
          files.set(name, { ...file, stored_at_ms: file.stored_at_ms - seconds * 1000 });
        }
      }
    },
  };
}

/** A CalDAV server without a network; see `createMemoryProvider`. */
export function createMemoryCalDav(
  options: MemoryWiring & { readonly grants: Grants },
): PasswordProvider {
  const { grants: { account }, injector, tally, disturb, distort } = options;
  const provider = createCalDavProvider({
    policy: parseHostPolicy(CALDAV_SERVER),
    outbound: async ({ method, url, headers = {}, body }, { signal } = {}) => {
      const text = body instanceof Uint8Array ? new TextDecoder().decode(body) : body;
      const request = new Request(url, { method, headers, body: text ?? null });
      return await injector.at("provider", `caldav ${method} ${url.pathname}`, async () => {
        tally.count("provider calls");
        const given = await account.handle(request);
        const answer = disturb === null ? given : await disturb(account, request, given);
        const bytes = new Uint8Array(await answer.arrayBuffer());
        return { status: answer.status, headers: answer.headers, body: bytes, truncated: false };
      }, () => {
        throw new Unreachable();
      }, signal);
    },
  });
  return { ...provider, createClient: (given) => distort(provider.createClient(given)) };
}
