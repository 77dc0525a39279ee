import { createMiddleware } from "hono/factory";
import { z } from "zod";
import { holdsApiKey, isMeantAsKey, KEY_SCOPES, type KeyScope, parseApiKey } from "./api-keys.ts";
import { ApiError } from "./errors.ts";
import { addToSummary, bindToLog } from "./log-scope.ts";
import { type Rpc, RpcError } from "./rpc.ts";
import { hashSecretToken } from "./secret-token.ts";

/** A program that showed a key which is good, and what it may do. */
export interface KeyCaller {
  readonly kind: "key";
  readonly key_id: string;
  readonly user_id: string;
  readonly scopes: readonly KeyScope[];
}

const Admission = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("allowed"), user_id: z.guid(), scopes: z.array(z.enum(KEY_SCOPES)) }),
  z.object({ kind: z.literal("limited"), user_id: z.guid(), wait_s: z.int() }),
  z.object({ kind: z.literal("refused"), reason: z.string() }),
]);

/** The key that a request shows, or what is meant as one; null: it shows none. */
export function keyIn(headers: Headers): string | null {
  const bearer = /^Bearer\s+(.*)$/i.exec(headers.get("authorization") ?? "")?.[1] ?? "";
  return isMeantAsKey(bearer) ? bearer : null;
}

/**
 * Refuses a call with a key anywhere in its address: 400 `key_in_query`. Addresses end up in logs and histories on the way, so
 * whoever sends one has to give it up.
 */
export const refuseKeyInAddress = createMiddleware(async (c, next) => {
  const { pathname, searchParams } = new URL(c.req.url);
  const parts = [decoded(pathname), ...[...searchParams].flat()];
  if (parts.some(holdsApiKey)) {
    throw new ApiError(
      400,
      "key_in_query",
      "There is an API key in the address, and addresses are logged on the way. Delete that key, make another, and send it as Authorization: Bearer.",
    );
  }
  await next();
});

/**
 * Lets a program in by its key and counts the call, in one question to the database. A key that is mistyped is refused without
 * one. Unknown, mistyped, expired and revoked keys, and those of blocked users, are the same 401 `unauthorized`; the log says which.
 *
 * @param key as it was sent
 * @param options.rpc as `service_role`
 * @param options.is_sync whether the call makes everything due at once
 * @param options.limit_per_minute calls with one key
 */
export async function admitKey(
  key: string,
  options: { readonly rpc: Rpc; readonly is_sync: boolean; readonly limit_per_minute: number },
): Promise<KeyCaller> {
  const parsed = parseApiKey(key);
  if (parsed === null) throw refused("key_mistyped");
  const { key_id, secret } = parsed;
  // Public, and the only way to find the program that still sends a key which has expired.
  bindToLog({ key_id });
  const admission = await options.rpc("calendar_use_key", {
    p_key_id: key_id,
    p_secret_hash: await hashSecretToken(secret),
    p_sync: options.is_sync,
    p_limit: options.limit_per_minute,
  }, Admission);
  switch (admission.kind) {
    case "refused":
      throw refused(admission.reason);
    case "limited": {
      const { user_id, wait_s } = admission;
      bindToLog({ user_id });
      throw new ApiError(
        429,
        "rate_limited",
        `Too many calls with this key. Try again in ${wait_s} s.`,
        wait_s,
      );
    }
    case "allowed":
      return { ...admission, kind: "key", key_id };
  }
}

/** The key has ended since it was let in: revoked, expired, or its user was blocked. */
const KEY_ENDED = "PT401";

/**
 * Calls the database as the user of a key, within the key's scopes: the database asks for both itself.
 *
 * @param rpc as `service_role`
 */
export function createKeyRpc(rpc: Rpc, key_id: string): Rpc {
  return async (name, args, schema) => {
    try {
      return await rpc(
        "calendar_call_with_key",
        { p_key_id: key_id, p_function: name, p_args: args },
        schema,
      );
    } catch (error: unknown) {
      throw error instanceof RpcError && error.code === KEY_ENDED ? refused("key_ended") : error;
    }
  };
}

function refused(reason: string): ApiError {
  addToSummary({ refused: reason });
  return new ApiError(
    401,
    "unauthorized",
    "This API key opens nothing: it is mistyped, unknown, expired or revoked.",
  );
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
