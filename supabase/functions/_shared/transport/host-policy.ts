import { getDomain } from "tldts";
import { AddressNotAllowed } from "./errors.ts";
import { isIpLiteral } from "./public-address.ts";

/** What services on the Internet listen on; anything else would make a port scanner of us. */
const PUBLIC_PORTS: readonly number[] = [443, 8443];

/** RFC 1035 §2.3.4. */
const HOSTNAME_CHARACTERS_MAX = 253;
const LABEL = /^[a-z0-9_-]{1,63}$/;

interface ListedOrigin {
  readonly origin: string;
  readonly hostname: string;
  readonly port: number;
  readonly tls: boolean;
  /** With a scheme and a port of its own: the operator's, on whatever network. */
  readonly may_be_private: boolean;
}

/** Which hosts may be called. */
export interface HostPolicy {
  /** Every public host, by https. */
  readonly any_public: boolean;
  readonly listed: readonly ListedOrigin[];
  /** Of this project: calling them would be a loop. */
  readonly own_origins: readonly URL[];
}

/** Where a request goes. */
export interface Destination {
  /** Without a final dot; IPv6 in brackets. */
  readonly hostname: string;
  readonly port: number;
  readonly tls: boolean;
  /** `https://host:port`, one spelling for each destination. */
  readonly origin: string;
  /** The registrable domain, by the public-suffix list with its private part; the host itself where there is none. */
  readonly site: string;
  /** An origin of the operator's own: it is called wherever it leads. */
  readonly may_be_private: boolean;
}

/** A list of origins that cannot be read; the message says what it must be. */
export class HostPolicyError extends Error {
  override readonly name = "HostPolicyError";
}

/**
 * Reads which hosts may be called.
 *
 * - `*`: any public https host, on the ports 443 and 8443;
 * - `https://dav.example.com`: that host and every other under its registrable domain, while its addresses are public;
 * - an origin with a port (`https://dav.corp.example:443`, `http://127.0.0.1:5232`), or with http: the operator's own,
 *   which may be private.
 *
 * @param value comma-separated
 * @param own_origins URLs of this project (`SUPABASE_URL`, `CALENDAR_PUBLIC_URL`), refused where a call would be a loop
 * @throws HostPolicyError
 */
export function parseHostPolicy(
  value: string,
  { own_origins = [] }: { readonly own_origins?: readonly string[] } = {},
): HostPolicy {
  const entries = value.split(",").map((entry) => entry.trim()).filter((entry) => entry !== "");
  if (entries.length === 0) throw new HostPolicyError("must name at least one origin, or be *");
  return {
    any_public: entries.includes("*"),
    listed: entries.filter((entry) => entry !== "*").map(parseOrigin),
    own_origins: own_origins.flatMap(withAliases),
  };
}

/**
 * Judges an address by its text. What it resolves to is checked when it is called.
 *
 * @throws AddressNotAllowed
 */
export function judgeAddress(policy: HostPolicy, url: URL): Destination {
  if (url.protocol !== "https:" && url.protocol !== "http:") throw new AddressNotAllowed("scheme");
  const hostname = plainHostname(url);
  if (!isHostname(hostname)) throw new AddressNotAllowed("malformed");
  if (url.username !== "" || url.password !== "") throw new AddressNotAllowed("user_information");
  const tls = url.protocol === "https:";
  const port = portOf(url);
  const origin = originOf(tls, hostname, port);
  const destination = { hostname, port, tls, origin, site: siteOf(hostname), may_be_private: false };

  const listed = policy.listed.find((entry) => entry.origin === origin);
  if (isOwnOrigin(policy, destination, listed !== undefined)) throw new AddressNotAllowed("own_origin");
  if (listed !== undefined) return { ...destination, may_be_private: listed.may_be_private };
  if (!tls) throw new AddressNotAllowed("scheme");
  if (isBesideListed(policy, destination)) return destination;
  if (!policy.any_public) throw new AddressNotAllowed("not_listed");
  if (isIpLiteral(hostname)) throw new AddressNotAllowed("ip_literal");
  if (!PUBLIC_PORTS.includes(port)) throw new AddressNotAllowed("port");
  return destination;
}

/**
 * Whether a password given for one address may be sent to another: it is of the same registrable domain and uses https,
 * or it is a listed origin of the same host.
 */
export function isSameSite(policy: HostPolicy, from: URL, to: URL): boolean {
  const [before, after] = [plainHostname(from), plainHostname(to)];
  if (to.protocol === "https:" && siteOf(before) === siteOf(after)) return true;
  return before === after &&
    policy.listed.some(({ origin }) => origin === originOf(false, after, portOf(to)));
}

function parseOrigin(text: string): ListedOrigin {
  const url = URL.canParse(text) ? new URL(text) : null;
  const is_origin = url !== null && /^https?:$/.test(url.protocol) && url.username === "" &&
    url.password === "" && url.pathname === "/" && !/[?#@]/.test(text) && isHostname(plainHostname(url));
  if (!is_origin) {
    throw new HostPolicyError("must be * or origins such as https://dav.example.com, comma-separated");
  }
  const tls = url.protocol === "https:";
  const [hostname, port] = [plainHostname(url), portOf(url)];
  // URL parsing drops a port that is the scheme's own, so the text is asked.
  const may_be_private = !tls || /:\d+\/?$/.test(text);
  return { origin: originOf(tls, hostname, port), hostname, port, tls, may_be_private };
}

/** Functions of a hosted project have a second host. */
function withAliases(text: string): readonly URL[] {
  const url = new URL(text);
  const [, project] = /^([a-z0-9]+)\.supabase\.co$/.exec(plainHostname(url)) ?? [];
  return project === undefined ? [url] : [url, new URL(`https://${project}.functions.supabase.co`)];
}

/** Proxies answer for one project on several ports; where an operator lists another port, it is another service. */
function isOwnOrigin(policy: HostPolicy, { hostname, port }: Destination, is_listed: boolean): boolean {
  return policy.own_origins.some((own) =>
    plainHostname(own) === hostname && (portOf(own) === port || !is_listed)
  );
}

function isBesideListed(policy: HostPolicy, { hostname, port, site }: Destination): boolean {
  if (isIpLiteral(hostname)) return false;
  return policy.listed.some((listed) =>
    listed.tls && siteOf(listed.hostname) === site && (PUBLIC_PORTS.includes(port) || listed.port === port)
  );
}

function isHostname(hostname: string): boolean {
  if (isIpLiteral(hostname)) return true;
  return hostname.length <= HOSTNAME_CHARACTERS_MAX &&
    hostname.split(".").every((label) => LABEL.test(label));
}

/** `example.com.` is `example.com`. */
function plainHostname(url: URL): string {
  return url.hostname.replace(/\.$/, "");
}

function portOf(url: URL): number {
  if (url.port !== "") return Number(url.port);
  return url.protocol === "https:" ? 443 : 80;
}

function originOf(tls: boolean, hostname: string, port: number): string {
  return `${tls ? "https" : "http"}://${hostname}:${port}`;
}

function siteOf(hostname: string): string {
  return getDomain(hostname, { allowPrivateDomains: true }) ?? hostname;
}
