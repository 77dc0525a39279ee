import { hex } from "./hex.ts";
import { isOneOfSecrets } from "./same-secret.ts";

/** What a token is signed as, so that it is good for nothing else that the same key signs. */
const PURPOSE = "push channel";
const CHANNEL_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * What a provider repeats in each call of a push channel: the channel's id, and our signature of it. The signature says, before
 * anything is looked up, that we made the channel; the stored hash says that the channel is still ours.
 *
 * @param channel_id a UUID
 * @param secret of this installation
 * @returns 101 characters; Graph takes 128, Google 256
 */
export async function channelToken(channel_id: string, secret: string): Promise<string> {
  const text = new TextEncoder();
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", text.encode(secret), algorithm, false, ["sign"]);
  const signature = await crypto.subtle.sign("HMAC", key, text.encode(`${PURPOSE} ${channel_id}`));
  return `${channel_id}.${hex(new Uint8Array(signature))}`;
}

/** The id that a token begins with; null where it is none of ours by its form. */
export function channelIn(token: string): string | null {
  const [channel_id = "", signature] = token.split(".");
  return signature !== undefined && CHANNEL_ID.test(channel_id) ? channel_id : null;
}

/**
 * Whether a token is one that we made, as far as its signature says.
 *
 * @param accepted the secrets of this installation, of which there are two while one is changed
 */
export async function isOurToken(token: string, accepted: readonly string[]): Promise<boolean> {
  const channel_id = channelIn(token);
  if (channel_id === null) return false;
  return await isOneOfSecrets(
    token,
    await Promise.all(accepted.map((secret) => channelToken(channel_id, secret))),
  );
}

/** SHA-256 in hex, the only form in which a token is stored. */
export async function hashChannelToken(token: string): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token))));
}
