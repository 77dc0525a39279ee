/**
 * Whether two secrets are the same, in a time that tells nothing of where they differ.
 *
 * @param given what a caller sent
 * @param expected what it has to be
 */
export async function sameSecret(given: string, expected: string): Promise<boolean> {
  const [a, b] = await Promise.all([sha256(given), sha256(expected)]);
  return a.reduce((difference, byte, index) => difference | (byte ^ (b[index] ?? 0)), 0) === 0;
}

/**
 * Whether a secret is one of several, in a time that tells nothing of which.
 *
 * @param given what a caller sent
 * @param accepted what it may be
 */
export async function isOneOfSecrets(given: string, accepted: readonly string[]): Promise<boolean> {
  const same = await Promise.all(accepted.map((expected) => sameSecret(given, expected)));
  return same.includes(true);
}

async function sha256(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}
