import { hex } from "../_shared/platform/hex.ts";

/**
 * What stands for a caller's network address: calls are counted by it, and without the key it cannot be led back to the
 * address, of which there are few enough to try them all.
 *
 * @param forwarded_for `X-Forwarded-For`; hosted Supabase puts the caller first. What a caller makes up there evades the limit
 * on calls in vain and nothing else.
 * @param secret of this installation
 * @returns a UUID
 */
export async function callerAddress(forwarded_for: string | undefined, secret: string): Promise<string> {
  const address = forwarded_for?.split(",")[0]?.trim() ?? "";
  const text = new TextEncoder();
  const key = await crypto.subtle.importKey(
    "raw",
    text.encode(secret),
    { name: "HMAC", hash: "SHA-256" },
    false,
    [
      "sign",
    ],
  );
  const signature = new Uint8Array(
    await crypto.subtle.sign("HMAC", key, text.encode(`feed address ${address}`)),
  );
  return hex(signature.slice(0, 16)).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
