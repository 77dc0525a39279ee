import {
  ConfigurationError,
  type Env,
  fromProcess,
  type Get,
  isLoopback,
  readEnv,
  readMetricsSecret,
  type ReadPart,
  type RotatedSecret,
} from "./env.ts";
import { configureLog, log } from "./log.ts";
import { type MailEnv, readMailEnv } from "./mail-env.ts";

/** What is told of a provider when a function starts. */
interface Reachable {
  readonly api_url: string | null;
}

/** Reads which providers the environment describes, by name. */
export type ReadProviders<P extends Reachable> = (get: Get) => ReadPart<ReadonlyMap<string, P>>;

/**
 * What every function does first: reads its environment, and says as which function, and how, its lines are written.
 *
 * @param service the function's name
 * @param readProviders of the registry
 * @throws ConfigurationError that names every variable that is missing or malformed, and no value; it is logged too
 */
export function startFunction<P extends Reachable>(
  service: string,
  readProviders: ReadProviders<P>,
): { readonly env: Env; readonly mail: MailEnv; readonly providers: ReadonlyMap<string, P> } {
  configureLog({ service, level: "info", sample: 1 });
  const { value: providers, problems } = readProviders(fromProcess);
  const { value: mail, problems: mail_problems } = readMailEnv(fromProcess);
  const env = startedWith(() => readEnv(fromProcess, [...problems, ...mail_problems]));
  configureLog({ service, ...env.log });
  log.info("started", {
    supabase_url: env.supabase_url,
    public_url: env.public_url,
    providers: [...providers.keys()],
    provider_urls: Object.fromEntries([...providers].map(([name, { api_url }]) => [name, api_url])),
    redirect_urls: env.redirect_urls,
    page_url: env.page_url,
    mail: mail.sending?.transport.kind ?? null,
    mail_delay_s: mail.delay_s,
    tells_admin: mail.admin_email !== null,
    lanes_at_once: env.lanes_at_once,
    rate_limit_per_minute: env.rate_limit_per_minute,
    log_level: env.log.level,
    log_sample: env.log.sample,
  });
  warnOfInnerAddress(env);
  return { env, mail, providers };
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
 * @param readProviders of the registry
 * @throws as `startFunction`
 */
export function startMetrics(readProviders: ReadProviders<Reachable>): RotatedSecret {
  startFunction("calendar-metrics", readProviders);
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
