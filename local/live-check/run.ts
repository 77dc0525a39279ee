import { ROOT } from "../paths.ts";
import type { Get } from "../../supabase/functions/_shared/platform/env.ts";
import { configureLog } from "../../supabase/functions/_shared/platform/log.ts";
import type { Provider } from "../../supabase/functions/_shared/providers/provider.ts";
import type { LiveProvider, SignedIn } from "./account.ts";
import type { OwnCalendar, Trial } from "./assumption.ts";
import { holdsIf, notTried } from "./assumption.ts";
import { commonAssumptions } from "./common-assumptions.ts";
import { messageOf, runConformance } from "./conformance.ts";
import { liveScene } from "./live-scene.ts";
import { type LiveCheckOptions, parseOptions } from "./options.ts";
import { OwnCalendars } from "./own-calendars.ts";
import { LIVE_PROVIDERS } from "./providers.ts";
import { Report } from "./report.ts";
import { redirectUri, signIn } from "./sign-in.ts";
import { STOPPED, type Terminal } from "./terminal.ts";

/** What was made and not yet deleted: ids of calendars, no token and no name of anybody. */
const NOTED_AT = `${ROOT}/.live-check/calendars.json`;
/** Calendars of its own are still there. */
const LEFT = 2;

/**
 * Checks one provider, and deletes what it made whatever happens.
 *
 * @param args the command line
 * @param get where variables come from
 * @param noted_at where the ids of its calendars are kept until they are deleted
 * @returns the exit code: 1 where an assumption does not hold, 2 where something is left, 130 where it was stopped
 * @throws Error that says why it did not begin
 */
export async function liveCheck(
  args: readonly string[],
  terminal: Terminal,
  get: Get,
  noted_at = NOTED_AT,
): Promise<number> {
  const options = parseOptions(args);
  configureLog({ service: "live-check", level: "error", sample: 0 });
  const names = [...LIVE_PROVIDERS.keys()].join(", ");
  const name = options.provider ?? await terminal.ask(`Which provider (${names})?`);
  const live = LIVE_PROVIDERS.get(name);
  if (live === undefined) throw new Error(`there is no provider “${name}”: ${names}`);
  const typed_server = live.servers_variable === undefined ? "" : await askServer(terminal);
  const provider = readProvider(live, get, typed_server);
  await confirm(provider, options, terminal);
  const signed_in = await signIn(provider, terminal, { port: options.port, typed_server });
  const calendars = new OwnCalendars(name, signed_in, noted_at);
  const earlier = await calendars.removeAll();
  if (earlier.removed > 0) terminal.say(`Deleted ${earlier.removed} calendars of an earlier run.`);
  const { credentials } = signed_in;
  const secret = credentials.kind === "oauth" ? credentials.access_token : credentials.password;
  const report = new Report(terminal, [secret]);
  const stopping = new AbortController();
  const stopped = Promise.withResolvers<void>();
  const forget = terminal.onStop(() => {
    stopping.abort();
    stopped.resolve();
  });
  let left = 0;
  try {
    if (!options.clean) {
      calendars.reopen();
      const work = checkAll(
        { live, provider, signed_in, calendars, options, terminal, report },
        stopping.signal,
      );
      await Promise.race([work, stopped.promise]);
      // What was under way then ends by itself.
      work.catch(() => {});
    }
  } finally {
    const ended = await calendars.removeAll();
    left = ended.left;
    forget();
    terminal.say(`\nDeleted ${ended.removed} calendars of this run.`);
    if (left > 0) {
      terminal.say(
        `${left} calendars could not be deleted: run it again, or delete “EcoComply live check …”.`,
      );
    }
    if (signed_in.grant_page !== null) terminal.say(`The grant can be ended at ${signed_in.grant_page}`);
  }
  if (left > 0) return LEFT;
  if (stopping.signal.aborted) return STOPPED;
  if (!options.clean) terminal.say(report.sum());
  return report.counts.does_not_hold > 0 ? 1 : 0;
}

async function askServer(terminal: Terminal): Promise<string> {
  const typed = await terminal.ask("Server (iCloud: https://caldav.icloud.com):");
  if (!URL.canParse(typed)) throw new Error("the server is not an address");
  return typed;
}

/** @throws Error that names what is missing */
function readProvider(
  { definition, servers_variable }: LiveProvider,
  get: Get,
  typed_server: string,
): Provider {
  const given: Get = (name) => name === servers_variable ? new URL(typed_server).origin : get(name);
  const { provider, problems, needed } = definition.read(given);
  const missing = needed.filter(({ is_given }) => !is_given).map(({ name }) => `${name} is missing`);
  if (provider === null || problems.length > 0) throw new Error([...problems, ...missing].join("; "));
  return provider;
}

async function confirm(provider: Provider, options: LiveCheckOptions, terminal: Terminal): Promise<void> {
  terminal.say(
    `This signs in to an account of ${provider.label}, makes two calendars “EcoComply live check …”,
writes to them for about ten minutes, and deletes them. It changes nothing else. Use a test account.`,
  );
  if (provider.connector.kind === "oauth") {
    terminal.say(`Redirect URI to register: ${redirectUri(options.port)}`);
  }
  if (options.yes) return;
  if (!/^y(es)?$/i.test(await terminal.ask("Is it a test account, and may it begin? (yes/no)"))) {
    throw new Error("not begun");
  }
}

async function checkAll(
  { live, provider, signed_in, calendars, options, terminal, report }: {
    readonly live: LiveProvider;
    readonly provider: Provider;
    readonly signed_in: SignedIn;
    readonly calendars: OwnCalendars;
    readonly options: LiveCheckOptions;
    readonly terminal: Terminal;
    readonly report: Report;
  },
  signal: AbortSignal,
): Promise<void> {
  const own = await twoCalendars(calendars, report);
  if (own === null) return;
  const [calendar, other] = own;
  const running = await live.reference.start();
  const { traits } = running;
  await running.subject.emulator.close();
  const { person, assumptions } = live.open(provider.api_url, signed_in.credentials);
  const trial: Trial = {
    calendar,
    other,
    channel_url: options.channel_url,
    guest: options.guest,
    terminal,
    byHand: async (request) =>
      options.by_hand && await terminal.ask(`${request}\nEnter when it is done, s to skip:`) !== "s",
  };
  for (const { name, check } of [...commonAssumptions(signed_in, traits), ...assumptions]) {
    if (signal.aborted) return;
    const finding = await check(trial).catch((error: unknown) => notTried(messageOf(error)));
    if (signal.aborted) return;
    report.add(name, finding);
  }
  terminal.say("\nThe clients' conformance suite:");
  const scene = liveScene({ provider, signed_in, person, calendars: own, traits });
  const for_emulators = await runConformance(scene, signal, (name, finding) => report.add(name, finding));
  if (!signal.aborted) terminal.say(`${for_emulators} more behaviours need what only an emulator does.`);
}

async function twoCalendars(
  calendars: OwnCalendars,
  report: Report,
): Promise<readonly [OwnCalendar, OwnCalendar] | null> {
  const name = "calendars of our own can be made";
  try {
    const own = [await calendars.make(), await calendars.make()] as const;
    report.add(name, holdsIf(true, "two were made"));
    return own;
  } catch (error: unknown) {
    report.add(name, holdsIf(false, messageOf(error)));
    report.add("everything else", notTried("there is no calendar of our own to try it in"));
    return null;
  }
}
