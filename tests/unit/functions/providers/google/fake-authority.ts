import { exportJWK, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT } from "jose";

/** What a test changes about the next answers. */
export interface Script {
  /** Replaces claims of the id token; undefined takes one away. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** How the id token is signed: rightly, or as somebody would who has not got the key. */
  readonly signed: "rightly" | "with another key" | "not at all" | "with the public key" | "with our secret";
  /** Changes the finished token. */
  readonly tamper: (token: string) => string;
  /** Replaces members of the token answer. */
  readonly tokens: Readonly<Record<string, unknown>>;
}

const CLIENT = { client_id: "client-1", client_secret: "a client secret that nobody else has" };

/** An authority like Google's on a free port; each test has one of its own below the same origin. */
export async function startAuthority() {
  const [keys, other_keys] = await Promise.all([
    generateKeyPair("RS256", { extractable: true }),
    generateKeyPair("RS256"),
  ]);
  const public_key = await exportJWK(keys.publicKey);
  const public_text = await exportSPKI(keys.publicKey);
  const fresh: Script = { claims: {}, signed: "rightly", tamper: (token) => token, tokens: {} };
  let script = fresh;
  let tests = 0;

  async function signed(claims: Record<string, unknown>): Promise<string> {
    const symmetric = (secret: string) =>
      new SignJWT(claims).setProtectedHeader({ alg: "HS256", kid: "k1" }).sign(
        new TextEncoder().encode(secret),
      );
    switch (script.signed) {
      case "not at all":
        return new UnsecuredJWT(claims).encode();
      case "with the public key":
        return await symmetric(public_text);
      case "with our secret":
        return await symmetric(CLIENT.client_secret);
      case "rightly":
      case "with another key":
        return await new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid: "k1" })
          .sign(script.signed === "rightly" ? keys.privateKey : other_keys.privateKey);
    }
  }

  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    const { pathname, origin } = new URL(request.url);
    const issuer = origin + (/^\/t\d+/.exec(pathname)?.[0] ?? "");
    if (pathname.endsWith("/.well-known/openid-configuration")) {
      return Response.json({
        issuer,
        authorization_endpoint: `${issuer}/auth`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/certs`,
        id_token_signing_alg_values_supported: ["RS256"],
      });
    }
    if (pathname.endsWith("/certs")) {
      return Response.json({ keys: [{ ...public_key, kid: "k1", alg: "RS256", use: "sig" }] });
    }
    const now = Math.floor(Date.now() / 1000);
    const id_token = await signed({
      iss: issuer,
      aud: CLIENT.client_id,
      azp: CLIENT.client_id,
      sub: "1234567890",
      email: "ada@example.com",
      nonce: "nonce-1",
      iat: now,
      exp: now + 600,
      ...script.claims,
    });
    return Response.json({
      access_token: "access-1",
      token_type: "Bearer",
      expires_in: 3599,
      refresh_token: "refresh-1",
      scope: "openid email https://www.googleapis.com/auth/calendar.app.created",
      id_token: script.tamper(id_token),
      ...script.tokens,
    });
  });
  const origin = `http://127.0.0.1:${server.addr.port}`;
  return {
    origin,
    /** Starts a test: a script of its own, and the environment of an authority that nobody has asked yet. */
    begin(given: Partial<Script> = {}) {
      script = { ...fresh, ...given };
      return { ...CLIENT, authority_url: `${origin}/t${++tests}`, api_url: "https://www.googleapis.com" };
    },
    stop: () => server.shutdown(),
  };
}
