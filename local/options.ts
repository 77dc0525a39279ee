import { parseArgs } from "node:util";

export interface StackOptions {
  /** Of the gateway; 0: any free one. */
  readonly port: number;
  readonly json: boolean;
  readonly seed: boolean;
  /** Logs go to standard error. */
  readonly verbose: boolean;
  /** Use this server, as superuser, instead of the embedded one. */
  readonly databaseUrl?: string;
  /** Keep the embedded database here. */
  readonly dataDir?: string;
}

const DEFAULT_PORT = 54321;

/**
 * Reads the command line of `npm start`.
 *
 * @throws Error that names the option that is wrong
 */
export function parseOptions(args: readonly string[]): StackOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: "string", default: String(DEFAULT_PORT) },
      json: { type: "boolean", default: false },
      verbose: { type: "boolean", default: false },
      "no-seed": { type: "boolean", default: false },
      "database-url": { type: "string" },
      "data-dir": { type: "string" },
    },
  });
  const port = Number(values.port);
  if (!/^\d+$/.test(values.port) || port > 65535) {
    throw new Error(`--port must be 0 to 65535, not ${values.port}`);
  }
  const databaseUrl = values["database-url"];
  if (databaseUrl !== undefined && !/^postgres(ql)?:\/\//.test(databaseUrl)) {
    throw new Error("--database-url must begin with postgresql://");
  }
  const dataDir = values["data-dir"];
  if (databaseUrl !== undefined && dataDir !== undefined) {
    throw new Error("--data-dir is for the embedded database: leave it out with --database-url");
  }
  return {
    port,
    json: values.json,
    verbose: values.verbose,
    seed: !values["no-seed"],
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    ...(dataDir === undefined ? {} : { dataDir }),
  };
}
