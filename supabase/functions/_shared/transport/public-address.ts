import ipaddr from "ipaddr.js";

/** All that IANA has given out as global unicast of IPv6: `ipaddr.js` takes the rest for unicast as well. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR("2000::/3");

/** Whether a host of a URL is an IP address and not a name. URL parsing has made octal and short forms plain. */
export function isIpLiteral(hostname: string): boolean {
  return hostname.startsWith("[") || ipaddr.IPv4.isValid(hostname);
}

/**
 * An address that anybody on the Internet can reach, in the one spelling that is then connected to.
 *
 * Null for private, loopback, link-local, shared, documentation, benchmark, multicast and reserved addresses; for every
 * form of IPv6 that carries an IPv4 address (mapped, compatible, translated, NAT64, 6to4, Teredo): what it leads to
 * depends on the network; and for what is no address.
 *
 * @param address as a resolver gives it: IPv4 with four decimal parts, or IPv6 without brackets
 */
export function publicAddress(address: string): string | null {
  if (ipaddr.IPv4.isValidFourPartDecimal(address)) {
    const parsed = ipaddr.IPv4.parse(address);
    return parsed.range() === "unicast" ? parsed.toString() : null;
  }
  // A zone id ("%eth0") belongs to an interface of this machine.
  if (!ipaddr.IPv6.isValid(address) || address.includes("%")) return null;
  const parsed = ipaddr.IPv6.parse(address);
  const is_public = parsed.range() === "unicast" && parsed.match(GLOBAL_UNICAST);
  return is_public ? parsed.toString() : null;
}
