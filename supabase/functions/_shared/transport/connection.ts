import { abortable } from "./abortable.ts";
import type { Destination } from "./host-policy.ts";

// Why sockets and not `fetch` or `node:https`: `fetch` resolves the name a second time, and by address it checks the
// certificate for the address; `lookup` of `node:https` is not implemented in hosted edge functions. `Deno.connect` and
// `Deno.startTls` are, and check the certificate for the name that is given.

/** Opens a TCP connection to an address; the name of a host only for origins of the operator's own. */
export type Connect = (address: string, port: number, signal: AbortSignal) => Promise<Deno.TcpConn>;

/** Of one read. */
const READ_BYTES = 32 * 1024;

/** Older runtimes ignore the signal: the connection is closed when it comes too late. */
export const connectByTcp: Connect = (address, port, signal) =>
  abortable(Deno.connect({ hostname: address, port, signal }), signal, close);

/**
 * Connects to one address, with TLS for the name.
 *
 * @param ca_certs certificates in PEM that are trusted beside the platform's
 */
export async function openConnection(
  { hostname, port, tls }: Destination,
  address: string,
  connect: Connect,
  ca_certs: readonly string[],
  signal: AbortSignal,
): Promise<Connection> {
  const tcp = await abortable(connect(address, port, signal), signal, close);
  let open: Deno.Conn = tcp;
  try {
    if (!tls) return new Connection(tcp);
    // No ALPN: without it a server speaks HTTP/1.1.
    const secured = await abortable(
      Deno.startTls(tcp, { hostname: hostname.replace(/^\[|\]$/g, ""), caCerts: [...ca_certs] }),
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

/**
 * An open connection. One read is always under way while it waits for its next request: so it is known when the other
 * side closes it, or speaks without being asked.
 */
export class Connection {
  readonly opened_at: number = performance.now();
  readonly #conn: Deno.Conn;
  readonly #buffer = new Uint8Array(READ_BYTES);
  #waiting: Promise<Uint8Array | null> | null = null;
  #disturbed = false;

  constructor(conn: Deno.Conn) {
    this.#conn = conn;
  }

  /** The next bytes, or null at the end. */
  async read(): Promise<Uint8Array | null> {
    const waiting = this.#waiting ?? this.#readNext();
    this.#waiting = null;
    return await waiting;
  }

  async write(bytes: Uint8Array): Promise<void> {
    let written = 0;
    while (written < bytes.length) written += await this.#conn.write(bytes.subarray(written));
  }

  /** Waits for the next request. @param onDisturbed the connection is of no use any more */
  rest(onDisturbed: () => void): void {
    const waiting = this.#readNext();
    this.#waiting = waiting;
    const disturb = () => {
      if (this.#waiting !== waiting) return;
      this.#disturbed = true;
      onDisturbed();
    };
    waiting.then(disturb, disturb);
  }

  get disturbed(): boolean {
    return this.#disturbed;
  }

  close(): void {
    close(this.#conn);
  }

  async #readNext(): Promise<Uint8Array | null> {
    const count = await this.#conn.read(this.#buffer);
    return count === null ? null : this.#buffer.slice(0, count);
  }
}

/** What is closed already stays closed. */
function close(conn: Deno.Conn): void {
  try {
    conn.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}
