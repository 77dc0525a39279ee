import postgres, { type Sql } from "postgres";

/** What an end waits for at most, before it destroys what is left. */
const END_TIMEOUT_S = 2;

/** Connections to a database that may be cut at any time. */
export interface Pool {
  /** The connections as they are now: ask for them anew with each piece of work. */
  readonly sql: Sql;
  end(): Promise<void>;
}

const renewals = new Set<() => void>();
let watched = false;

/**
 * Opens a pool that gets over the database cutting its connections.
 *
 * postgres 3.4 may then write to the socket that has just gone, outside of any query: an error that nobody can catch,
 * after which that connection answers no query and refuses none. So every pool is replaced and the old one destroyed,
 * which refuses what waits for it.
 *
 * @param max connections
 */
export function openPool(
  url: string,
  options: { readonly max: number; readonly application_name?: string },
): Pool {
  watch();
  const { max, application_name = "local platform" } = options;
  const connect = () => postgres(url, { max, onnotice: () => {}, connection: { application_name } });
  let sql = connect();
  const renew = () => {
    const broken = sql;
    sql = connect();
    broken.end({ timeout: 0 }).catch(() => {});
  };
  renewals.add(renew);
  return {
    get sql() {
      return sql;
    },
    async end() {
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
}
