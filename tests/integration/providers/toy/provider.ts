import { z } from "zod";
import { SafeUrl } from "../../../../supabase/functions/_shared/platform/env.ts";
import { parseJson } from "../../../../supabase/functions/_shared/providers/answer-table.ts";
import { boundedFetch } from "../../../../supabase/functions/_shared/providers/bounded-fetch.ts";
import { consentPageUrl, expiryOf } from "../../../../supabase/functions/_shared/providers/code-flow.ts";
import type {
  Access,
  ExchangeOutcome,
  OAuthConnector,
} from "../../../../supabase/functions/_shared/providers/connector.ts";
import {
  defineProvider,
  type ProviderDefinition,
} from "../../../../supabase/functions/_shared/providers/definition.ts";
import type { OAuthProvider } from "../../../../supabase/functions/_shared/providers/provider.ts";
import { readTokenRefusal } from "./answers.ts";
import { createToyClient } from "./client.ts";

const CALL_TIMEOUT_MS = 10_000;

/** As its row and its integrations call it. */
export const NAME = "toy";
const LABEL = "Toy";

/** The toy as the environment describes it. */
export interface ToyEnv {
  readonly client_secret: string;
  readonly url: string;
}

const Tokens = z.object({ access_token: z.string().min(1), expires_in_s: z.number() });
const Exchanged = Tokens.extend({
  refresh_token: z.string(),
  account: z.string(),
  nonce: z.string(),
  scope: z.string(),
});

/** What each access is granted. */
export function scopesOf(access: Access): readonly string[] {
  return access === "dedicated" ? ["toy.own"] : ["toy.own", "toy.all"];
}

/** A third provider, which nothing but the test that registers it knows. */
export function createToyProvider(toy: ToyEnv): OAuthProvider {
  return {
    name: NAME,
    label: LABEL,
    api_url: toy.url,
    connector: createToyConnector(toy),
    listsCalendars: (access) => access === "existing",
    createClient: ({ credentials: { access_token }, owner, budget }) =>
      createToyClient({ url: toy.url, access_token, owner, budget }),
  };
}

/** The toy for a registry. */
export const TOY: ProviderDefinition<typeof NAME> = defineProvider({
  name: NAME,
  label: LABEL,
  variables: z.object({ TOY_CLIENT_SECRET: z.string().optional(), TOY_URL: SafeUrl.optional() }),
  needed: ["TOY_CLIENT_SECRET", "TOY_URL"],
  create: ({ TOY_CLIENT_SECRET: client_secret, TOY_URL: url }) =>
    client_secret === undefined || url === undefined ? null : createToyProvider({ client_secret, url }),
});

function createToyConnector({ url, client_secret }: ToyEnv): OAuthConnector {
  const post = async (path: string, form: Readonly<Record<string, string>>) => {
    const response = await boundedFetch(`${url}${path}`, {
      method: "POST",
      body: JSON.stringify({ client_secret, ...form }),
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    });
    return { ok: response.ok, status: response.status, text: await response.text() };
  };
  return {
    kind: "oauth",
    getAuthUrl: ({ code_verifier, ...flow }) =>
      consentPageUrl(
        `${url}/consent`,
        { client_id: NAME, client_secret },
        { ...flow, code_verifier },
        scopesOf(flow.access),
        // A toy: the verifier goes as it is.
        { verifier: code_verifier },
      ),
    async exchangeToken({ access, callback, redirect_uri, nonce, code_verifier }): Promise<ExchangeOutcome> {
      const form = { code: callback.get("code") ?? "", redirect_uri, verifier: code_verifier };
      const answer = await post("/token", form).catch(() => null);
      const tokens = answer?.ok ? Exchanged.safeParse(parseJson(answer.text)).data : undefined;
      if (tokens === undefined) return { kind: "exchange_failed", reason: answer ? "refused" : "no_answer" };
      if (tokens.nonce !== nonce) return { kind: "identity_invalid", reason: "nonce" };
      const scopes = tokens.scope.split(" ");
      const missing = scopesOf(access).filter((scope) => !scopes.includes(scope));
      if (missing.length > 0) return { kind: "scope_missing", reason: missing.join(" ") };
      const { access_token, refresh_token, account, expires_in_s } = tokens;
      return {
        kind: "exchanged",
        account_id: `toy ${account}`,
        account_email: account,
        scopes,
        access_token,
        refresh_token,
        expires_at: expiryOf(expires_in_s),
      };
    },
    async refreshToken(refresh_token) {
      const answer = await post("/token", { refresh_token }).catch(() => null);
      if (answer === null) return { kind: "unavailable", reason: "no_answer" };
      if (!answer.ok) return readTokenRefusal(answer.status, answer.text);
      const tokens = Tokens.safeParse(parseJson(answer.text)).data;
      if (tokens === undefined) return { kind: "unavailable", reason: "unreadable" };
      const { access_token, expires_in_s } = tokens;
      return { kind: "refreshed", access_token, refresh_token: null, expires_at: expiryOf(expires_in_s) };
    },
    async revokeToken(refresh_token) {
      await post("/revoke", { refresh_token }).catch(() => null);
    },
    consentRefusal: (callback) =>
      callback.get("error") === "access_denied" ? "access_denied" : "exchange_failed",
    grantPageOf: () => "https://toy.example/grants",
    adminConsentUrl: () => null,
  };
}
