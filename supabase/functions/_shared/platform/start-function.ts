import { ConfigurationError, type Env, readEnv, readMetricsSecret, type RotatedSecret } from "./env.ts";
import { configureLog, log } from "./log.ts";

/**
 * What every function does first: reads its environment, and says as which function, and how, its lines are written.
 *
 * @param service the function's name
 * @throws ConfigurationError that names every variable that is missing or malformed, and no value; it is logged too
 */
export function startFunction(service: string): Env {
  configureLog({ service, level: "info", sample: 1 });
  const env = orNotStarted(readEnv);
  configureLog({ service, ...env.log });
  log.info("started", {
    supabase_url: env.supabase_url,
    providers: [...env.google === null ? [] : ["google"], ...env.microsoft === null ? [] : ["outlook"]],
    google_url: env.google?.api_url,
    microsoft_url: env.microsoft?.graph_url,
    redirect_urls: env.redirect_urls,
    lanes_at_once: env.lanes_at_once,
    rate_limit_per_minute: env.rate_limit_per_minute,
    log_level: env.log.level,
    log_sample: env.log.sample,
  });
  return env;
}

/**
 * `startFunction` of the one that serves metrics, which has a secret of its own.
 *
 * @throws as `startFunction`
 */
export function startMetrics(): RotatedSecret {
  startFunction("calendar-metrics");
  return orNotStarted(readMetricsSecret);
}

function orNotStarted<T>(read: () => T): T {
  try {
    return read();
  } catch (error: unknown) {
    if (error instanceof ConfigurationError) log.error("not_started", { error_code: "configuration", error });
    throw error;
  }
}
