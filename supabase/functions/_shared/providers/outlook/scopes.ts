import { isLoopback } from "../../platform/env.ts";

/** Sign-in, and a refresh token; not of Graph. */
const SIGN_IN_SCOPES = ["openid", "email", "profile", "offline_access"];
const CALENDAR_SCOPE = "Calendars.ReadWrite";
const GRAPH_RESOURCE = "https://graph.microsoft.com";

/**
 * What a user is asked for, and what every refresh asks for again: Graph knows no smaller right that makes a calendar.
 *
 * @param graph_url `MICROSOFT_GRAPH_URL`
 * @source https://learn.microsoft.com/graph/permissions-reference
 */
export function scopesOf(graph_url: string): readonly string[] {
  return [...SIGN_IN_SCOPES, calendarScope(graph_url)];
}

/** What an administrator consents to for everyone. */
export function adminScopesOf(graph_url: string): readonly string[] {
  return ["offline_access", calendarScope(graph_url)];
}

/**
 * Scopes as they can be compared: Entra names the resource or not, in either case.
 *
 * @param granted the `scope` of a token endpoint's answer; undefined: all that was asked for was granted (RFC 6749 §5.1)
 * @source github.com/ridafkih/keeper.sh #644
 */
export function grantedScopes(graph_url: string, granted: string | undefined): readonly string[] {
  const prefix = `${resourceOf(graph_url)}/`.toLowerCase();
  const scopes = granted === undefined
    ? scopesOf(graph_url)
    : granted.split(/\s+/).filter((scope) => scope !== "");
  return scopes.map((scope) => scope.toLowerCase().replace(prefix, ""));
}

/** @returns the scope that is missing from what was granted; null where none is */
export function missingScope(granted: readonly string[]): string | null {
  return granted.includes(CALENDAR_SCOPE.toLowerCase()) ? null : CALENDAR_SCOPE;
}

function calendarScope(graph_url: string): string {
  return `${resourceOf(graph_url)}/${CALENDAR_SCOPE}`;
}

/**
 * The resource that a scope is of. A Graph of another cloud is a resource of its own; one on this machine stands in
 * for the public one.
 *
 * @source https://learn.microsoft.com/graph/deployments
 */
function resourceOf(graph_url: string): string {
  const { protocol, hostname, origin } = new URL(graph_url);
  return protocol === "https:" && !isLoopback(hostname) ? origin : GRAPH_RESOURCE;
}
