import {
  isOAuth,
  type OAuthProvider,
  type PasswordProvider,
  type Provider,
} from "../../supabase/functions/_shared/providers/provider.ts";
import type { SignedIn } from "./account.ts";
import type { Terminal } from "./terminal.ts";

const CONSENT_MINUTES = 5;

/** Where a browser is sent back to: it is to be registered with the provider as it stands here. */
export function redirectUri(port: number): string {
  return `http://localhost:${port}/callback`;
}

/**
 * Signs in to an account: on the consent page, or with what was typed. Tokens stay in the memory of this process.
 *
 * @param typed_server the CalDAV server that was typed, where the provider needs one
 * @throws Error that says why not, without a secret
 */
export async function signIn(
  provider: Provider,
  terminal: Terminal,
  { port, typed_server }: { readonly port: number; readonly typed_server: string },
): Promise<SignedIn> {
  return isOAuth(provider)
    ? await signInOnConsentPage(provider, terminal, port)
    : await signInWithPassword(provider, terminal, typed_server);
}

async function signInOnConsentPage(
  provider: OAuthProvider,
  terminal: Terminal,
  port: number,
): Promise<SignedIn> {
  const flow = {
    access: "dedicated",
    redirect_uri: redirectUri(port),
    nonce: crypto.randomUUID(),
    code_verifier: `${crypto.randomUUID()}${crypto.randomUUID()}`,
  } as const;
  const state = crypto.randomUUID();
  const url = await provider.connector.getAuthUrl({ ...flow, state });
  const callback = await callbackOn(port, state, () => {
    terminal.say(
      `Open this address in a browser on this machine, and sign in to the test account:\n\n${url}\n`,
    );
  });
  if (!callback.has("code")) throw new Error(`no consent: ${provider.connector.consentRefusal(callback)}`);
  const exchanged = await provider.connector.exchangeToken({ ...flow, callback });
  if (exchanged.kind !== "exchanged") {
    throw new Error(`not signed in: ${exchanged.kind}, ${exchanged.reason}`);
  }
  const { account_id, access_token, refresh_token } = exchanged;
  const credentials = { kind: "oauth", access_token } as const;
  return {
    account_id,
    credentials,
    refresh: refresh_token === null ? null : async () => {
      const refreshed = await provider.connector.refreshToken(refresh_token);
      return refreshed.kind === "refreshed"
        ? { is_good: true, is_renewed: ![null, refresh_token].includes(refreshed.refresh_token) }
        : { is_good: false, is_renewed: false };
    },
    grant_page: provider.connector.grantPageOf(account_id),
    createClient: (options) => provider.createClient({ ...options, credentials }),
  };
}

/** Waits for the browser to come back; what it asks with another state is not for us. */
async function callbackOn(port: number, state: string, ready: () => void): Promise<URLSearchParams> {
  const came = Promise.withResolvers<URLSearchParams>();
  const answer = (text: string, status: number) =>
    new Response(text, {
      status,
      headers: { "content-type": "text/plain", "referrer-policy": "no-referrer" },
    });
  const server = Deno.serve({ hostname: "127.0.0.1", port, onListen: ready }, (request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname !== "/callback" || searchParams.get("state") !== state) return answer("Not for us.", 404);
    came.resolve(searchParams);
    return answer("Go back to the terminal. You may close this page.", 200);
  });
  const timer = setTimeout(
    () => came.reject(new Error(`nobody consented within ${CONSENT_MINUTES} minutes`)),
    CONSENT_MINUTES * 60_000,
  );
  try {
    return await came.promise;
  } finally {
    clearTimeout(timer);
    await server.shutdown();
  }
}

async function signInWithPassword(
  provider: PasswordProvider,
  terminal: Terminal,
  server: string,
): Promise<SignedIn> {
  const username = await terminal.ask("User name:");
  const password = await terminal.askSecret("Password (of an app, where the service has such):");
  const checked = await provider.connector.check({ kind: "password", server, username, password });
  if (checked.kind !== "connected") throw new Error(`not signed in: ${checked.kind}, ${checked.reason}`);
  const { account_id, credentials } = checked;
  return {
    account_id,
    credentials,
    refresh: null,
    grant_page: null,
    createClient: (options) => provider.createClient({ ...options, credentials }),
  };
}
