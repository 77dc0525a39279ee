import { parseArgs } from "node:util";

export interface DoctorOptions {
  readonly database_url: URL;
  /** Where the functions are, such as `https://<ref>.supabase.co/functions/v1`; null: they are not asked. */
  readonly functions_url: URL | null;
  readonly json: boolean;
  /** So long it waits for the answer to the wake-up call. */
  readonly timeout_s: number;
}

const TIMEOUT_S = 20;
const TIMEOUT_MAX_S = 300;

/**
 * Reads the command line of `npm run doctor`. The database's URL may also come from the environment, where no list of
 * processes shows its password.
 *
 * @throws Error that names the option that is wrong, and no value
 */
export function parseDoctorOptions(
  args: readonly string[],
  environment_url: string | undefined,
): DoctorOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      "database-url": { type: "string" },
      "functions-url": { type: "string" },
      json: { type: "boolean", default: false },
      "timeout-s": { type: "string", default: String(TIMEOUT_S) },
    },
  });
  const database_url = values["database-url"] ?? environment_url;
  if (database_url === undefined || database_url === "") {
    throw new Error(
      "Say which database: --database-url postgresql://…, or DATABASE_URL in the environment. " +
        "Hosted Supabase shows it under Connect, Session pooler.",
    );
  }
  const timeout_s = Number(values["timeout-s"]);
  if (!Number.isInteger(timeout_s) || timeout_s < 1 || timeout_s > TIMEOUT_MAX_S) {
    throw new Error(`--timeout-s must be 1 to ${TIMEOUT_MAX_S}`);
  }
  const functions_url = values["functions-url"];
  return {
    database_url: urlOf("--database-url", database_url, /^postgres(ql)?:$/, "postgresql://"),
    functions_url: functions_url === undefined
      ? null
      : urlOf("--functions-url", functions_url, /^https?:$/, "https://"),
    json: values.json,
    timeout_s,
  };
}

function urlOf(option: string, text: string, protocol: RegExp, begins: string): URL {
  if (!URL.canParse(text)) {
    throw new Error(
      `${option} must be a URL; characters such as @, # and / in its password are written as %40, %23, %2F`,
    );
  }
  const url = new URL(text);
  if (!protocol.test(url.protocol)) throw new Error(`${option} must begin with ${begins}`);
  return url;
}
