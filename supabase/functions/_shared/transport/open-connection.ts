import { close, Connection } from "./connection.ts";
import type { Destination } from "./host-policy.ts";
import { type Resolve, resolvePublic } from "./resolve-host.ts";
import { abortable, within } from "./time-limits.ts";

// Why sockets and not `fetch` or `node:https`: `fetch` resolves the name a second time, and by address it checks the
// certificate for the address; `lookup` of `node:https` is not implemented in hosted edge functions. `Deno.connect` and
// `Deno.startTls` are, and check the certificate for the name that is given.

/** Opens a TCP connection to an address; the name of a host only for origins of the operator's own. */
export type Connect = (address: string, port: number, signal: AbortSignal) => Promise<Deno.TcpConn>;

/** To resolve and to connect, to all addresses of a name together. */
const OPEN_TIMEOUT_MS = 10_000;
/** Of one address, so that the next has its chance. */
const ADDRESS_TIMEOUT_MS = 4_000;
const ADDRESSES_MAX = 4;

/** How connections are made. */
export interface Dialer {
  readonly resolve: Resolve;
  readonly connect: Connect;
  /** Certificates in PEM that are trusted beside the platform's. */
  readonly ca_certs: readonly string[];
}

/** The system's sockets. */
export const connectByTcp: Connect = (address, port, signal) =>
  Deno.connect({ hostname: address, port, signal });

/**
 * The addresses that a destination may be called at, checked now.
 *
 * @throws NotPublic; Error where there is none
 */
export async function resolveDestination(
  { hostname, may_be_private }: Destination,
  resolve: Resolve,
  signal: AbortSignal,
): Promise<readonly string[]> {
  // The operator named it: the system's resolver knows it, `/etc/hosts` and inner names included.
  if (may_be_private) return [withoutBrackets(hostname)];
  return (await resolvePublic(hostname, resolve, signal)).slice(0, ADDRESSES_MAX);
}

/**
 * Resolves a destination, and connects to the first of its checked addresses that answers, with TLS for the name.
 *
 * @param onResolved the addresses are known and checked
 * @throws NotPublic, and whatever goes wrong on the way
 */
export async function openConnection(
  destination: Destination,
  dialer: Dialer,
  onResolved: () => void,
  signal: AbortSignal,
): Promise<Connection> {
  return await within(OPEN_TIMEOUT_MS, signal, async (until) => {
    const addresses = await resolveDestination(destination, dialer.resolve, until);
    onResolved();
    let failure: unknown = new Error("No address could be tried.");
    for (const address of addresses) {
      try {
        return await within(
          ADDRESS_TIMEOUT_MS,
          until,
          (limit) => connectTo(destination, address, dialer, limit),
        );
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  });
}

async function connectTo(
  { hostname, port, tls }: Destination,
  address: string,
  { connect, ca_certs }: Dialer,
  signal: AbortSignal,
): Promise<Connection> {
  // Older runtimes ignore the signal: a connection that comes too late is closed.
  const tcp = await abortable(connect(address, port, signal), signal, close);
  let open: Deno.Conn = tcp;
  try {
    // The end of a longer request would wait for the other side's delayed acknowledgement, 40 ms.
    tcp.setNoDelay(true);
    if (!tls) return new Connection(tcp);
    // No ALPN: without it a server speaks HTTP/1.1.
    const secured = await abortable(
      Deno.startTls(tcp, { hostname: withoutBrackets(hostname), caCerts: [...ca_certs] }),
      signal,
      close,
    );
    open = secured;
    await abortable(secured.handshake(), signal);
    return new Connection(secured);
  } catch (error) {
    close(open);
    throw error;
  }
}

function withoutBrackets(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, "");
}
