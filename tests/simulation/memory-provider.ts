import type { ConsentProvider } from "../support/subjects/subject.ts";
import { createGoogleClient } from "../../supabase/functions/_shared/providers/google/client.ts";
import { createOutlookClient } from "../../supabase/functions/_shared/providers/outlook/client.ts";
import type { CalendarClient } from "../../supabase/functions/_shared/providers/calendar-client.ts";
import type { RefreshOutcome } from "../../supabase/functions/_shared/providers/connector.ts";
import type { OAuthProvider } from "../../supabase/functions/_shared/providers/provider.ts";
import type { Fault, FaultInjector } from "./faults.ts";
import { type ProviderAccount, TOKEN_LIFETIME_S } from "./provider-accounts.ts";
import type { Tally } from "./tally.ts";

/** An account and what its owner has granted us. */
export interface Grants {
  readonly account_id: string;
  readonly account: ProviderAccount;
  readonly refresh_tokens: Set<string>;
  /** Whether a grant ended that an integration may live on. */
  readonly revoked: boolean;
  /** @param by_owner ours are for grants that nobody needs any more */
  revoke(by_owner: boolean): void;
}

export function createGrants(account_id: string, account: ProviderAccount): Grants {
  const refresh_tokens = new Set<string>();
  let revoked = false;
  return {
    account_id,
    account,
    refresh_tokens,
    get revoked() {
      return revoked;
    },
    revoke(by_owner) {
      // More than one: another consent came while we were ending the first.
      revoked ||= by_owner || refresh_tokens.size > 1;
      refresh_tokens.clear();
      account.forget();
    },
  };
}

/** What happens between a client and its provider in memory. */
export interface MemoryWiring {
  readonly injector: FaultInjector;
  readonly tally: Tally;
  /** What becomes of an answer on its way; null: nothing. */
  readonly disturb:
    | ((account: ProviderAccount, request: Request, answer: Response) => Promise<Response>)
    | null;
  /** Breaks clients; for planted bugs. */
  readonly distort: (client: CalendarClient) => CalendarClient;
}

/**
 * A provider without a network: our own clients, call by call, against accounts in memory. What the clients promise is
 * therefore what the real ones do, and every single call of theirs can meet a fault.
 *
 * @param grants accounts by their ids
 */
export function createMemoryProvider(
  name: ConsentProvider,
  options: MemoryWiring & { readonly grants: ReadonlyMap<string, Grants> },
): OAuthProvider {
  const { grants, injector, tally, disturb, distort } = options;
  let issued = 0;
  const issue = (grant: Grants) => {
    const access_token = `${grant.account_id}/access/${++issued}`;
    grant.account.allow(access_token);
    return { access_token, expires_at: new Date(Date.now() + TOKEN_LIFETIME_S * 1000).toISOString() };
  };
  const grantOf = (token: string): Grants | undefined => grants.get(token.split("/")[0] ?? "");
  const base = name === "google" ? "https://google.example" : "https://graph.example/v1.0";

  const fetchFrom = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, { ...init, signal: null });
    const { pathname } = new URL(request.url);
    // Calls that go singly can each meet a fault of its own.
    if (/\/batch\/|\/\$batch$/.test(pathname)) return new Response(null, { status: 404 });
    const label = `${name} ${request.method} ${pathname.replace(/^\/(calendar\/v3|v1\.0\/me)/, "")}`;
    return await injector.at(
      "provider",
      label,
      async () => {
        tally.count("provider calls");
        const token = request.headers.get("authorization")?.replace(/^Bearer /, "") ?? "";
        const grant = grantOf(token);
        if (grant === undefined) return refusal(name, 401, "authError");
        const answer = await grant.account.handle(request);
        return disturb === null ? answer : await disturb(grant.account, request, answer);
      },
      (fault) => brokenAnswer(name, fault),
      init?.signal,
    );
  };

  return {
    name,
    label: name,
    api_url: base,
    connector: {
      kind: "oauth",
      getAuthUrl: ({ state }) =>
        Promise.resolve(`https://consent.example/?${new URLSearchParams({ state })}`),
      exchangeToken({ callback }) {
        const account_id = callback.get("code") ?? "";
        const grant = grants.get(account_id);
        if (grant === undefined) return Promise.resolve({ kind: "exchange_failed", reason: "unknown_code" });
        const refresh_token = `${account_id}/refresh/${++issued}`;
        grant.refresh_tokens.add(refresh_token);
        return Promise.resolve({
          kind: "exchanged",
          account_id,
          account_email: `${account_id}@example.com`,
          scopes: ["calendar"],
          refresh_token,
          ...issue(grant),
        });
      },
      refreshToken: (refresh_token) =>
        injector.at<RefreshOutcome>("token", `${name} refresh`, () => {
          const grant = grantOf(refresh_token);
          if (grant === undefined || !grant.refresh_tokens.has(refresh_token)) {
            return Promise.resolve({ kind: "invalid_grant", reason: "revoked" });
          }
          // Entra gives a new refresh token each time, and goes on accepting the old one.
          const next = name === "outlook" ? `${grant.account_id}/refresh/${++issued}` : null;
          if (next !== null) grant.refresh_tokens.add(next);
          return Promise.resolve({ kind: "refreshed", refresh_token: next, ...issue(grant) });
        }, (fault) => ({ kind: "unavailable", reason: fault })),
      // Google ends every grant of the account; Microsoft has no way for an application to do so.
      revokeToken: (refresh_token) =>
        injector.at("token", `${name} revoke`, () => {
          if (name === "google") grantOf(refresh_token)?.revoke(false);
          return Promise.resolve();
        }, () => {}),
      consentRefusal: () => "access_denied",
      grantPageOf: () => "https://consent.example/",
      adminConsentUrl: () => null,
    },
    listsCalendars: (access) => access === "existing",
    createClient: ({ credentials: { access_token }, owner, calendar, budget }) =>
      distort(
        name === "google"
          ? createGoogleClient({ api_url: base, access_token, owner, calendar, budget, fetch: fetchFrom })
          : createOutlookClient({ graph_url: base, access_token, owner, calendar, budget, fetch: fetchFrom }),
      ),
  };
}

function brokenAnswer(name: ConsentProvider, fault: Fault): Response {
  switch (fault) {
    case "throttled-before":
      return refusal(name, 429, "rateLimitExceeded", { "retry-after": "30" });
    case "unauthorized-before":
      return refusal(name, 401, "authError");
    case "unavailable-before":
    case "unavailable-after":
      return refusal(name, 503, "backendError");
    default:
      throw new TypeError("connection closed before message completed");
  }
}

function refusal(name: ConsentProvider, status: number, reason: string, headers: HeadersInit = {}): Response {
  const error = name === "google" ? { errors: [{ reason }] } : { code: reason };
  return Response.json({ error }, { status, headers });
}
