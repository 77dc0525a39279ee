import {
  ConfigurationError,
  type Env,
  isLoopback,
  readEnv,
  readMetricsSecret,
  type RotatedSecret,
} from "./env.ts";
import { configureLog, log } from "./log.ts";

/**
 * What every function does first: reads its environment, and says as which function, and how, its lines are written.
 *
 * @param service the function's name
 * @throws ConfigurationError that names every variable that is missing or malformed, and no value; it is logged too
 */
export function startFunction(service: string): Env {
  configureLog({ service, level: "info", sample: 1 });
  const env = startedWith(readEnv);
  configureLog({ service, ...env.log });
  log.info("started", {
    supabase_url: env.supabase_url,
    public_url: env.public_url,
    providers: [...env.google === null ? [] : ["google"], ...env.microsoft === null ? [] : ["outlook"]],
    google_url: env.google?.api_url,
    microsoft_url: env.microsoft?.graph_url,
    redirect_urls: env.redirect_urls,
    lanes_at_once: env.lanes_at_once,
    rate_limit_per_minute: env.rate_limit_per_minute,
    log_level: env.log.level,
    log_sample: env.log.sample,
  });
  warnOfInnerAddress(env);
  return env;
}

/** Names of containers (`supabase start` has `kong`) and of private networks. */
const INNER_HOST = /^(?:[^.:[\]]+|.*\.(?:internal|local|svc|lan))$/;

/** Links to a name that nobody outside knows lead nowhere: a consent would not come back, and feeds would not be read. */
export function warnOfInnerAddress({ public_url }: Pick<Env, "public_url">): void {
  const { hostname } = new URL(public_url);
  if (isLoopback(hostname) || !INNER_HOST.test(hostname)) return;
  log.warn("public_url_is_inner", {
    public_url,
    do: "Set CALENDAR_PUBLIC_URL to the address at which browsers and providers reach the functions.",
  });
}

/**
 * `startFunction` of the one that serves metrics, which has a secret of its own.
 *
 * @throws as `startFunction`
 */
export function startMetrics(): RotatedSecret {
  startFunction("calendar-metrics");
  return startedWith(readMetricsSecret);
}

/**
 * Reads what one function alone needs of its environment.
 *
 * @throws ConfigurationError as `read` does; it is logged too
 */
export function startedWith<T>(read: () => T): T {
  try {
    return read();
  } catch (error: unknown) {
    if (error instanceof ConfigurationError) log.error("not_started", { error_code: "configuration", error });
    throw error;
  }
}
