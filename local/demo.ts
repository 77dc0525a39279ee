// `npm run demo`: connects the demo user to a Google and an Outlook calendar, changes obligations with SQL, and prints what
// reached the calendars and how long after the commit. Uses the stack that `npm start` runs in this checkout; where there is
// none, one of its own, or with a file the one that `npm start -- --json > stack.json` wrote there.
import postgres, { type Sql } from "postgres";
import { z } from "zod";
import { findRunningStack, Ready } from "./running-stacks.ts";
import { type Stack, startStack } from "./stack.ts";

const View = z.object({
  accounts: z.array(z.object({
    calendars: z.array(z.object({
      id: z.string(),
      events: z.array(z.object({ id: z.string(), version: z.string(), title: z.string() })),
    })),
  })),
});

/** Of a stack, of whichever process. */
type Addresses = Pick<
  Stack,
  "apiUrl" | "databaseUrl" | "publishableKey" | "settingsUrl" | "googleUrl" | "outlookUrl" | "users"
>;

/** A calendar that the demo watches. */
interface Watched {
  /** Of its emulator. */
  readonly url: string;
  readonly calendar_id: string;
}

const WAIT_MS = 30_000;
const POLL_MS = 5;
/** The Calendar API allows 120 calls a minute. */
const STATUS_POLL_MS = 600;
/** Edits of one event within a second are written as one; the demo does not want to show that. */
const BETWEEN_STEPS_MS = 1_100;

const file = Deno.args[0];
const running = file === undefined
  ? await findRunningStack()
  : Ready.parse(JSON.parse(await Deno.readTextFile(file)));
if (running === null) {
  console.log(
    "npm start does not run in this checkout: the demo starts a stack of its own, which ends with it.\n",
  );
}
const own = running === null ? await startStack({ seed: false }) : null;
const stack = running ?? own;
if (stack === null) throw new Error("There is no stack.");
const sql = postgres(stack.databaseUrl, { max: 2, onnotice: () => {} });
try {
  await demonstrate(stack, sql);
} finally {
  await sql.end({ timeout: 1 });
  await own?.stop();
}
Deno.exit(0);

async function demonstrate(stack: Addresses, sql: Sql): Promise<void> {
  const [user, colleague] = stack.users;
  if (!user || !colleague) throw new Error("The stack has no demo users.");
  const google = { url: stack.googleUrl, calendar_id: await connect(stack, user, "google") };
  const outlook = { url: stack.outlookUrl, calendar_id: await connect(stack, user, "outlook") };
  console.log(`${user.email} connected Google and Outlook; look at ${google.url} and ${outlook.url}\n`);
  console.log(`${" ".repeat(86)} Google   Outlook`);

  const day = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
  const tag = crypto.randomUUID();
  const mine = sql`user_id = ${user.id} and obligation_type = ${tag}`;
  const steps: readonly (readonly [string, (sql: Sql) => PromiseLike<{ readonly count: number }>])[] = [
    [
      "create an all-day obligation",
      (sql) =>
        sql`insert into public.obligations ${
          sql({ user_id: user.id, title: "Air emissions report", deadline_date: day, obligation_type: tag })
        }`,
    ],
    [
      "create a timed one in Paris",
      (sql) =>
        sql`insert into public.obligations ${
          sql({
            user_id: user.id,
            title: "Noise measurement",
            deadline_at: `${day}T12:30:00Z`,
            time_zone: "Europe/Paris",
            obligation_type: tag,
          })
        }`,
    ],
    [
      "create 25 in one INSERT",
      (sql) =>
        sql`insert into public.obligations (user_id, title, deadline_date, obligation_type)
      select ${user.id}, 'Inspection ' || n, ${day}::date + n, ${tag} from generate_series(1, 25) as n`,
    ],
    [
      "edit the title",
      (sql) =>
        sql`update public.obligations set title = 'Air emissions report 2026' where ${mine} and title = 'Air emissions report'`,
    ],
    [
      "edit the description",
      (sql) =>
        sql`update public.obligations set description = 'Stack 4 included.' where ${mine} and title like 'Air%'`,
    ],
    [
      "reschedule by a week",
      (sql) =>
        sql`update public.obligations set deadline_date = deadline_date + 7 where ${mine} and title like 'Air%'`,
    ],
    [
      "turn all-day into timed",
      (sql) =>
        sql`update public.obligations set deadline_date = null, deadline_at = ${`${day}T09:00:00Z`} where ${mine} and title = 'Inspection 1'`,
    ],
    [
      "complete",
      (sql) =>
        sql`update public.obligations set status = 'completed' where ${mine} and title = 'Inspection 2'`,
    ],
    [
      "cancel",
      (sql) =>
        sql`update public.obligations set status = 'cancelled' where ${mine} and title = 'Inspection 3'`,
    ],
    [
      "reassign to a colleague without a calendar",
      (sql) =>
        sql`update public.obligations set user_id = ${colleague.id} where ${mine} and title = 'Inspection 4'`,
    ],
    [
      "and back",
      (sql) =>
        sql`update public.obligations set user_id = ${user.id} where obligation_type = ${tag} and title = 'Inspection 4'`,
    ],
    [
      "remove a deadline",
      (sql) =>
        sql`update public.obligations set deadline_date = null where ${mine} and title = 'Inspection 5'`,
    ],
    [
      "delete the rest",
      (sql) =>
        sql`delete from public.obligations where obligation_type = ${tag} and status <> 'cancelled'
        and num_nonnulls(deadline_date, deadline_at) = 1`,
    ],
  ];
  for (const [name, change] of steps) {
    const before = await Promise.all([google, outlook].map(eventsOf));
    const { count } = await change(sql);
    const committed_at = performance.now();
    const [first, second] = await Promise.all(
      [google, outlook].map((calendar, index) =>
        untilSettled(calendar, before[index] ?? new Map(), count, committed_at)
      ),
    );
    if (!first || !second) throw new Error("There is nothing to watch.");
    const milliseconds = [first, second].map(({ latency_ms }) =>
      `${String(Math.round(latency_ms)).padStart(6)} ms`
    );
    console.log(
      `${name.padEnd(44)} ${describe(before[0] ?? new Map(), first.after).padEnd(40)}${
        milliseconds.join("")
      }`,
    );
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_STEPS_MS));
  }
  await sql`delete from public.obligations where obligation_type = ${tag}`;
}

type Events = ReadonlyMap<string, { readonly version: string; readonly title: string }>;

/** Waits until as many events differ as rows were changed. */
async function untilSettled(calendar: Watched, before: Events, rows: number, from: number) {
  while (performance.now() - from < WAIT_MS) {
    const after = await eventsOf(calendar);
    const changed = new Set(
      [...before.keys(), ...after.keys()].filter((id) => before.get(id)?.version !== after.get(id)?.version),
    );
    if (changed.size >= rows) {
      return { after, latency_ms: performance.now() - from };
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error("The calendar did not follow within 30 s; the stack's output says why.");
}

function describe(before: Events, after: Events): string {
  const created = [...after].filter(([id]) => !before.has(id));
  const removed = [...before].filter(([id]) => !after.has(id));
  const updated = [...after].filter(([id, { version }]) =>
    before.has(id) && before.get(id)?.version !== version
  );
  const part = (verb: string, events: readonly (readonly [string, { title: string }])[]) =>
    events.length === 0
      ? []
      : [`${verb} ${events.length === 1 ? `“${events[0]?.[1].title}”` : `${events.length} events`}`];
  return [...part("created", created), ...part("updated", updated), ...part("removed", removed)].join(", ");
}

async function eventsOf({ url, calendar_id }: Watched): Promise<Events> {
  const { accounts } = View.parse(await (await fetch(`${url}/emulator/view`)).json());
  const calendar = accounts.flatMap(({ calendars }) => calendars).find(({ id }) => id === calendar_id);
  return new Map((calendar?.events ?? []).map(({ id, ...event }) => [id, event]));
}

/** Connects the way a browser does, the consent page answered through the emulator's shortcut, and waits for the first sync. */
async function connect(
  stack: Addresses,
  user: Addresses["users"][number],
  provider: "google" | "outlook",
): Promise<string> {
  const headers = { apikey: stack.publishableKey, "content-type": "application/json" };
  const signIn = await fetch(`${stack.apiUrl}/auth/v1/token?grant_type=password`, {
    method: "POST",
    headers,
    body: JSON.stringify(user),
  });
  const { access_token } = z.object({ access_token: z.string() }).parse(await signIn.json());
  const api = `${stack.apiUrl}/functions/v1/calendar`;
  const signedIn = { ...headers, authorization: `Bearer ${access_token}` };
  const redirect_to = encodeURIComponent(`${stack.settingsUrl}`);
  const begun = await fetch(`${api}/authorize?provider=${provider}&redirect_to=${redirect_to}`, {
    headers: signedIn,
  });
  const consent = new URL(z.object({ url: z.string() }).parse(await begun.json()).url);
  consent.searchParams.set("emulator_account", user.email);
  consent.searchParams.set("emulator_consent", "allow");
  const callback = await fetch(consent, { redirect: "manual" });
  const landed = await fetch(callback.headers.get("location") ?? "", { redirect: "manual" });
  const connection = new URL(landed.headers.get("location") ?? "").searchParams.get("calendar_connection");
  const confirmed = await fetch(`${api}/confirm`, {
    method: "POST",
    headers: signedIn,
    body: JSON.stringify({ connection }),
  });
  const { calendar_id } = z.object({ calendar_id: z.string() }).parse(await confirmed.json());
  const Status = z.object({
    integrations: z.array(z.object({ progress: z.object({ pending: z.number() }) })),
  });
  const isSynced = async () => {
    const { integrations } = Status.parse(await (await fetch(`${api}/status`, { headers: signedIn })).json());
    return integrations.every(({ progress }) => progress.pending === 0);
  };
  while (!await isSynced()) await new Promise((resolve) => setTimeout(resolve, STATUS_POLL_MS));
  return calendar_id;
}
