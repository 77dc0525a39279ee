import { base64url, generateKeyPair, SignJWT } from "jose";

/** Access tokens that must let nobody in, by what is wrong with them. */
export async function forgedTokens(user_id: string, genuine: string): Promise<Record<string, string>> {
  const now_s = Math.floor(Date.now() / 1000);
  const claims = { sub: user_id, role: "authenticated", aud: "authenticated", exp: now_s + 3600, iat: now_s };
  const service = { ...claims, role: "service_role" };
  const [header = "", payload = "", signature = ""] = genuine.split(".");
  const { kid } = JSON.parse(new TextDecoder().decode(base64url.decode(header)));
  const { privateKey } = await generateKeyPair("ES256");
  const text = (value: unknown) => base64url.encode(JSON.stringify(value));
  const es256 = (body: Record<string, unknown>) =>
    new SignJWT(body).setProtectedHeader({ alg: "ES256", kid, typ: "JWT" }).sign(privateKey);
  const hs256 = (body: Record<string, unknown>, secret: string) =>
    new SignJWT(body).setProtectedHeader({ alg: "HS256", kid }).sign(new TextEncoder().encode(secret));
  return {
    "no signature wanted (alg none)": `${text({ alg: "none", typ: "JWT" })}.${text(claims)}.`,
    "alg None": `${text({ alg: "None", kid })}.${text(service)}.`,
    "another key": await es256(claims),
    "service_role with another key": await es256(service),
    "the public key as a secret": await hs256(claims, kid),
    "an empty signature": `${header}.${payload}.`,
    "somebody else's payload": `${header}.${text(claims)}.${signature}`,
    "another payload, expired": `${header}.${text({ ...claims, exp: 1 })}.${signature}`,
    "a key of its own in the header": `${text({ alg: "ES256", jwk: { kty: "EC" } })}.${
      text(claims)
    }.${signature}`,
    "a key at an address": `${text({ alg: "ES256", jku: "http://127.0.0.1:1/", kid })}.${
      text(claims)
    }.${signature}`,
    "a kid with a path": `${text({ alg: "ES256", kid: "../../etc/passwd" })}.${text(claims)}.${signature}`,
    "critical extensions": `${
      text({ alg: "ES256", kid, crit: ["b64"], b64: false })
    }.${payload}.${signature}`,
    "more parts": `${genuine}.${signature}`,
    "no parts": "x",
    "nothing": "",
    "no base64": "$.$.$",
    "a payload that is no object": `${header}.${text([1])}.${signature}`,
    "prototype keys": `${text(JSON.parse('{"__proto__":{"alg":"none"}}'))}.${text(claims)}.`,
    "a huge payload": `${header}.${text({ ...claims, filler: "x".repeat(10_000) })}.${signature}`,
    "a deep payload": `${header}.${base64url.encode("[".repeat(4_000) + "]".repeat(4_000))}.${signature}`,
  };
}
