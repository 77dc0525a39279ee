import postgres, { type Sql } from "postgres";

/** What an end waits for at most, before it destroys what is left. */
const END_TIMEOUT_S = 2;
/** Between two attempts of a connection; the driver's own pause grows to 20 s, and outlasts the server's absence. */
const RECONNECT_AFTER_S = 0.2;

/** Connections to a database that may be cut at any time. */
export interface Pool {
  /** The connections as they are now: ask for them anew with each piece of work. */
  readonly sql: Sql;
  end(): Promise<void>;
}

const renewals = new Set<() => void>();
let watched = false;

/**
 * Opens a pool that gets over the database cutting its connections, or being away for a while.
 *
 * postgres 3.4 loses queries on a connection that is cut: one that is sent after the error and before the close is
 * neither answered nor refused. So a pool is replaced when one of its connections is cut, and what the old one has not
 * ended two seconds later is refused. It may also write to the socket that has just gone, outside of any query: an error
 * that nobody can catch, after which that connection answers no query and refuses none. Then every pool is replaced and
 * the old one destroyed at once.
 *
 * @param max connections
 */
export function openPool(
  url: string,
  options: { readonly max: number; readonly application_name?: string },
): Pool {
  watch();
  const { max, application_name = "local platform" } = options;
  let ended = false;
  const connect = (): Sql => {
    const opened: Sql = postgres(url, {
      max,
      // Then a close is a cut.
      max_lifetime: null,
      backoff: () => RECONNECT_AFTER_S,
      onnotice: () => {},
      onclose: () => {
        if (sql === opened) replace(END_TIMEOUT_S);
      },
      connection: { application_name },
    });
    return opened;
  };
  const replace = (timeout_s: number) => {
    if (ended) return;
    const broken = sql;
    sql = connect();
    broken.end({ timeout: timeout_s }).catch(() => {});
  };
  let sql = connect();
  const renew = () => replace(0);
  renewals.add(renew);
  return {
    get sql() {
      return sql;
    },
    async end() {
      ended = true;
      renewals.delete(renew);
      await sql.end({ timeout: END_TIMEOUT_S }).catch(() => {});
    },
  };
}

function watch(): void {
  if (watched) return;
  watched = true;
  globalThis.addEventListener("error", (event) => {
    const { error } = event;
    const is_lost_write = error instanceof TypeError && error.message.includes("reading 'write'") &&
      error.stack?.includes("postgres/src/connection.js");
    if (!is_lost_write) return;
    event.preventDefault();
    for (const renew of renewals) renew();
  });
  // The driver asks for the array types on each new connection, and nobody listens to the answer: the cut is told apart.
  globalThis.addEventListener("unhandledrejection", (event) => {
    const { reason } = event;
    if (reason instanceof Error && "query" in reason && String(reason.query).includes("b.typarray")) {
      event.preventDefault();
    }
  });
}
