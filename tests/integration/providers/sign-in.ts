import assert from "node:assert/strict";
import type {
  AuthorizationFlow,
  ExchangeOutcome,
} from "../../../supabase/functions/_shared/providers/connector.ts";
import type { OAuthProvider } from "../../../supabase/functions/_shared/providers/provider.ts";
import { redirectOf } from "../../support/calendar-api.ts";
import type { RunningProvider } from "./subject.ts";

/** Registered with every emulator; nobody listens there. */
export const REDIRECT_URI = "http://127.0.0.1:9/callback";

type Exchanged = Extract<ExchangeOutcome, { kind: "exchanged" }>;

/** A way through the consent page, up to the redirect back to us. */
export interface Consented {
  readonly flow: AuthorizationFlow;
  readonly callback: URLSearchParams;
}

/** Answers the consent page as a person would. */
export async function answerConsentPage(
  url: string,
  answer: { readonly account: string; readonly consent?: "allow" | "deny"; readonly ticked?: string },
): Promise<URLSearchParams> {
  const page = new URL(url);
  page.searchParams.set("emulator_account", answer.account);
  page.searchParams.set("emulator_consent", answer.consent ?? "allow");
  if (answer.ticked !== undefined) page.searchParams.set("emulator_scopes", answer.ticked);
  const back = await redirectOf(page);
  assert.equal(back.origin + back.pathname, REDIRECT_URI);
  return back.searchParams;
}

/** Begins a connection and lets a person answer the consent page. */
export async function askForConsent(
  provider: OAuthProvider,
  person: {
    readonly account: string;
    readonly access?: "dedicated" | "existing";
    readonly consent?: "allow" | "deny";
    readonly ticked?: string;
  },
): Promise<Consented> {
  const flow: AuthorizationFlow = {
    access: person.access ?? "dedicated",
    redirect_uri: REDIRECT_URI,
    nonce: crypto.randomUUID(),
    code_verifier: `${crypto.randomUUID()}${crypto.randomUUID()}`,
  };
  const state = crypto.randomUUID();
  const callback = await answerConsentPage(await provider.connector.getAuthUrl({ ...flow, state }), person);
  assert.equal(callback.get("state"), state);
  return { flow, callback };
}

/** Goes the whole way from the consent page to tokens. */
export async function signIn(
  provider: OAuthProvider,
  person: { readonly account: string; readonly access?: "dedicated" | "existing" },
): Promise<Exchanged & { readonly refresh_token: string }> {
  const { flow, callback } = await askForConsent(provider, person);
  const exchanged = await provider.connector.exchangeToken({ ...flow, callback });
  assert.ok(exchanged.kind === "exchanged", JSON.stringify(exchanged));
  const { refresh_token } = exchanged;
  assert.ok(refresh_token, "no refresh token");
  return { ...exchanged, refresh_token };
}

/** Opens clients for accounts that consent once. */
export function oauthClients(provider: OAuthProvider): RunningProvider["openClient"] {
  const tokens = new Map<string, string>();
  return async (account, access, options) => {
    const key = `${account} ${access}`;
    const access_token = tokens.get(key) ?? (await signIn(provider, { account, access })).access_token;
    tokens.set(key, access_token);
    return provider.createClient({ credentials: { kind: "oauth", access_token }, ...options });
  };
}
