import { z } from "zod";
import { PASSWORD } from "../providers/caldav/server.ts";
import type { Stack } from "../stack.ts";

/** A stack, of whichever process. */
export type DemoStack = Pick<
  Stack,
  | "apiUrl"
  | "databaseUrl"
  | "publishableKey"
  | "settingsUrl"
  | "googleUrl"
  | "outlookUrl"
  | "caldavUrl"
  | "users"
>;

/** A user who is signed in, and calls the Calendar API. */
export interface Session {
  readonly email: string;
  readonly settings_url: string;
  readonly request: (method: string, path: string, body?: unknown) => Promise<Response>;
}

/** The Calendar API allows 120 calls a minute. */
const STATUS_POLL_MS = 600;

const Connected = z.object({ calendar_id: z.string() });

/** Signs a demo user in. */
export async function signIn(stack: DemoStack, user: DemoStack["users"][number]): Promise<Session> {
  const headers = { apikey: stack.publishableKey, "content-type": "application/json" };
  const answer = await fetch(`${stack.apiUrl}/auth/v1/token?grant_type=password`, {
    method: "POST",
    headers,
    body: JSON.stringify(user),
  });
  const { access_token } = z.object({ access_token: z.string() }).parse(await answer.json());
  return {
    email: user.email,
    settings_url: stack.settingsUrl,
    request: (method, path, body) =>
      fetch(`${stack.apiUrl}/functions/v1/calendar${path}`, {
        method,
        headers: { ...headers, authorization: `Bearer ${access_token}` },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
  };
}

/**
 * Connects the way a browser does, the consent page answered through the emulator's shortcut.
 *
 * @returns the id of the calendar
 */
export async function connectOAuth(
  { email, settings_url, request }: Session,
  provider: "google" | "outlook",
): Promise<string> {
  const begun = await request(
    "GET",
    `/authorize?provider=${provider}&redirect_to=${encodeURIComponent(settings_url)}`,
  );
  const consent = new URL(z.object({ url: z.string() }).parse(await begun.json()).url);
  consent.searchParams.set("emulator_account", email);
  consent.searchParams.set("emulator_consent", "allow");
  const callback = await fetch(consent, { redirect: "manual" });
  const landed = await fetch(callback.headers.get("location") ?? "", { redirect: "manual" });
  const connection = new URL(landed.headers.get("location") ?? "").searchParams.get("calendar_connection");
  const confirmed = await request("POST", "/confirm", { connection });
  return Connected.parse(await confirmed.json()).calendar_id;
}

/**
 * Connects the emulator's account of the user.
 *
 * @returns the id of the calendar
 */
export async function connectPassword({ email, request }: Session, server_url: string): Promise<string> {
  const connected = await request("POST", "/connect", {
    provider: "caldav",
    server_url,
    username: email,
    password: PASSWORD,
  });
  return Connected.parse(await connected.json()).calendar_id;
}

/** Waits until every calendar of the user holds what it should. */
export async function untilSynced({ request }: Session): Promise<void> {
  const Status = z.object({
    integrations: z.array(z.object({ progress: z.object({ pending: z.number() }) })),
  });
  while (true) {
    const { integrations } = Status.parse(await (await request("GET", "/status")).json());
    if (integrations.every(({ progress }) => progress.pending === 0)) return;
    await new Promise((resolve) => setTimeout(resolve, STATUS_POLL_MS));
  }
}
