import { RedirectRefused, Unreachable } from "./errors.ts";
import { type HostPolicy, isSameSite } from "./host-policy.ts";
import type { OutboundRequest } from "./http1-request.ts";
import type { Outbound, OutboundLimits, OutboundResponse } from "./safe-fetch.ts";

/** Discovery of CalDAV needs two: the well-known address, and the server of the account. */
const REDIRECTS_MAX = 5;
const REDIRECT_STATUSES: readonly number[] = [301, 302, 303, 307, 308];
const TIMEOUT_MS = 20_000;

/** The last answer, and the address that gave it. */
export interface FollowedResponse extends OutboundResponse {
  readonly url: URL;
}

/**
 * Calls an address and follows its redirects by hand: each target is judged, resolved and checked as the first was, and is
 * of the same site. So headers, a password among them, never reach another one.
 *
 * Method and body stay the same (`PROPFIND` at a well-known address would be lost as `GET`), save for 303.
 *
 * @param limits of all calls together
 * @throws AddressNotAllowed for the first address
 * @throws RedirectRefused where a redirect leads to where nothing may be sent: what it says comes from the other side
 * @throws Unreachable for every other reason
 */
export async function followRedirects(
  outbound: Outbound,
  policy: HostPolicy,
  request: OutboundRequest,
  limits: OutboundLimits = {},
): Promise<FollowedResponse> {
  const until = performance.now() + (limits.timeout_ms ?? TIMEOUT_MS);
  const seen = new Set<string>();
  let next = request;
  let response = await outbound(next, limits);
  for (let followed = 0; REDIRECT_STATUSES.includes(response.status); followed++) {
    const target = targetOf(response, next.url);
    if (target === null) break;
    seen.add(`${next.method} ${next.url.href}`);
    if (!isSameSite(policy, next.url, target)) throw new RedirectRefused();
    next = redirected(next, target, response.status);
    if (followed === REDIRECTS_MAX || seen.has(`${next.method} ${target.href}`)) throw new RedirectRefused();
    try {
      response = await outbound(next, { ...limits, timeout_ms: Math.max(0, until - performance.now()) });
    } catch (error) {
      throw error instanceof Unreachable ? error : new RedirectRefused();
    }
  }
  return { ...response, url: next.url };
}

/** Where an answer points to; null where it does not say. */
function targetOf({ headers }: OutboundResponse, from: URL): URL | null {
  const location = headers.get("location");
  if (location === null) return null;
  if (!URL.canParse(location, from.href)) throw new RedirectRefused();
  const target = new URL(location, from.href);
  target.hash = "";
  return target;
}

function redirected(request: OutboundRequest, url: URL, status: number): OutboundRequest {
  if (status !== 303 || request.method === "HEAD") return { ...request, url };
  const { body: _body, ...rest } = request;
  return { ...rest, method: "GET", url };
}
