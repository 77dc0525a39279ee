import { createRemoteJWKSet, type JSONWebKeySet } from "jose";
import { z } from "zod";
import { ConfigurationError, isLoopback } from "./env.ts";
import { log } from "./log.ts";

const KeySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) });
/** As `SUPABASE_JWKS` may have it: a set, or its keys alone. */
const GivenKeys = KeySet.or(KeySet.shape.keys.transform((keys) => ({ keys })));

/** Where the public keys are that users' tokens are verified with: in the environment, or at an address. */
export type UserKeys = JSONWebKeySet | URL;

/** What an operator does about a project that still signs with its legacy secret. */
const MIGRATE =
  "Supabase signs users' tokens with a legacy secret (HS256) or lists no key. In the dashboard, under JWT Keys, migrate the legacy secret and rotate to a signing key. Self-hosted: see docs/deploy/deploy.md, “Signing keys”.";

/**
 * Finds the keys: `SUPABASE_JWKS`, else what `SUPABASE_JWKS_URL` names, else what the project's Auth server lists.
 * A set without a key counts as no set: that is what a project has until it migrates to signing keys.
 *
 * @param supabase_url the project's; what comes from there is trusted with the secret key too, whatever its scheme
 * @throws ConfigurationError where a variable is malformed
 */
export function readUserKeys(get: (name: string) => string | undefined, supabase_url: string): UserKeys {
  const inline = get("SUPABASE_JWKS")?.trim() ?? "";
  if (inline !== "") {
    const keys = GivenKeys.safeParse(parseJson(inline));
    if (!keys.success) throw malformed("SUPABASE_JWKS must be a JSON Web Key Set");
    if (keys.data.keys.length > 0) return keys.data;
  }
  const address = get("SUPABASE_JWKS_URL")?.trim() ?? "";
  if (address === "") return new URL(`${supabase_url.replace(/\/+$/, "")}/auth/v1/.well-known/jwks.json`);
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url?.protocol !== "https:" && !(url?.protocol === "http:" && isLoopback(url.hostname))) {
    throw malformed("SUPABASE_JWKS_URL must be an https URL (plain http for loopback hosts only)");
  }
  return url;
}

/**
 * Says in the log where no user can be let in, and what to do. Without keys at start there may be some later: what is at an
 * address is asked for again.
 */
export async function warnOfMissingKeys(keys: UserKeys): Promise<void> {
  if (!(keys instanceof URL)) return;
  const remote = createRemoteJWKSet(keys);
  try {
    await remote.reload();
    if ((remote.jwks()?.keys.length ?? 0) > 0) return;
    log.error("no_signing_keys", { error_code: "configuration", jwks_url: keys.href, do: MIGRATE });
  } catch (error: unknown) {
    log.warn("signing_keys_unreachable", { jwks_url: keys.href, error });
  }
}

function malformed(problem: string): ConfigurationError {
  return new ConfigurationError(`Set the function secrets: ${problem}.`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
