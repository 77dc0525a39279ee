import type { Access, ProviderName } from "../../api/types.ts";

/** An account that is to be connected with a user name and a password. */
export interface PasswordRequest {
  readonly provider: ProviderName;
  readonly access: Access;
  /** The address, or of an account that is there the host name, to begin with. */
  readonly server?: string | null;
  readonly account_email?: string | null;
}

const listeners = new Set<(request: PasswordRequest) => void>();

/** Opens the dialog, from wherever on the page. */
export function askPassword(request: PasswordRequest): void {
  for (const listener of listeners) listener(request);
}

/** @returns ends it */
export function onPasswordRequest(listener: (request: PasswordRequest) => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}
