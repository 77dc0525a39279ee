import { jwtVerify, SignJWT } from "jose";
import { z } from "zod";
import { NOTICE_KINDS, type NoticeKind } from "../kinds.ts";

const AUDIENCE = "calendar-unsubscribe";

const Claims = z.object({ sub: z.guid(), kinds: z.array(z.enum(NOTICE_KINDS)).min(1) });

/** Whose mail of which kinds an address switches off. */
export interface Unsubscription {
  readonly user_id: string;
  readonly kinds: readonly NoticeKind[];
}

/**
 * The address that switches mail off without a session (RFC 8058). It is good for nothing else, and does not end: a mail may be read
 * years later. The same user and kinds always make the same address.
 *
 * @param public_url where mail programs reach the functions; without a trailing slash
 * @param secret `CALENDAR_STATE_SECRET`, of which a key for this purpose alone is derived
 */
export async function unsubscribeUrl(
  { user_id, kinds }: Unsubscription,
  public_url: string,
  secret: string,
): Promise<string> {
  const token = await new SignJWT({ kinds: [...kinds].sort() })
    .setProtectedHeader({ alg: "HS256" })
    .setSubject(user_id)
    .setAudience(AUDIENCE)
    .sign(await keyOf(secret));
  return `${public_url}/functions/v1/calendar/unsubscribe?token=${token}`;
}

/**
 * What a token allows.
 *
 * @param secrets any of which may have signed it: mails are older than a change of the secret
 * @returns null where it is not one of ours
 */
export async function readUnsubscription(
  token: string,
  secrets: readonly string[],
): Promise<Unsubscription | null> {
  for (const secret of secrets) {
    try {
      const { payload } = await jwtVerify(token, await keyOf(secret), {
        algorithms: ["HS256"],
        audience: AUDIENCE,
      });
      const claims = Claims.safeParse(payload);
      if (claims.success) return { user_id: claims.data.sub, kinds: claims.data.kinds };
    } catch {
      continue;
    }
  }
  return null;
}

async function keyOf(secret: string): Promise<Uint8Array<ArrayBuffer>> {
  const encode = (text: string) => new TextEncoder().encode(text);
  const key = await crypto.subtle.importKey("raw", encode(secret), { name: "HMAC", hash: "SHA-256" }, false, [
    "sign",
  ]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, encode(AUDIENCE)));
}
