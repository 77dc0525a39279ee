import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from "jose";
import { z } from "zod";

/** What an emulator signs its id_tokens with. */
export interface SigningKey {
  readonly privateKey: CryptoKey;
  /** The public half. */
  readonly jwk: JWK & { readonly kid: string };
}

const SIGNERS = ["google", "outlook work", "outlook personal"] as const;
/** An emulator that signs tokens; each has a key of its own. */
export type Signer = typeof SIGNERS[number];

/** Names a file of {@link makeSigningKeys}, for emulators that are started again and again: RSA keys take a third of a second each. */
const KEYS_FILE = "EMULATOR_SIGNING_KEYS";
const PrivateKeys = z.record(
  z.string(),
  z.looseObject({ kty: z.literal("RSA"), n: z.string(), e: z.string() }),
);

/** Makes a key that no restart survives, or takes the one of the run that this process belongs to. */
export async function createSigningKey(signer: Signer): Promise<SigningKey> {
  const file = Deno.env.get(KEYS_FILE);
  const given = file ? PrivateKeys.parse(JSON.parse(await Deno.readTextFile(file)))[signer] : undefined;
  if (given === undefined) return await newKey();
  const privateKey = await importJWK(given, "RS256");
  if (!(privateKey instanceof CryptoKey)) throw new Error(`${KEYS_FILE} holds no private key for ${signer}.`);
  const { kty, n, e } = given;
  return { privateKey, jwk: await withId({ kty, n, e }) };
}

/** Makes a key for each signer, as the text of a file that only its owner may read. */
export async function makeSigningKeys(): Promise<string> {
  const keys = await Promise.all(SIGNERS.map(async (signer) => {
    const { privateKey } = await generateKeyPair("RS256", { extractable: true });
    return [signer, await exportJWK(privateKey)];
  }));
  return JSON.stringify(Object.fromEntries(keys));
}

async function newKey(): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair("RS256");
  return { privateKey, jwk: await withId(await exportJWK(publicKey)) };
}

async function withId(jwk: JWK): Promise<SigningKey["jwk"]> {
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), use: "sig" };
}
