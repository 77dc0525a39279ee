import { Hono } from "hono";
import { isTenant, PERSONAL_TENANT } from "./accounts.ts";
import { EntraError } from "./errors.ts";
import type { SigningKeys } from "./signing-keys.ts";

/** Metadata and keys of each tenant. */
export function discoveryRoutes(keys: SigningKeys): Hono {
  const app = new Hono();

  app.get("/:tenant/v2.0/.well-known/openid-configuration", (c) => {
    const { origin } = new URL(c.req.url);
    const tenant = c.req.param("tenant");
    if (!isTenant(tenant)) {
      throw new EntraError(400, "invalid_tenant", [90002], `Tenant '${tenant}' not found.`);
    }
    const base = `${origin}/${tenant}`;
    return c.json({
      issuer: `${origin}/${issuerTenant(tenant)}/v2.0`,
      authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
      token_endpoint: `${base}/oauth2/v2.0/token`,
      jwks_uri: `${base}/discovery/v2.0/keys`,
      token_endpoint_auth_methods_supported: ["client_secret_post", "private_key_jwt", "client_secret_basic"],
      response_modes_supported: ["query", "fragment", "form_post"],
      response_types_supported: ["code"],
      subject_types_supported: ["pairwise"],
      id_token_signing_alg_values_supported: ["RS256"],
      scopes_supported: ["openid", "profile", "email", "offline_access"],
    });
  });
  app.get("/:tenant/discovery/v2.0/keys", (c) => {
    return c.json({ keys: keys.publicKeys(new URL(c.req.url).origin) });
  });
  return app;
}

/** Where a segment stands for many tenants its issuer is a template, to be filled in with the token's `tid`. */
function issuerTenant(segment: string): string {
  if (segment === "common" || segment === "organizations") return "{tenantid}";
  return segment === "consumers" ? PERSONAL_TENANT : segment;
}
