import assert from "node:assert/strict";
import { z } from "zod";
import type { CalendarApi, StackAddress } from "./calendar-api.ts";

const ApiKey = z.object({
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.string()),
  created_at: z.string(),
  expires_at: z.string(),
  last_used_at: z.string().nullable(),
  replaced_by: z.string().nullable(),
});
const NewApiKey = ApiKey.extend({ key: z.string() });
export type ApiKey = z.infer<typeof ApiKey>;
export type NewApiKey = z.infer<typeof NewApiKey>;

/** Every scope that there is. */
export const ALL_SCOPES = [
  "status:read",
  "sync:write",
  "evidence:read",
  "feeds:write",
  "proposals:write",
  "webhooks:write",
] as const;

/** Makes a key, or with a path rotates one. */
export async function keyFrom(
  api: CalendarApi,
  body: unknown = { name: "Report", scopes: ALL_SCOPES },
  path = "/keys",
): Promise<NewApiKey> {
  const response = await api.request("POST", path, path === "/keys" ? body : undefined);
  const text = await response.text();
  assert.equal(response.status, 201, text);
  return NewApiKey.parse(JSON.parse(text));
}

export async function keysOf(api: CalendarApi): Promise<ApiKey[]> {
  return z.object({ keys: z.array(ApiKey) }).parse(await (await api.request("GET", "/keys")).json()).keys;
}

/** An answer to a program. */
export interface ProgramAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Of an error. */
  readonly code: string | undefined;
}

/**
 * Calls the Calendar API as a program does, with a key and nothing else.
 *
 * @param path below `/functions/v1/calendar`
 */
export async function callWithKey(
  stack: StackAddress,
  key: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<ProgramAnswer> {
  const response = await fetch(`${stack.apiUrl}/functions/v1/calendar${path}`, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    redirect: "manual",
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, code: codeIn(text) };
}

function codeIn(text: string): string | undefined {
  const said = z.object({ code: z.string() }).safeParse(parsed(text));
  return said.success ? said.data.code : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
