import assert from "node:assert/strict";
import type { OutlookEmulator } from "../../../local/providers/outlook/server.ts";
import { randomToken } from "../../../local/providers/observed-state.ts";

/** Every preference that a sync client states. */
export const IMMUTABLE = { prefer: 'IdType="ImmutableId"' };
/** One day, the end exclusive. */
export const ALL_DAY = {
  isAllDay: true,
  start: { dateTime: "2027-01-01T00:00:00", timeZone: "UTC" },
  end: { dateTime: "2027-01-02T00:00:00", timeZone: "UTC" },
};

/** An access token of the emulator without the way through its consent page. */
export function accessToken(
  outlook: OutlookEmulator,
  email: string,
  scopes: readonly string[] = ["Calendars.ReadWrite"],
): string {
  const account = outlook.state.accounts.get(email);
  assert.ok(account);
  const token = randomToken("eyJ0");
  outlook.state.accessTokens.set(token, { account, scopes, expires_at: Infinity });
  return token;
}

/** Calls Graph with a token; `prefer` is that of the immutable ids unless a header says otherwise. */
export function graphCalls(outlook: OutlookEmulator, token: string) {
  return async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = IMMUTABLE,
  ) => {
    const response = await fetch(path.startsWith("http") ? path : outlook.graph_url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const json = text.startsWith("{") ? JSON.parse(text) : {};
    return { status: response.status, code: json.error?.code, json, headers: response.headers };
  };
}

/** What a test compares of a refusal. */
export const refusal = ({ status, code }: { status: number; code?: string }) => [status, code];

/** A path segment. */
export const segment = encodeURIComponent;
