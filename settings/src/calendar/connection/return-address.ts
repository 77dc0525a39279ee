/** With what a consent page sent the browser back. */
export type Return =
  | { readonly kind: "ticket"; readonly ticket: string }
  | { readonly kind: "refused"; readonly code: string }
  | { readonly kind: "admin_consent_given" };

/** What a consent page adds to the address. */
export const RETURN_PARAMETERS = ["calendar_connection", "calendar_error", "calendar_admin_consent"] as const;

/** Whether the browser comes back from a consent page. */
export function isReturn(query: string): boolean {
  const parameters = new URLSearchParams(query);
  return RETURN_PARAMETERS.some((name) => parameters.has(name));
}

/** @param query of the address that the browser was sent back to */
export function returnOf(query: string): Return | null {
  const parameters = new URLSearchParams(query);
  const [ticket, code] = [parameters.get("calendar_connection"), parameters.get("calendar_error")];
  if (ticket) return { kind: "ticket", ticket };
  if (code) return { kind: "refused", code };
  return parameters.has("calendar_admin_consent") ? { kind: "admin_consent_given" } : null;
}
