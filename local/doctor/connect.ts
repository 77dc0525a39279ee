import postgres, { type Sql } from "postgres";

const CONNECT_TIMEOUT_S = 10;

/** What a failed connection is called; anything else says so itself. */
const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there",
  ENOTFOUND: "there is no such host",
  ECONNRESET: "it closed the connection",
  CONNECT_TIMEOUT: `it did not answer within ${CONNECT_TIMEOUT_S} s`,
  "28P01": "it refuses the password",
  "28000": "it refuses the user",
  "3D000": "there is no such database",
};

/**
 * Connects to a database, a hosted one over TLS, one of this machine without. `sslmode` in the URL goes before.
 *
 * @throws Error with one line that says what is wrong, and no password
 */
export async function connect(url: URL): Promise<Sql> {
  const sql = postgres(url.toString(), {
    max: 1,
    // A pooler in transaction mode knows no prepared statements.
    prepare: false,
    connect_timeout: CONNECT_TIMEOUT_S,
    onnotice: () => {},
    connection: { application_name: "calendar doctor" },
    ...(url.searchParams.has("sslmode") || isLoopback(url.hostname) ? {} : { ssl: "require" }),
  });
  try {
    await sql`select`;
    return sql;
  } catch (error: unknown) {
    await sql.end({ timeout: 0 });
    throw new Error(`The database at ${url.host} cannot be reached: ${reasonOf(error, url)}.`);
  }
}

function reasonOf(error: unknown, url: URL): string {
  if (!(error instanceof Error)) return "for no known reason";
  const code = "code" in error ? String(error.code) : "";
  const reason = REASONS[code] ?? (error.message || code);
  const { password } = url;
  return password === ""
    ? reason
    : reason.replaceAll(password, "…").replaceAll(decodeURIComponent(password), "…");
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
