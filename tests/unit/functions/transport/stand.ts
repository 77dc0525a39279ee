import {
  createOutbound,
  type OutboundClient,
  type OutboundOptions,
  parseHostPolicy,
} from "../../../../supabase/functions/_shared/transport/safe-fetch.ts";

/** What the names of these tests resolve to, unless a test says otherwise. */
export const PUBLIC_ADDRESS = "93.184.216.34";

const encoder = new TextEncoder();

/** What a client did on the network. */
export interface Trace {
  readonly resolved: string[];
  readonly connected: string[];
}

/**
 * A client whose connections lead to a server of this machine, whatever address they are made to.
 *
 * @param port of the server; 0 where no connection may be made
 */
export function clientOf(
  port: number,
  options: Partial<OutboundOptions> = {},
): { readonly outbound: OutboundClient; readonly trace: Trace } {
  const trace: Trace = { resolved: [], connected: [] };
  const { resolve = () => Promise.resolve([PUBLIC_ADDRESS]), connect, ...rest } = options;
  const outbound = createOutbound({
    policy: parseHostPolicy("*"),
    ...rest,
    resolve: (hostname, signal) => {
      trace.resolved.push(hostname);
      return resolve(hostname, signal);
    },
    connect: (address, asked_port, signal) => {
      trace.connected.push(`${address} ${asked_port}`);
      if (connect !== undefined) return connect(address, asked_port, signal);
      if (port === 0) throw new Error(`connected to ${address}`);
      return Deno.connect({ hostname: "127.0.0.1", port, signal });
    },
  });
  return { outbound, trace };
}

/** A server of the operator's own, by plain http. */
export function plainClientOf(port: number, options: Partial<OutboundOptions> = {}): OutboundClient {
  return clientOf(port, { policy: parseHostPolicy("http://dav.example.com"), ...options }).outbound;
}

export const PLAIN_URL: URL = new URL("http://dav.example.com/");

/** A connection as its server sees it. */
export interface ServerSide {
  /** From 1. */
  readonly number: number;
  /** The head of the next request with what came along, or null when there is none. */
  readonly request: () => Promise<string | null>;
  /** False once the other side is gone. */
  readonly send: (text: string | Uint8Array) => Promise<boolean>;
}

/** Runs a server that answers with whatever bytes it likes, closes each connection after that, and is gone afterwards. */
export async function withRawServer(
  serve: (side: ServerSide) => Promise<void>,
  act: (port: number) => Promise<void>,
  tls?: { readonly cert: string; readonly key: string },
): Promise<void> {
  const at = { hostname: "127.0.0.1", port: 0 };
  const listener = tls === undefined ? Deno.listen(at) : Deno.listenTls({ ...at, ...tls });
  const open = new Set<Deno.Conn>();
  const running: Promise<void>[] = [];
  const accepting = (async () => {
    let number = 0;
    for await (const conn of listener) {
      open.add(conn);
      number++;
      running.push(serve(sideOf(conn, number)).catch(() => {}).finally(() => closed(conn, open)));
    }
  })();
  try {
    await act(listener.addr.port);
  } finally {
    listener.close();
    for (const conn of open) closed(conn, open);
    await accepting;
    await Promise.all(running);
  }
}

function sideOf(conn: Deno.Conn, number: number): ServerSide {
  return {
    number,
    request: async () => {
      let text = "";
      const buffer = new Uint8Array(64 * 1024);
      while (!text.includes("\r\n\r\n")) {
        const count = await conn.read(buffer);
        if (count === null) return null;
        text += new TextDecoder().decode(buffer.subarray(0, count));
      }
      return text;
    },
    send: async (text) => {
      const bytes = typeof text === "string" ? encoder.encode(text) : text;
      try {
        for (let sent = 0; sent < bytes.length;) sent += await conn.write(bytes.subarray(sent));
        return true;
      } catch {
        return false;
      }
    },
  };
}

function closed(conn: Deno.Conn, open: Set<Deno.Conn>): void {
  if (!open.delete(conn)) return;
  try {
    conn.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}
