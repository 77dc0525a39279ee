// What the providers' own libraries do: one call an event, so many at a time. The baseline of the initial sync.
import { calendar } from "@googleapis/calendar";
import { Client, HTTPMessageHandler, RetryHandler } from "@microsoft/microsoft-graph-client";
import type { GoogleEmulator } from "../../local/providers/google/server.ts";
import { randomToken } from "../../local/providers/observed-state.ts";
import type { OutlookEmulator } from "../../local/providers/outlook/server.ts";

const AT_ONCE = 10;

/** Creates events of the same kind as ours in a calendar. @returns creations that had to be asked for once more */
export type CreateAll = (calendar_id: string, count: number) => Promise<number>;

/** `@googleapis/calendar` against the emulator. */
export function googleClient({ url, state }: GoogleEmulator, email: string): CreateAll {
  const account = state.accounts.get(email);
  if (!account) throw new Error("There is no such account.");
  const token = randomToken("ya29.");
  const scopes = ["https://www.googleapis.com/auth/calendar"];
  state.accessTokens.set(token, { account, scopes, client_id: "official", expires_at: Infinity });
  const client = calendar({
    version: "v3",
    rootUrl: `${url}/`,
    headers: { authorization: `Bearer ${token}` },
  });
  return (calendarId, count) =>
    inParallel(count, async (n) => {
      await client.events.insert({
        calendarId,
        requestBody: {
          summary: `Official ${n}`,
          start: { date: "2027-01-01" },
          end: { date: "2027-01-02" },
          transparency: "transparent",
        },
      });
    });
}

/** `@microsoft/microsoft-graph-client` against the emulator, with its own retry handler. */
export function graphClient({ graph_url, state }: OutlookEmulator, email: string): CreateAll {
  const account = state.accounts.get(email);
  if (!account) throw new Error("There is no such account.");
  const token = randomToken("eyJ0");
  state.accessTokens.set(token, { account, scopes: ["Calendars.ReadWrite"], expires_at: Infinity });
  const { origin } = new URL(graph_url);
  const retries = new RetryHandler();
  // Its own authentication only goes to https hosts: the token is added below instead.
  retries.setNext(new HTTPMessageHandler());
  const client = Client.initWithMiddleware({
    baseUrl: `${origin}/`,
    defaultVersion: "v1.0",
    middleware: retries,
  });
  const day = (date: string) => ({ dateTime: `${date}T00:00:00`, timeZone: "UTC" });
  return (calendar_id, count) =>
    inParallel(count, async (n) => {
      await client.api(`/me/calendars/${encodeURIComponent(calendar_id)}/events`).header(
        "Authorization",
        `Bearer ${token}`,
      ).post({
        subject: `Official ${n}`,
        isAllDay: true,
        start: day("2027-01-01"),
        end: day("2027-01-02"),
        showAs: "free",
      });
    });
}

/** More failures than this are not the pace's. */
const REPEATED_MAX = 2_000;

/** A creation that fails is asked for again, as whoever wants all of them would. */
async function inParallel(count: number, create: (n: number) => Promise<void>): Promise<number> {
  const queue = Array.from({ length: count }, (_, n) => n).values();
  let repeated = 0;
  const worker = async () => {
    for (const n of queue) {
      for (let done = false; !done;) {
        done = await create(n).then(() => true, (error: unknown) => {
          if (++repeated > REPEATED_MAX) throw error;
          return false;
        });
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return repeated;
}
