import { createDemoUsers, type DemoUser, seedObligations, storeWorkerSecrets } from "./demo-data.ts";
import { demoUrlOf, functionEnvironment, settingsUrlOf } from "./environment.ts";
import { startPgCronWorker } from "./extensions/pg-cron-worker.ts";
import { type BackgroundWorker, startPgNetWorker } from "./extensions/pg-net-worker.ts";
import { FunctionProcess } from "./functions/function-process.ts";
import { type FunctionSource, repositoryFunctions } from "./functions/function-source.ts";
import { createProjectKeys } from "./gateway/keys.ts";
import { type GatewayWatch, startGateway } from "./gateway/server.ts";
import { openPool } from "./postgres/pool.ts";
import { prepareDatabase, type PreparedDatabase } from "./postgres/prepare.ts";
import { startPreparedServer } from "./postgres/prepared-server.ts";
import type { PostgresServer } from "./postgres/server.ts";
import { type CalDavEmulator, startCalDavEmulator } from "./providers/caldav/server.ts";
import { type GoogleEmulator, startGoogleEmulator } from "./providers/google/server.ts";
import { type OutlookEmulator, startOutlookEmulator } from "./providers/outlook/server.ts";
import { PRESET_ORIGINS } from "../supabase/functions/_shared/providers/caldav/presets.ts";
import { buildPage, DEMO_PAGE, type PageProject, SETTINGS_PAGE } from "./settings/build.ts";
import { demoRoutes } from "./settings/demo.ts";
import { type Page, readPage, settingsRoutes } from "./settings/serve.ts";

/** A whole platform on this machine. */
export interface Stack {
  readonly apiUrl: string;
  /** A superuser's. */
  readonly databaseUrl: string;
  readonly publishableKey: string;
  readonly secretKey: string;
  /** Answers where the stack was started with its page. */
  readonly settingsUrl: string;
  /** Answers where the stack was started with the demo; else it leads to the page. */
  readonly demoUrl: string;
  /** The emulator's page, or the API URL that was given. */
  readonly googleUrl: string;
  readonly outlookUrl: string;
  /** A CalDAV server's address and page in one. */
  readonly caldavUrl: string;
  readonly users: readonly DemoUser[];
  /** Null where the provider's URLs were given. */
  readonly google: GoogleEmulator | null;
  readonly outlook: OutlookEmulator | null;
  readonly caldav: CalDavEmulator;
  readonly syncSecret: string;
  /** What the functions were given and nobody else may see, by the variable's name. */
  readonly secrets: Readonly<Record<string, string>>;
  function(name: string): FunctionProcess;
  /** Starts the functions too that nobody has called yet; resolves once they take connections. */
  startFunctions(): Promise<void>;
  /** Null with `databaseUrl`. */
  readonly postgres: Pick<PostgresServer, "restart"> | null;
  /** Stops and starts the stand-in of pg_net's worker. */
  readonly pgNet: { stop(): Promise<void>; start(): void };
  stop(): Promise<void>;
}

/** Without these no deadline reaches a calendar; each of the others starts with its first request, or by `startFunctions`. */
const STARTED_AT_ONCE: ReadonlySet<string> = new Set(["calendar", "calendar-sync"]);
const EMULATOR_CLIENTS = {
  google: { id: "ecocomply-local.apps.example", secret: "local-emulator-client" },
  microsoft: { id: "0f9e3c0a-1111-4a4a-8a8a-000000000001", secret: "local-emulator-client" },
};

/**
 * Starts the platform: database, gateway, functions and an emulator for each provider whose URLs are not given.
 *
 * @param options.port of the gateway; 0: any free one
 * @param options.project whose `supabase/migrations` are applied; this repository's where absent
 * @param options.functions that are run; this repository's where absent
 * @param options.template see `startPreparedServer`
 * @param options.page builds the Settings page, unless it is built, and serves it
 * @param options.demo the same for the demo; goes with the page
 * @param options.access_token_lifetime_s of users' access tokens; an hour where absent
 * @param options.progress hears what begins, when it begins; that what was named before it is done
 * @param options.watch sees what passes the gateway
 * @param options.record gets a copy of each request that the gateway is sent
 * @param options.env passed through to the functions as far as the contract names it
 * @param options.signal ends the start, after the step that is under way
 * @throws Error with one clear line, or what `signal` was aborted with; whatever was started is stopped again
 */
export async function startStack(options: {
  readonly port?: number;
  readonly seed?: boolean;
  readonly databaseUrl?: string;
  readonly dataDir?: string;
  readonly project?: string;
  readonly functions?: readonly FunctionSource[];
  readonly template?: string;
  readonly page?: boolean;
  readonly demo?: boolean;
  readonly access_token_lifetime_s?: number;
  readonly watch?: GatewayWatch;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly record?: (request: Request) => void;
  readonly log?: (line: string) => void;
  readonly progress?: (step: string) => void;
  readonly signal?: AbortSignal;
}): Promise<Stack> {
  const { signal } = options;
  const log = options.log ?? (() => {});
  const started: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const end of started.splice(0).reverse()) await end().catch((error: unknown) => log(String(error)));
  };
  try {
    const gateway = startGateway(options.port ?? 0, options.record);
    started.push(() => gateway.stop());
    const apiUrl = gateway.url;
    const progress = options.progress ?? (() => {});
    progress("PostgreSQL, with the migrations");
    const given = options.env ?? {};
    const keys = await createProjectKeys(options.access_token_lifetime_s);
    signal?.throwIfAborted();
    const building = options.page ? startBuild(SETTINGS_PAGE, log, started, signal) : null;
    const buildingDemo = options.demo ? startBuild(DEMO_PAGE, log, started, signal) : null;

    const public_url = given["CALENDAR_PUBLIC_URL"]?.replace(/\/+$/, "") || apiUrl;
    const redirect_uris = [...new Set([apiUrl, public_url])].map((url) =>
      `${url}/functions/v1/calendar/callback`
    );
    const google = given["GOOGLE_AUTHORITY_URL"] && given["GOOGLE_API_URL"]
      ? null
      : await startGoogleEmulator({
        client: {
          id: given["GOOGLE_CLIENT_ID"] || EMULATOR_CLIENTS.google.id,
          secret: given["GOOGLE_CLIENT_SECRET"] || EMULATOR_CLIENTS.google.secret,
          redirect_uris,
        },
      });
    if (google) started.push(() => google.close());
    const outlook = given["MICROSOFT_AUTHORITY_URL"] && given["MICROSOFT_GRAPH_URL"]
      ? null
      : await startOutlookEmulator({
        client: {
          id: given["MICROSOFT_CLIENT_ID"] || EMULATOR_CLIENTS.microsoft.id,
          secret: given["MICROSOFT_CLIENT_SECRET"] || EMULATOR_CLIENTS.microsoft.secret,
          redirect_uris,
        },
      });
    if (outlook) started.push(() => outlook.close());
    const caldav = await startCalDavEmulator();
    started.push(() => caldav.close());
    signal?.throwIfAborted();
    const { variables, env } = functionEnvironment({
      given,
      apiUrl,
      keys,
      emulators: {
        GOOGLE_CLIENT_ID: EMULATOR_CLIENTS.google.id,
        GOOGLE_CLIENT_SECRET: EMULATOR_CLIENTS.google.secret,
        GOOGLE_AUTHORITY_URL: google?.url,
        GOOGLE_API_URL: google?.url,
        // It calls http too, on this machine.
        GOOGLE_PUSH: google ? "on" : undefined,
        MICROSOFT_CLIENT_ID: EMULATOR_CLIENTS.microsoft.id,
        MICROSOFT_CLIENT_SECRET: EMULATOR_CLIENTS.microsoft.secret,
        MICROSOFT_AUTHORITY_URL: outlook?.authority_url,
        MICROSOFT_GRAPH_URL: outlook?.graph_url,
        MICROSOFT_PUSH: outlook ? "on" : undefined,
        CALENDAR_CALDAV_SERVERS: [caldav.url, ...PRESET_ORIGINS].join(","),
      },
    });

    const { embedded, databaseUrl, authenticatorUrl, standIns } = await openDatabase(options, log, started);
    const pool = openPool(databaseUrl, { max: 1 });
    started.push(() => pool.end());
    signal?.throwIfAborted();
    await storeWorkerSecrets(pool.sql, `${apiUrl}/functions/v1/calendar-sync`, env.sync_secret.current);
    const users = await createDemoUsers(pool.sql);
    if (options.seed ?? true) await seedObligations(pool.sql);

    signal?.throwIfAborted();
    progress("The edge functions");
    const functions = (options.functions ?? await repositoryFunctions()).map((source) =>
      new FunctionProcess(source, variables, log)
    );
    started.push(async () => {
      await Promise.all(functions.map((process) => process.stop()));
    });
    const at_once = functions.filter(({ name }) => STARTED_AT_ONCE.has(name));
    await Promise.all(at_once.map((process) => process.start()));
    signal?.throwIfAborted();
    if (building !== null) progress("The pages");
    const demoUsers = users.map(({ email, password }) => ({ email, password }));
    const config = { supabaseUrl: apiUrl, publishableKey: keys.publishable, demoUsers };
    const settingsUrl = settingsUrlOf(apiUrl);
    const calendars = [
      ...(google ? [{ provider: "google", name: "Google Calendar", url: google.url }] : []),
      ...(outlook ? [{ provider: "outlook", name: "Outlook Calendar", url: outlook.url }] : []),
      { provider: "caldav", name: "CalDAV", url: caldav.url },
    ];
    const demo = buildingDemo && demoRoutes(await buildingDemo, { ...config, settingsUrl, calendars });
    const settings = building && settingsRoutes(await building, config);
    signal?.throwIfAborted();
    gateway.open({
      keys,
      superuserUrl: databaseUrl,
      authenticatorUrl,
      functions,
      // The demo's root goes before the way to the Settings page.
      pages: [demo, settings].filter((routes) => routes !== null),
      ...(options.watch === undefined ? {} : { watch: options.watch }),
    });
    // Before what it passes requests on to.
    started.push(() => gateway.stop());

    if (standIns.includes("pg_cron")) {
      const cron = startPgCronWorker(databaseUrl, log);
      started.push(() => cron.stop());
    }
    const pgNet = pgNetSwitch(standIns.includes("pg_net") ? () => startPgNetWorker(databaseUrl, log) : null);
    pgNet.start();
    started.push(() => pgNet.stop());

    return {
      apiUrl,
      databaseUrl,
      publishableKey: keys.publishable,
      secretKey: keys.secret,
      settingsUrl,
      demoUrl: demoUrlOf(apiUrl),
      googleUrl: google?.url ?? given["GOOGLE_API_URL"] ?? "",
      outlookUrl: outlook?.url ?? given["MICROSOFT_GRAPH_URL"] ?? "",
      caldavUrl: caldav.url,
      users,
      google,
      outlook,
      caldav,
      syncSecret: env.sync_secret.current,
      secrets: {
        ...Object.fromEntries(
          Object.entries(variables).filter(([name]) =>
            /_SECRET(_PREVIOUS)?$|_API_KEY$|_SMTP_URL$/.test(name)
          ),
        ),
        SUPABASE_SECRET_KEYS: keys.secret,
      },
      postgres: embedded,
      pgNet,
      function: (name) => {
        const found = functions.find((process) => process.name === name);
        if (!found) throw new Error(`There is no function ${name}`);
        return found;
      },
      async startFunctions() {
        await Promise.all(functions.map((process) => process.start()));
      },
      stop,
    };
  } catch (error: unknown) {
    await stop();
    throw error;
  }
}

async function openDatabase(
  options: {
    readonly databaseUrl?: string;
    readonly dataDir?: string;
    readonly project?: string;
    readonly template?: string;
    readonly signal?: AbortSignal;
  },
  log: (line: string) => void,
  started: (() => Promise<void>)[],
): Promise<PreparedDatabase & { readonly embedded: PostgresServer | null; readonly databaseUrl: string }> {
  const { databaseUrl, project, signal } = options;
  if (databaseUrl === undefined) {
    const { server, ...prepared } = await startPreparedServer({ ...options, log });
    started.push(() => server.stop());
    return { embedded: server, databaseUrl: server.url, ...prepared };
  }
  try {
    return {
      embedded: null,
      databaseUrl,
      ...await prepareDatabase(databaseUrl, { embedded: false, project, signal }),
    };
  } catch (error: unknown) {
    if (
      error instanceof Error && "code" in error && /^(ECONN|ENOTFOUND|CONNECT|28)/.test(String(error.code))
    ) {
      throw new Error(`The PostgreSQL of --database-url cannot be reached: ${error.message}`);
    }
    throw error;
  }
}

/** Begins to build a page while the database starts; a stack that does not start ends it. */
function startBuild(
  project: PageProject,
  log: (line: string) => void,
  started: (() => Promise<void>)[],
  signal: AbortSignal | undefined,
): Promise<Page> {
  const abort = new AbortController();
  signal?.addEventListener("abort", () => abort.abort(), { once: true });
  const building = buildPage({ project, log, signal: abort.signal }).then(readPage);
  started.push(async () => {
    abort.abort();
    await building.catch(() => {});
  });
  // Whoever awaits it hears of a failure; until somebody does, it is not an unhandled one.
  building.catch(() => {});
  return building;
}

function pgNetSwitch(start: (() => BackgroundWorker) | null) {
  let worker: BackgroundWorker | null = null;
  return {
    start() {
      worker ??= start?.() ?? null;
    },
    async stop() {
      await worker?.stop();
      worker = null;
    },
  };
}
