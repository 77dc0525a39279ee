import { hashSecretToken } from "./secret-token.ts";

/** What a key may open; `calendar/key-scopes.ts` says which calls. */
export const KEY_SCOPES = [
  "status:read",
  "sync:write",
  "evidence:read",
  "feeds:write",
  "proposals:write",
  "webhooks:write",
] as const;

export type KeyScope = typeof KEY_SCOPES[number];

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/** By this a key is told from any other credential: JSON Web Tokens begin with `eyJ`. */
const PREFIX = "eck_";
const KIND = `${PREFIX}live_`;
/** 59 random bits: public, and no two keys share them. */
const ID_CHARACTERS = 10;
/** 62^43 is the first power of 62 that holds 256 random bits. */
const RANDOM_CHARACTERS = 43;
/** 62^6 holds every CRC-32. */
const CHECKSUM_CHARACTERS = 6;

const SHAPE = new RegExp(
  `^${KIND}([0-9A-Za-z]{${ID_CHARACTERS}})_([0-9A-Za-z]{${RANDOM_CHARACTERS + CHECKSUM_CHARACTERS}})$`,
);
/** Also what is cut off or mistyped, and a key of a test environment to come. */
const LOOKS = /eck_(?:live|test)_[0-9A-Za-z]{10}/;

/** A key that may be one: its checksum is right. */
export interface ParsedKey {
  /** Public: lists and logs name the key by it. */
  readonly key_id: string;
  readonly secret: string;
}

/** Makes a key: `key` is to be shown once, and what is kept of it is `key_id` and the hash of the secret. */
export async function createApiKey(): Promise<
  { readonly key: string; readonly key_id: string; readonly secret_hash: string }
> {
  const key_id = randomDigits(ID_CHARACTERS);
  const random = randomDigits(RANDOM_CHARACTERS);
  const secret = random + checksum(`${KIND}${key_id}_${random}`);
  return { key: `${KIND}${key_id}_${secret}`, key_id, secret_hash: await hashSecretToken(secret) };
}

/**
 * Reads a key. Mistyped, cut and made-up ones end here: nothing has to be asked for them.
 *
 * @returns null for what is no key
 */
export function parseApiKey(text: string): ParsedKey | null {
  const [, key_id, secret] = SHAPE.exec(text) ?? [];
  if (key_id === undefined || secret === undefined) return null;
  // Whoever knows all but the checksum can work it out: comparing it tells nothing.
  return text.endsWith(checksum(text.slice(0, -CHECKSUM_CHARACTERS))) ? { key_id, secret } : null;
}

/** Whether a bearer is meant to be a key, whatever is wrong with it. */
export function isMeantAsKey(bearer: string): boolean {
  return bearer.startsWith(PREFIX);
}

/** Whether there is a key, or most of one, anywhere in a text. */
export function holdsApiKey(text: string): boolean {
  return LOOKS.test(text);
}

/** CRC-32 (ISO 3309, as in zip and PNG) of a text in ASCII, in base 62. */
function checksum(text: string): string {
  let rest = crc32(text);
  let digits = "";
  for (let place = 0; place < CHECKSUM_CHARACTERS; place++) {
    digits = DIGITS.charAt(rest % DIGITS.length) + digits;
    rest = Math.floor(rest / DIGITS.length);
  }
  return digits;
}

/** The polynomial of CRC-32, its bits reversed. */
const POLYNOMIAL = 0xed_b8_83_20;

function crc32(text: string): number {
  let crc = 0xff_ff_ff_ff;
  for (const byte of new TextEncoder().encode(text)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
  }
  return ~crc >>> 0;
}

/** Each as likely as the others: bytes beyond the last whole run of digits are drawn again. */
function randomDigits(count: number): string {
  const fair = 256 - 256 % DIGITS.length;
  let digits = "";
  while (digits.length < count) {
    for (const byte of crypto.getRandomValues(new Uint8Array(count - digits.length))) {
      if (byte < fair) digits += DIGITS.charAt(byte % DIGITS.length);
    }
  }
  return digits;
}
