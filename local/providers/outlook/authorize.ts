import { type Context, Hono } from "hono";
import { consentPage } from "../consent-page.ts";
import { consentOf, type OAuthClient } from "../oauth-client.ts";
import { randomToken } from "../observed-state.ts";
import { belongsTo, isTenant, PERSONAL_TENANT } from "./accounts.ts";
import { EntraError } from "./errors.ts";
import { askedOf, parseScopes } from "./scopes.ts";
import type { OutlookState } from "./state.ts";

const CODE_LIFETIME_MS = 600_000;
/** Base64url of SHA-256. */
const CHALLENGE = /^[A-Za-z0-9_-]{43}$/;

type Answer =
  | { readonly kind: "page"; readonly page: ReturnType<typeof consentPage> }
  | { readonly kind: "back"; readonly parameters: Readonly<Record<string, string>> };

const declined = () =>
  new EntraError(400, "access_denied", [65004], "User declined to consent to access the app.");

/** The pages on which a person, or an administrator for all of a tenant, consents. */
export function authorizeRoutes(state: OutlookState, client: OAuthClient): Hono {
  const app = new Hono();

  app.get("/:tenant/oauth2/v2.0/authorize", (c) => {
    const tenant = c.req.param("tenant");
    const query = new URL(c.req.url).searchParams;
    const redirect_uri = checkClient(query, tenant);
    return answered(c, redirect_uri, query, () => {
      if (query.get("response_type") !== "code") {
        throw new EntraError(400, "unsupported_response_type", [700054], "The response_type is not enabled.");
      }
      const mode = query.get("response_mode");
      if (mode !== null && mode !== "query") {
        throw new EntraError(
          400,
          "invalid_request",
          [70007],
          `'${mode}' is not supported for response_mode.`,
        );
      }
      const challenge = query.get("code_challenge");
      if (challenge === null || query.get("code_challenge_method") !== "S256") {
        throw new EntraError(400, "invalid_request", [9002325], "Proof Key for Code Exchange is required.");
      }
      if (!CHALLENGE.test(challenge)) {
        throw new EntraError(400, "invalid_request", [501491], "The size of code_challenge is invalid.");
      }
      const scopes = parseScopes(query.get("scope") ?? "");
      if (!scopes.includes("openid")) {
        throw new EntraError(400, "invalid_scope", [70011], "The scope has to include openid.");
      }
      const consent = consentOf(query);
      const account = state.accounts.get(consent?.email ?? "");
      if (!consent || !account) return pageOf(query, "Pick an account", askedOf(scopes), tenant);
      if (!belongsTo(account, tenant)) throw notOfTenant(account.email);
      if (!consent.allows) throw declined();
      if (state.admin_consent_required.has(account.tid) && account.tid !== PERSONAL_TENANT) {
        throw new EntraError(
          400,
          "consent_required",
          [90094],
          "An administrator of the tenant has set a policy that prevents you from granting the permissions.",
        );
      }
      const code = state.issue("code", randomToken("1.AX0A."));
      state.codes.set(code, {
        account,
        scopes,
        expires_at: Date.now() + CODE_LIFETIME_MS,
        tenant,
        redirect_uri,
        code_challenge: challenge,
        nonce: query.get("nonce"),
        is_redeemed: false,
      });
      return { kind: "back", parameters: { code, session_state: crypto.randomUUID() } };
    });
  });

  app.get("/:tenant/v2.0/adminconsent", (c) => {
    const tenant = c.req.param("tenant");
    const query = new URL(c.req.url).searchParams;
    const redirect_uri = checkClient(query, tenant);
    if (tenant === "common" || tenant === "consumers") {
      throw new EntraError(400, "invalid_request", [900144], `'${tenant}' has no administrator.`);
    }
    return answered(c, redirect_uri, query, () => {
      const scope = query.get("scope") ?? "";
      const scopes = parseScopes(scope);
      if (scopes.length === 0) {
        throw new EntraError(400, "invalid_request", [900144], "The scope is missing.");
      }
      const consent = consentOf(query);
      const account = state.accounts.get(consent?.email ?? "");
      if (!consent || !account) {
        return pageOf(query, "Permissions requested for your organization", askedOf(scopes), tenant);
      }
      if (!belongsTo(account, tenant)) throw notOfTenant(account.email);
      if (!consent.allows) throw declined();
      state.admin_consent_required.delete(account.tid);
      return { kind: "back", parameters: { admin_consent: "True", tenant: account.tid, scope } };
    });
  });

  /** Errors about who asks are shown, never redirected. */
  function checkClient(query: URLSearchParams, tenant: string): string {
    const redirect_uri = query.get("redirect_uri") ?? "";
    if (!isTenant(tenant)) {
      throw new EntraError(400, "invalid_tenant", [90002], `Tenant '${tenant}' not found.`);
    }
    if (query.get("client_id") !== client.id) {
      throw new EntraError(
        400,
        "unauthorized_client",
        [700016],
        "Application was not found in the directory.",
      );
    }
    if (!client.redirect_uris.includes(redirect_uri)) {
      throw new EntraError(400, "invalid_request", [50011], "The redirect URI does not match.");
    }
    return redirect_uri;
  }

  function pageOf(
    query: URLSearchParams,
    heading: string,
    scopes: readonly string[],
    tenant: string,
  ): Answer {
    const accounts = [...state.accounts.values()].filter((account) => belongsTo(account, tenant));
    const page = consentPage({ provider: "Microsoft", heading, accounts, query, scopes, choice: false });
    return { kind: "page", page };
  }

  return app;
}

/** Shows the page, or sends the person back with the result or the error. */
async function answered(
  c: Context,
  redirect_uri: string,
  query: URLSearchParams,
  decide: () => Answer,
): Promise<Response> {
  const back = new URL(redirect_uri);
  const returned = query.get("state");
  const add = (parameters: Readonly<Record<string, string>>) => {
    for (const [name, value] of Object.entries(parameters)) back.searchParams.set(name, value);
  };
  if (returned !== null) add({ state: returned });
  try {
    const answer = decide();
    if (answer.kind === "page") return await c.html(answer.page);
    add(answer.parameters);
  } catch (error) {
    if (!(error instanceof EntraError)) throw error;
    add({ error: error.error, error_description: error.description });
  }
  return c.redirect(back.toString(), 302);
}

function notOfTenant(email: string): EntraError {
  return new EntraError(
    400,
    "access_denied",
    [50020],
    `User account '${email}' does not exist in the tenant.`,
  );
}
