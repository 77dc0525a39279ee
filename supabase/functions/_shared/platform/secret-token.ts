import { base64url } from "jose";
import { hex } from "./hex.ts";

const TOKEN_BYTES = 32;

/** 256 random bits in base64url, to be shown once and kept nowhere: whoever has them is let in. */
export function createSecretToken(): string {
  return base64url.encode(crypto.getRandomValues(new Uint8Array(TOKEN_BYTES)));
}

/** @returns SHA-256 in hex, the only form in which a token is stored; random bits need no salt */
export async function hashSecretToken(token: string): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token))));
}
