import { createAdminClient, createContextClient } from "@supabase/server/core";
import type { SupabaseClient } from "@supabase/supabase-js";
import type { z } from "zod";
import type { Database, Json } from "./database.types.ts";
import { ApiError } from "./errors.ts";
import { logScope } from "./log-scope.ts";
import { metrics } from "./metrics.ts";

/** A hung database must not hold a worker for longer than its lease lasts. */
const RPC_TIMEOUT_MS = 10_000;

/** Of two calls that wait for each other the database ends one, as if it had not been made: it may be made again. */
const DEADLOCK_DETECTED = "40P01";
const ATTEMPTS_MAX = 3;
/** The caller has used up the calls of the database's own rate limit; `hint` has the seconds until the next one. */
const TOO_MANY_CALLS = "PT429";

/** The functions that the database offers. */
export type RpcName = keyof Database["public"]["Functions"];

type ArgsOf<Name extends RpcName> = Database["public"]["Functions"][Name]["Args"];

/**
 * The arguments of a function, as its migration names and types them. The database types do not know that any may be null, and
 * their JSON takes no readonly arrays: what is JSON is typed by the schema that makes it.
 */
export type RpcArgs<Name extends RpcName> = {
  readonly [Key in keyof ArgsOf<Name>]: Json extends ArgsOf<Name>[Key] ? unknown : ArgsOf<Name>[Key] | null;
};

/** What the client needs to know to call any of them; arguments are checked before, results behind it. */
interface AnyRpc {
  public: {
    Tables: Record<never, never>;
    Views: Record<never, never>;
    Functions: Record<RpcName, { Args: Record<string, unknown>; Returns: unknown }>;
  };
}

/**
 * Calls a database function and parses its result.
 *
 * @throws RpcError when the call fails; ApiError 429 where the user has made too many; zod's error when the result is not what the
 * schema says
 */
export type Rpc = <T, Name extends RpcName>(
  name: Name,
  args: RpcArgs<Name>,
  schema: z.ZodType<T>,
) => Promise<T>;

/** A database function failed. `code` is an SQLSTATE or PostgREST's own code; empty when there was no answer. */
export class RpcError extends Error {
  override readonly name = "RpcError";
  constructor(readonly rpc: string, readonly code: string, message: string) {
    super(`${rpc}: ${message}`);
  }
}

/**
 * Calls as `service_role`, for what no user may do. Where a signed-in user asks for it, the database is told on whose
 * behalf (`calendar_sync.caused_by`).
 */
export function createServiceRpc(): Rpc {
  return rpcOf(createAdminClient<AnyRpc>());
}

/**
 * Calls as the signed-in user, with row level security in force.
 *
 * @param admission of the call that is served, see `admitUser`
 */
export function createUserRpc(access_token: string, admission: string): Rpc {
  return rpcOf(createContextClient<AnyRpc>({ auth: { token: access_token } }), {
    "x-calendar-admission": admission,
  });
}

/** @param headers that every call has besides */
function rpcOf(client: SupabaseClient<AnyRpc>, headers: Readonly<Record<string, string>> = {}): Rpc {
  return async (name, args, schema) => {
    for (let attempt = 1;; attempt++) {
      const call = client.rpc(name, { ...args }).abortSignal(AbortSignal.timeout(RPC_TIMEOUT_MS));
      for (const [name, value] of Object.entries(headers)) call.setHeader(name, value);
      const scope = logScope();
      if (scope !== undefined) call.setHeader("x-request-id", scope.request_id);
      if (scope?.acts_for) call.setHeader("x-on-behalf-of", scope.acts_for);
      const { data, error } = await call;
      if (!error) return schema.parse(data);
      const code = error.code ?? "";
      if (code === TOO_MANY_CALLS) throw new ApiError(429, "rate_limited", error.message, Number(error.hint));
      if (isTrouble(code)) metrics.count("calendar_database_errors", {});
      if (code !== DEADLOCK_DETECTED || attempt === ATTEMPTS_MAX) {
        throw new RpcError(name, code, error.message);
      }
    }
  };
}

/**
 * Whether an error is the database's own and not the answer to what was asked: no answer, PostgREST without a connection,
 * and SQLSTATEs of connections, rollbacks, resources, operators and the system.
 *
 * @source PostgreSQL, appendix A; PostgREST, "Errors"
 */
function isTrouble(code: string): boolean {
  return code === "" || /^(?:PGRST00|08|40|53|55|57|58|XX)/.test(code);
}
