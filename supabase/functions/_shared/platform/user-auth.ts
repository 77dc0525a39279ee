import { verifyAuth } from "@supabase/server/core";
import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { decodeProtectedHeader } from "jose";
import { z } from "zod";
import { ApiError } from "./errors.ts";
import { admitKey, createKeyRpc, type KeyCaller, keyIn } from "./key-auth.ts";
import { actFor, addToSummary } from "./log-scope.ts";
import { admitUser } from "./rate-limit.ts";
import { createUserRpc, type Rpc } from "./rpc.ts";
import type { UserKeys } from "./user-keys.ts";

/** What a route knows of its caller. */
export interface UserVariables {
  readonly Variables: {
    readonly user_id: string;
    /** Calls the database as the user; of a key, within its scopes. */
    readonly userRpc: Rpc;
    /** The API key with which a program calls for the user; null: the user calls. */
    readonly key: KeyCaller | null;
  };
}

const Claims = z.object({ id: z.guid() });

/** Who a request is from: a signed-in user with a token that verifies, or nobody, and why. */
export type Identified =
  | { readonly kind: "user"; readonly user_id: string; readonly token: string }
  /** `legacy_secret`: the token is signed with HS256, for which there is no key. */
  | { readonly kind: "nobody"; readonly reason: "no_valid_token" | "legacy_secret" };

/** The library wants a project's address; to verify a token it needs the keys alone. */
const NEVER_ASKED = "http://127.0.0.1";

/** @param keys what tokens are verified with; HS256 only with a key of that kind in the environment */
export async function identify(request: Request, keys: UserKeys): Promise<Identified> {
  const { data, error } = await verifyAuth(request, { auth: "user", env: { url: NEVER_ASKED, jwks: keys } });
  const claims = Claims.safeParse(data?.userClaims);
  if (!error && claims.success && data?.token) {
    return { kind: "user", user_id: claims.data.id, token: data.token };
  }
  return { kind: "nobody", reason: isLegacy(request, keys) ? "legacy_secret" : "no_valid_token" };
}

/**
 * Lets in signed-in users, and programs with an API key, which are told apart by how the bearer begins. Nobody else: 401
 * `unauthorized`. Counts the calls of either: 429 `rate_limited` where it is one too many.
 *
 * @param options.keys what tokens are verified with
 * @param options.rpc as `service_role`
 * @param options.limit_per_minute calls of one user, and calls with one key
 * @param options.isSync whether a call makes everything due at once
 */
export function requireCaller(options: {
  readonly keys: UserKeys;
  readonly rpc: Rpc;
  readonly limit_per_minute: number;
  isSync(c: Context): boolean;
}) {
  const { keys, rpc, limit_per_minute, isSync } = options;
  return createMiddleware<UserVariables>(async (c, next) => {
    const shown = keyIn(c.req.raw.headers);
    const limits = { rpc, is_sync: isSync(c), limit_per_minute };
    if (shown === null) {
      const caller = await identify(c.req.raw, keys);
      if (caller.kind === "nobody") {
        addToSummary({ refused: caller.reason });
        throw new ApiError(401, "unauthorized", WORDS[caller.reason]);
      }
      actFor(caller.user_id);
      c.set("key", null);
      c.set("user_id", caller.user_id);
      c.set("userRpc", createUserRpc(caller.token, await admitUser(caller.user_id, limits)));
    } else {
      const key = await admitKey(shown, limits);
      actFor(key.user_id);
      c.set("key", key);
      c.set("user_id", key.user_id);
      c.set("userRpc", createKeyRpc(rpc, key.key_id));
    }
    await next();
  });
}

const WORDS = {
  no_valid_token: "Sign in and send the access token as Authorization: Bearer.",
  legacy_secret:
    "The access token is signed with the project's legacy secret (HS256), which cannot be verified here: the project has to migrate to signing keys.",
} as const;

/** What a token says of itself is enough to say why it is refused. */
function isLegacy(request: Request, keys: UserKeys): boolean {
  const token = request.headers.get("authorization")?.replace(/^Bearer\s+/i, "") ?? "";
  try {
    if (decodeProtectedHeader(token).alg !== "HS256") return false;
  } catch {
    return false;
  }
  return keys instanceof URL || !keys.keys.some(({ kty }) => kty === "oct");
}
