const PREFIX = "whsec_";

/**
 * The header `webhook-signature`: one signature for each secret, so that a receiver may know the old one or the new one.
 *
 * @param message.secrets `whsec_` and the key in base64
 * @param message.timestamp_s of this attempt, in seconds
 * @source Standard Webhooks 1.0.0, "Signature scheme": HMAC-SHA-256 of `id.timestamp.body`
 */
export async function signWebhook(message: {
  readonly id: string;
  readonly timestamp_s: number;
  readonly body: string;
  readonly secrets: readonly string[];
}): Promise<string> {
  const { id, timestamp_s, body, secrets } = message;
  const content = new TextEncoder().encode(`${id}.${timestamp_s}.${body}`);
  const signatures = await Promise.all(secrets.map(async (secret) => {
    const bytes = Uint8Array.from(atob(secret.replace(PREFIX, "")), (byte) => byte.charCodeAt(0));
    const key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, [
      "sign",
    ]);
    const signature = new Uint8Array(await crypto.subtle.sign("HMAC", key, content));
    return `v1,${btoa(String.fromCharCode(...signature))}`;
  }));
  return signatures.join(" ");
}
