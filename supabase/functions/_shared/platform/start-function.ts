import { ConfigurationError, type Env, readEnv } from "./env.ts";
import { configureLog, log } from "./log.ts";

/**
 * What every function does first: reads its environment, and says as which function, and how, its lines are written.
 *
 * @param service the function's name
 * @throws ConfigurationError that names every variable that is missing or malformed, and no value; it is logged too
 */
export function startFunction(service: string): Env {
  const env = readEnvOf(service);
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

function readEnvOf(service: string): Env {
  try {
    return readEnv();
  } catch (error: unknown) {
    configureLog({ service, level: "info", sample: 1 });
    if (error instanceof ConfigurationError) log.error("not_started", { error_code: "configuration", error });
    throw error;
  }
}
