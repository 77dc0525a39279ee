import { base64url } from "jose";

const TICKET_BYTES = 32;

/** A new ticket: it exists in one redirect and in the browser that follows it, nowhere else. */
export function createTicket(): string {
  return base64url.encode(crypto.getRandomValues(new Uint8Array(TICKET_BYTES)));
}

/** @returns SHA-256, the only form in which a ticket is stored */
export async function hashTicket(ticket: string): Promise<string> {
  return base64url.encode(
    new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(ticket))),
  );
}
