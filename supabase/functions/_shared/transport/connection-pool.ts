import type { Connection } from "./connection.ts";

/** How long an open connection may wait for its next request: servers close theirs after 5 s (Apache, Node) to 75 s. */
const IDLE_MS = 4_000;
/** After that the name is resolved and checked again. */
const AGE_MS = 60_000;
const CONNECTIONS_MAX = 16;

interface Idle {
  readonly origin: string;
  readonly connection: Connection;
  readonly expiry: ReturnType<typeof setTimeout>;
}

/** Connections that wait for their next request, each to one origin and one checked address. */
export class ConnectionPool {
  #idle: Idle[] = [];

  /** The connection to an origin that was used last, or null. */
  take(origin: string): Connection | null {
    const found = this.#idle.findLast((idle) => idle.origin === origin);
    if (found === undefined) return null;
    this.#remove(found);
    return found.connection;
  }

  /** Keeps a connection whose last answer was read to its end. */
  put(origin: string, connection: Connection): void {
    if (performance.now() - connection.opened_at > AGE_MS) return connection.close();
    const drop = () => {
      if (this.#remove(idle)) connection.close();
    };
    const idle: Idle = { origin, connection, expiry: setTimeout(drop, IDLE_MS) };
    this.#idle.push(idle);
    connection.rest(drop);
    if (this.#idle.length > CONNECTIONS_MAX) this.#drop(this.#idle[0]);
  }

  /** Closes all of them. */
  close(): void {
    for (const idle of [...this.#idle]) this.#drop(idle);
  }

  #drop(idle: Idle | undefined): void {
    if (idle !== undefined && this.#remove(idle)) idle.connection.close();
  }

  #remove(idle: Idle): boolean {
    const there = this.#idle.includes(idle);
    clearTimeout(idle.expiry);
    this.#idle = this.#idle.filter((other) => other !== idle);
    return there;
  }
}
