/** With what a consent page sent the browser back. */
export type Return =
  | { readonly kind: "ticket"; readonly ticket: string }
  | { readonly kind: "refused"; readonly code: string }
  | { readonly kind: "admin_consent_given" };

const NAMES = ["calendar_connection", "calendar_error", "calendar_admin_consent"] as const;

/** Whether the browser comes back from a consent page. */
export function isReturn(query: string): boolean {
  const parameters = new URLSearchParams(query);
  return NAMES.some((name) => parameters.has(name));
}

/** @param query of the address that the browser was sent back to */
export function returnOf(query: string): Return | null {
  const parameters = new URLSearchParams(query);
  const [ticket, code] = [parameters.get("calendar_connection"), parameters.get("calendar_error")];
  if (ticket) return { kind: "ticket", ticket };
  if (code) return { kind: "refused", code };
  return parameters.has("calendar_admin_consent") ? { kind: "admin_consent_given" } : null;
}

/**
 * Reads it, and takes it out of the address and the history: a ticket is nothing to keep, a reload or a bookmark nothing
 * to confirm again.
 *
 * @returns null from the second time on
 */
export function takeReturn(): Return | null {
  const back = returnOf(location.search);
  if (back === null) return null;
  const address = new URL(location.href);
  for (const name of NAMES) address.searchParams.delete(name);
  history.replaceState(history.state, "", address);
  return back;
}
