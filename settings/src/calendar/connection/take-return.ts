import { type Return, RETURN_PARAMETERS, returnOf } from "./return-address.ts";

/**
 * Reads with what a consent page sent the browser back, and takes it out of the address and the history: a ticket is
 * nothing to keep, a reload or a bookmark nothing to confirm again.
 *
 * @returns null from the second time on
 */
export function takeReturn(): Return | null {
  const back = returnOf(location.search);
  if (back === null) return null;
  const address = new URL(location.href);
  for (const name of RETURN_PARAMETERS) address.searchParams.delete(name);
  history.replaceState(history.state, "", address);
  return back;
}
