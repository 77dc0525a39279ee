import { hex } from "./hex.ts";

/** What a token is signed as, so that it is good for nothing else that the same key signs. */
const PURPOSE = "push channel";
const TOKEN = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([0-9a-f]{64})$/;
const ALGORITHM = { name: "HMAC", hash: "SHA-256" };

/**
 * What a provider repeats in each call of a push channel: the channel's id, and our signature of it. The signature says, before
 * anything is looked up, that we made the channel; the stored hash says that the channel is still ours.
 *
 * @param channel_id a UUID
 * @param secret of this installation
 * @returns 101 characters; Graph takes 128, Google 256
 */
export async function channelToken(channel_id: string, secret: string): Promise<string> {
  const signature = await crypto.subtle.sign("HMAC", await keyOf(secret, "sign"), signed(channel_id));
  return `${channel_id}.${hex(new Uint8Array(signature))}`;
}

/** The id that a token begins with; null where it is none of ours by its form. */
export function channelIn(token: string): string | null {
  return TOKEN.exec(token)?.[1] ?? null;
}

/** Whether a token is one that we made, as far as its signature says. */
export type TokenCheck = (token: string) => Promise<boolean>;

/**
 * Makes the check of the tokens that providers repeat. It is made once: anybody may call, so a call is to cost little.
 *
 * @param accepted the secrets of this installation, of which there are two while one is changed
 */
export function createTokenCheck(accepted: readonly string[]): TokenCheck {
  const keys = Promise.all(accepted.map((secret) => keyOf(secret, "verify")));
  return async (token) => {
    const [, channel_id, signature] = TOKEN.exec(token) ?? [];
    if (channel_id === undefined || signature === undefined) return false;
    const bytes = Uint8Array.from(signature.match(/../g) ?? [], (pair) => parseInt(pair, 16));
    const verified = await Promise.all(
      (await keys).map((key) => crypto.subtle.verify("HMAC", key, bytes, signed(channel_id))),
    );
    return verified.includes(true);
  };
}

/** SHA-256 in hex, the only form in which a token is stored. */
export async function hashChannelToken(token: string): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token))));
}

function keyOf(secret: string, usage: "sign" | "verify"): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", new TextEncoder().encode(secret), ALGORITHM, false, [usage]);
}

function signed(channel_id: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${PURPOSE} ${channel_id}`);
}
