import { exportJWK, generateKeyPair, SignJWT } from "jose";

/** What a test changes about the next answers. */
export interface Script {
  /** `{origin}` and `{tenantid}` are filled in. */
  issuer: string;
  /** Of the key in the key set; undefined: none. */
  key_issuer: string | undefined;
  /** Replaces claims of the id token; undefined takes one away. */
  claims: Record<string, unknown>;
  /** Signs with a key that is in no key set. */
  forged: boolean;
  /** Replaces members of the token answer. */
  tokens: Record<string, unknown>;
  /** Refuses instead. */
  refusal: { status: number; body: unknown } | null;
}

export const TENANT = "11111111-2222-4333-8444-555555555555";

/** An authority like Entra on a free port, with one token endpoint that does as its script says. */
export async function startAuthority() {
  const [keys, other_keys] = await Promise.all([
    generateKeyPair("RS256", { extractable: true }),
    generateKeyPair("RS256"),
  ]);
  const public_key = await exportJWK(keys.publicKey);
  const requests: { path: string; headers: Headers; form: URLSearchParams }[] = [];
  const fresh = (): Script => ({
    issuer: "{origin}/{tenantid}/v2.0",
    key_issuer: "{origin}/{tenantid}/v2.0",
    claims: {},
    forged: false,
    tokens: {},
    refusal: null,
  });
  let script = fresh();
  // A key set is trusted for minutes, so every test has an authority of its own: a path below the same origin.
  let tests = 0;
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    const { pathname, origin } = new URL(request.url);
    const form = new URLSearchParams(await request.text());
    requests.push({ path: pathname, headers: request.headers, form });
    const authority = /^\/t\d+\/common/.exec(pathname)?.[0] ?? "";
    const filled = (text: string) => text.replace("{origin}", origin);
    if (pathname.endsWith("/.well-known/openid-configuration")) {
      return Response.json({
        issuer: filled(script.issuer),
        authorization_endpoint: `${origin}${authority}/oauth2/v2.0/authorize`,
        token_endpoint: `${origin}${authority}/oauth2/v2.0/token`,
        jwks_uri: `${origin}${authority}/discovery/v2.0/keys`,
      });
    }
    if (pathname.endsWith("/keys")) {
      const issuer = script.key_issuer === undefined ? {} : { issuer: filled(script.key_issuer) };
      return Response.json({ keys: [{ ...public_key, kid: "k1", use: "sig", ...issuer }] });
    }
    if (script.refusal !== null) return Response.json(script.refusal.body, { status: script.refusal.status });
    const now = Math.floor(Date.now() / 1000);
    const id_token = await new SignJWT({
      iss: `${origin}/${TENANT}/v2.0`,
      aud: "client-1",
      iat: now,
      exp: now + 600,
      nonce: "nonce-1",
      sub: "subject",
      tid: TENANT,
      oid: "object-1",
      preferred_username: "ada@example.com",
      ...script.claims,
    }).setProtectedHeader({ alg: "RS256", kid: "k1" })
      .sign(script.forged ? other_keys.privateKey : keys.privateKey);
    return Response.json({
      access_token: "access-1",
      token_type: "Bearer",
      expires_in: 3600,
      refresh_token: "refresh-2",
      scope: "openid profile email https://graph.microsoft.com/Calendars.ReadWrite",
      id_token,
      ...script.tokens,
    });
  });
  const origin = `http://127.0.0.1:${server.addr.port}`;
  return {
    origin,
    requests,
    /** Starts a test: a script of its own, and the environment of an authority that nobody has asked yet. */
    begin(given: Partial<Script> = {}) {
      script = { ...fresh(), ...given };
      requests.length = 0;
      return {
        client_id: "client-1",
        client_secret: "secret/+1",
        client_secret_expires_on: null,
        authority_url: `${origin}/t${++tests}/common/v2.0`,
        graph_url: "https://graph.microsoft.com/v1.0",
      };
    },
    stop: () => server.shutdown(),
  };
}
