import * as oauth from "oauth4webapi";
import { z } from "zod";
import { isLoopback } from "../../platform/env.ts";
import { boundedFetch } from "../bounded-fetch.ts";

const METADATA_TIMEOUT_MS = 10_000;
const METADATA_LIFETIME_MS = 3_600_000;

/** Where tokens of personal accounts come from. */
export const PERSONAL_TENANT = "9188040d-6c67-4c5b-b112-36a304b66dad";
/** Stands in an issuer for the tenant that a token comes from. */
const TENANT_TEMPLATE = "{tenantid}";
const GUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
/** Tenant segments that several tenants sign in through. */
const SHARED_TENANTS: ReadonlySet<string> = new Set(["common", "organizations", "consumers"]);

/** What is needed of an authority's metadata. */
export interface Authority {
  /** May hold `{tenantid}`: see {@link issuerOf}. */
  readonly issuer: string;
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
  readonly jwks_uri: string;
  /** Keys that were fetched, kept by `oauth4webapi` for as long as it trusts them. */
  readonly keys: oauth.JWKSCacheInput;
}

const Metadata = z.object({
  issuer: z.url(),
  authorization_endpoint: z.url(),
  token_endpoint: z.url(),
  jwks_uri: z.url(),
});

const known = new Map<string, { readonly until: number; readonly authority: Authority }>();

/**
 * An authority's metadata: known for Microsoft's public cloud, discovered anywhere else and then kept for an hour.
 *
 * @param authority_url `MICROSOFT_AUTHORITY_URL`
 * @throws where the discovery fails, or names an issuer of another origin
 * @source https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc
 */
export async function authorityOf(authority_url: string): Promise<Authority> {
  const kept = known.get(authority_url);
  if (kept !== undefined && kept.until > Date.now()) return kept.authority;
  const authority = {
    ...(publicCloud(authority_url) ?? await discover(authority_url)),
    keys: {},
  };
  known.set(authority_url, { until: Date.now() + METADATA_LIFETIME_MS, authority });
  return authority;
}

/**
 * The issuer that a token of a tenant must have.
 *
 * @param template an issuer, perhaps with `{tenantid}`
 * @param tenant the token's own `tid`
 */
export function issuerOf(template: string, tenant: string): string {
  return template.replace(TENANT_TEMPLATE, tenant);
}

/** Whether an issuer is the authority's own, or that of one of its tenants. */
export function isIssuerOf(template: string, issuer: string): boolean {
  const [before = "", after] = template.split(TENANT_TEMPLATE);
  if (after === undefined) return issuer === template;
  return issuer.startsWith(before) && issuer.endsWith(after) &&
    isTenantId(issuer.slice(before.length, issuer.length - after.length));
}

/** Whether a text is a tenant's id, as a `tid` has to be. */
export function isTenantId(text: string): boolean {
  return GUID.test(text);
}

/**
 * The tenant of an account.
 *
 * @param account_id as `identity.ts` makes it
 * @returns null where the account is not one of ours, so that nothing of it gets into an address
 */
export function tenantOf(account_id: string): string | null {
  const [tenant = ""] = account_id.split(".");
  return isTenantId(tenant) ? tenant : null;
}

/**
 * Where an administrator consents for a whole organisation.
 *
 * @param authority_url `MICROSOFT_AUTHORITY_URL`; one of a single organisation keeps its own
 * @param tenant the organisation's id; null: the administrator's own
 * @returns null where there are personal accounts alone, which nobody administers
 * @source https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
 */
export function adminConsentEndpoint(authority_url: string, tenant: string | null): URL | null {
  const url = new URL(authority_url);
  const segments = url.pathname.split("/");
  const shared = segments.findIndex((segment) => SHARED_TENANTS.has(segment));
  if (tenant === PERSONAL_TENANT || segments[shared] === "consumers") return null;
  // `common` is the one segment that this page does not take.
  if (shared !== -1) segments[shared] = tenant ?? "organizations";
  url.pathname = `${segments.join("/").replace(/\/$/, "")}/adminconsent`;
  return url;
}

/**
 * For requests to an authority: a time limit, an answer of a bounded size, and plain http to this machine only.
 *
 * @param timeout_ms milliseconds
 */
export function requestOptions(authority_url: string, timeout_ms: number): {
  readonly signal: AbortSignal;
  readonly [oauth.customFetch]: typeof boundedFetch;
  readonly [oauth.allowInsecureRequests]: boolean;
} {
  return {
    signal: AbortSignal.timeout(timeout_ms),
    [oauth.customFetch]: boundedFetch,
    [oauth.allowInsecureRequests]: isLoopback(new URL(authority_url).hostname),
  };
}

/** @returns null for another cloud, and for a tenant by its domain, whose issuer names an id that only it knows */
function publicCloud(authority_url: string): Omit<Authority, "keys"> | null {
  const tenant = /^https:\/\/login\.microsoftonline\.com\/([^/]+)\/v2\.0$/.exec(authority_url)?.[1];
  if (tenant === undefined || !(SHARED_TENANTS.has(tenant) || isTenantId(tenant))) return null;
  const base = `https://login.microsoftonline.com/${tenant}`;
  return {
    issuer: `https://login.microsoftonline.com/${SHARED_TENANTS.has(tenant) ? TENANT_TEMPLATE : tenant}/v2.0`,
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    token_endpoint: `${base}/oauth2/v2.0/token`,
    jwks_uri: `${base}/discovery/v2.0/keys`,
  };
}

async function discover(authority_url: string): Promise<Omit<Authority, "keys">> {
  const response = await oauth.discoveryRequest(
    new URL(authority_url),
    requestOptions(authority_url, METADATA_TIMEOUT_MS),
  );
  const metadata = Metadata.parse(await response.json());
  // OIDC Discovery wants the issuer to be the authority; Entra's differs in its path, and may be a template.
  if (new URL(metadata.issuer).origin !== new URL(authority_url).origin) {
    throw new Error("The authority's metadata names an issuer of another origin.");
  }
  return metadata;
}
