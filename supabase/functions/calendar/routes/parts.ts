import { z } from "@hono/zod-openapi";
import { ErrorAnswer } from "../answers/parts.ts";

/** What a caller shows of itself: the project's publishable key and the user's access token. */
export const AS_USER = [{ apikey: [], user: [] }];

/** A body in JSON. */
export function json<T extends z.ZodType>(schema: T) {
  return { content: { "application/json": { schema } } };
}

/** A body that a call has to have. */
export function required<T extends z.ZodType>(schema: T) {
  return { ...json(schema), required: true };
}

/** Why a call is refused; the description names the codes. */
export function refused(description: string) {
  return { description, ...json(ErrorAnswer) };
}

/** What every call of a signed-in user, or of a program with an API key, may be answered. */
export const ANY_USER = {
  400: refused("key_in_query: send the API key as Authorization: Bearer; the one in the address is exposed."),
  401: refused("unauthorized: sign in, or send an API key that is good."),
  403: refused("scope_missing: the API key does not open this call, or none does."),
  429: {
    ...refused("rate_limited: too many calls of this user, or with this API key, within a minute."),
    headers: z.object({
      "retry-after": z.string().openapi({
        description: "Seconds until the next call may succeed, at least 1.",
      }),
    }),
  },
  500: refused("internal: try again."),
} as const;

/** What else a call may be answered that brings a body. */
export const WITH_BODY = { 413: refused("invalid_request: the body is larger than 64 KiB.") } as const;

export const INVALID = {
  400: refused("invalid_request: the message names the field. key_in_query: send the API key as a header."),
} as const;

export const NOT_YOURS = {
  404: refused("not_found: there is no such thing, or it is not the user's."),
} as const;

/** Why a provider may not be asked, or refuses. */
export const OF_PROVIDER_CONFLICT =
  "more_access_needed: connect again with access=existing, or choose another calendar. calendar_in_use: another connection of the user writes to that calendar. reconnect_needed: connect again first. permission_missing: connect again and allow everything. blocked_by_policy: ask the organisation's administrator. mailbox_unavailable: connect another account.";

/** Of calls that ask the calendar provider. */
export const OF_PROVIDER = {
  400: refused(
    "invalid_request: the message names the field. provider_not_configured: choose another provider.",
  ),
  404: refused("not_found: there is no such integration of the user's, or its calendar is gone."),
  409: refused(OF_PROVIDER_CONFLICT),
  502: refused(
    "provider_unavailable: try again. provider_refused: try again in a moment. provider_limit, quota: try again after Retry-After, where it is given. configuration: an administrator has to correct this installation.",
  ),
} as const;
