import type { TransactionSql } from "postgres";
import type { Claims, ProjectKeys } from "../keys.ts";
import { RestProblem } from "./problems.ts";

/** Who asks, as Postgres is told. */
export interface Caller {
  readonly role: Claims["role"];
  readonly claims: Record<string, unknown>;
  /** Of the call, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * As hosted Supabase sets them on its roles; `set role` alone does not apply a role's settings. `service_role` has none, and so the
 * one of `authenticator`, which PostgREST signs in as.
 */
const STATEMENT_TIMEOUTS = { anon: "3s", authenticated: "8s", service_role: "8s" } as const;

/**
 * A user's token decides; without one the API key does.
 *
 * @throws RestProblem 401 where the key is unknown or the token does not verify
 */
export async function callerOf(headers: Headers, keys: ProjectKeys): Promise<Caller> {
  const apikey = headers.get("apikey");
  const bearer = headers.get("authorization")?.replace(/^Bearer /i, "");
  const roles: Record<string, Claims["role"]> = { [keys.publishable]: "anon", [keys.secret]: "service_role" };
  const keyRole = apikey === null ? undefined : roles[apikey];
  if (keyRole === undefined) throw unverified();
  const named = Object.fromEntries(headers);
  // supabase-js sends the API key as the bearer too when nobody is signed in.
  if (bearer === undefined || bearer === apikey) {
    return { role: keyRole, claims: { role: keyRole }, headers: named };
  }
  const claims = await keys.verifyAccessToken(bearer);
  if (claims === null) throw unverified();
  return { role: claims.role, claims, headers: named };
}

function unverified(): RestProblem {
  return new RestProblem(401, "PGRST301", "JWT could not be verified");
}

/** Makes the rest of a transaction the caller's: role, claims, headers, and the limits of the role. */
export async function actAs(transaction: TransactionSql, caller: Caller): Promise<void> {
  await transaction`select set_config('role', ${caller.role}, true),
    set_config('request.jwt.claims', ${JSON.stringify(caller.claims)}, true),
    set_config('request.headers', ${JSON.stringify(caller.headers)}, true),
    set_config('search_path', 'public, extensions', true),
    set_config('statement_timeout', ${STATEMENT_TIMEOUTS[caller.role]}, true)`;
}
