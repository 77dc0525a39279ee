// `npm run demo`: connects the demo user to a Google, an Outlook and a CalDAV calendar, changes obligations with SQL, and prints
// what reached the calendars and how long after the commit. Then it moves and deletes an event as a person does, and prints the answer. Uses the stack that `npm start` runs in this checkout; where there is
// none, one of its own, or with a file the one that `npm start -- --json > stack.json` wrote there.
import postgres, { type Sql } from "postgres";
import { describe, eventsOf, untilSettled, type Watched } from "./demo/calendar-view.ts";
import { connectOAuth, connectPassword, type DemoStack, signIn, untilSynced } from "./demo/connect.ts";
import { showEdits } from "./demo/show-edits.ts";
import { findRunningStack, Ready } from "./running-stacks.ts";
import { startStack } from "./stack.ts";

const STEP_WIDTH = 44;
const CHANGE_WIDTH = 40;
const LATENCY_WIDTH = 10;
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

async function demonstrate(stack: DemoStack, sql: Sql): Promise<void> {
  const [user, colleague] = stack.users;
  if (!user || !colleague) throw new Error("The stack has no demo users.");
  const session = await signIn(stack, user);
  const watched: readonly Watched[] = [
    { label: "Google", url: stack.googleUrl, calendar_id: await connectOAuth(session, "google") },
    { label: "Outlook", url: stack.outlookUrl, calendar_id: await connectOAuth(session, "outlook") },
    { label: "CalDAV", url: stack.caldavUrl, calendar_id: await connectPassword(session, stack.caldavUrl) },
  ];
  await untilSynced(session);
  const where = watched.map(({ label, url }) => `${label} (${url})`).join(", ");
  console.log(`${user.email} connected ${where}: open an address to look at its calendars\n`);
  const heading = watched.map(({ label }) => label.padStart(LATENCY_WIDTH)).join("");
  console.log(`${" ".repeat(STEP_WIDTH + CHANGE_WIDTH)}${heading}`);

  const day = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
  const tag = crypto.randomUUID();
  const mine = sql`user_id = ${user.id} and obligation_type = ${tag}`;
  const steps: readonly Step[] = [
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
  ];
  for (const step of steps) await showStep(sql, watched, step);
  const air = sql<{ id: string }[]>`select id from public.obligations where ${mine} and title like 'Air%'`;
  await showEdits(sql, session, watched, (await air)[0]?.id ?? "", print);
  await showStep(sql, watched, [
    "delete the rest",
    (sql) =>
      sql`delete from public.obligations where obligation_type = ${tag} and status <> 'cancelled'
        and num_nonnulls(deadline_date, deadline_at) = 1`,
  ]);
  await sql`delete from public.obligations where obligation_type = ${tag}`;
}

/** A change of obligations, and how many rows it changed. */
type Step = readonly [name: string, change: (sql: Sql) => PromiseLike<{ readonly count: number }>];

async function showStep(sql: Sql, watched: readonly Watched[], [name, change]: Step): Promise<void> {
  const before = await Promise.all(watched.map(eventsOf));
  const { count } = await change(sql);
  const committed_at = performance.now();
  const settled = await Promise.all(
    watched.map((calendar, index) => untilSettled(calendar, before[index] ?? new Map(), count, committed_at)),
  );
  const seen = describe(before[0] ?? new Map(), settled[0]?.after ?? new Map());
  print(name, seen, settled.map(({ latency_ms }) => latency_ms));
  await new Promise((resolve) => setTimeout(resolve, BETWEEN_STEPS_MS));
}

/** @param latencies_ms one a calendar */
function print(step: string, seen: string, latencies_ms: readonly number[]): void {
  const latencies = latencies_ms.map((latency_ms) => `${Math.round(latency_ms)} ms`.padStart(LATENCY_WIDTH));
  console.log(`${step.padEnd(STEP_WIDTH)}${seen.padEnd(CHANGE_WIDTH)}${latencies.join("")}`);
}
