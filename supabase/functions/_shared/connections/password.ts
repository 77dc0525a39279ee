import { z } from "zod";
import { lastError } from "../domain/last-error.ts";
import type { AccessTokenOutcome } from "../oauth/access-token.ts";
import { log } from "../platform/log.ts";
import type { Rpc } from "../platform/rpc.ts";
import { createCallBudget } from "../providers/call-budget.ts";
import type { CredentialsOf } from "../providers/credentials.ts";
import type { PasswordProvider } from "../providers/provider.ts";

type Password = CredentialsOf<"password">;

const Stored = z.object({ server: z.string(), username: z.string(), password: z.string() });

/** The one text that is kept of what a user typed, in Vault. */
export function passwordSecret({ server, username, password }: Password): string {
  return JSON.stringify({ server, username, password });
}

/** Reads what {@link passwordSecret} wrote. */
export function readPasswordSecret(secret: string): Password {
  return { kind: "password", ...Stored.parse(JSON.parse(secret)) };
}

/** Whose password, and what is known of it. */
export interface PasswordRequest {
  readonly rpc: Rpc;
  readonly provider: PasswordProvider;
  readonly integration_id: string;
  readonly user_id: string;
  /** The secret that the caller has, if any. */
  readonly known: string | null;
  /** A secret that the server answered 401 to. */
  readonly rejected: string | null;
  /** Provider calls that a person is about to make with it; a worker's are reserved with its batch. */
  readonly calls?: number;
}

const ReadPassword = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("valid"), secret: z.string().min(1) }),
  z.object({ kind: z.literal("lost") }),
]);

const Refused = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("refused_once"), ask_again_ms: z.number() }),
  z.object({ kind: z.literal("changed") }),
  z.object({ kind: z.literal("lost") }),
]);

/**
 * The password of an integration, with its server and user name. One that was refused somewhere is tried where the account
 * itself is: only what that address says counts, and only the second time, some minutes after the first.
 *
 * @returns the secret as `access_token`
 */
export async function getPassword(request: PasswordRequest): Promise<AccessTokenOutcome> {
  const { rpc, known, rejected } = request;
  if (rejected !== null) return await examine(request, rejected);
  if (known !== null) return { kind: "valid", access_token: known };
  const read = await rpc("calendar_read_password", {
    p_integration_id: request.integration_id,
    p_calls: request.calls ?? 0,
  }, ReadPassword);
  return read.kind === "valid" ? { kind: "valid", access_token: read.secret } : read;
}

async function examine(request: PasswordRequest, rejected: string): Promise<AccessTokenOutcome> {
  const { rpc, provider, integration_id, user_id } = request;
  const answer = await provider.createClient({
    credentials: readPasswordSecret(rejected),
    owner: user_id,
    calendar: null,
    budget: createCallBudget(Infinity),
  }).checkAccount();
  if (answer.kind !== "token_rejected") {
    // The account lets us in: what refused it is asked once more.
    if (answer.kind === "done") return { kind: "valid", access_token: rejected };
    return { kind: "silent" in answer && answer.silent ? "unreachable" : "unavailable" };
  }
  const refused = await rpc("calendar_password_refused", {
    p_integration_id: integration_id,
    p_secret: rejected,
    p_refusal_s: provider.connector.refusal_s,
    p_error_once: lastError("provider_unavailable"),
    p_error_lost: lastError("invalid_grant"),
  }, Refused);
  if (refused.kind === "changed") return await getPassword({ ...request, known: null, rejected: null });
  log.warn("password_refused", {
    provider: provider.name,
    success: false,
    integration_id,
    is_lost: refused.kind === "lost",
    reason: answer.reason,
  });
  return refused.kind === "lost" ? refused : { kind: "unavailable", after_ms: refused.ask_again_ms };
}
