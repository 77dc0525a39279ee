import { until } from "../tests/support/calendar-api.ts";
import { editAsPerson } from "../tests/support/person.ts";
import { type ConnectedUser, openScene, type Scene } from "../tests/support/scene.ts";
import { ADA } from "../tests/support/subjects/subject.ts";
import { type CalendarWatch, watchCalendars } from "./support/calendar-watch.ts";
import { divideIntervals, MEAN_SHARE, POLL_S, stopPolls } from "./support/poll-scale.ts";
import { atMost, quantile, ratio, type Row, seconds } from "./table.ts";

const CALENDARS = 20;
/** Of each way to notice a move. */
const MOVES = 10;
const DAY = "2027-01-04";
const OTHER_DAY = "2027-01-08";
const ANSWER_TARGET_S = 10;
/** The poll of 15 minutes as one of 9 s. */
const SHORT_POLL_DIVISOR = 100;
/** Each of them waits for the poll. */
const POLLED_MOVES = 5;
/** The latest that a poll comes within its interval, see `calendar_sync.record_pull`. */
const LATEST_SHARE = 0.95;
/** Of the schedule in `340_cron_jobs.sql`. */
const TICK_S = 10;

/** A day of two minutes, with a tick so often that it stands for 72 s. */
const DAY_DIVISOR = 720;
const DAY_TICK_MS = 100;
const DAY_S = 86_400;
const QUIET_CALENDARS = 1_000;

/** Twenty calendars with divided intervals are read as often as a thousand. */
const BUSY_DIVISOR = QUIET_CALENDARS / CALENDARS;
const LATENCY_ROUNDS = 8;
const EDITS_A_ROUND = 8;
/** After a round's polls begin, and between two edits, so that each finds a worker that rests. */
const BETWEEN_EDITS_MS = 250;

/** What users' edits cost: until they are answered, in calls of the provider, and for everything else. */
export async function twoWay(): Promise<readonly Row[]> {
  const scene = await openScene("google", { GOOGLE_PUSH: "on" });
  const { google } = scene.stack;
  if (!google) throw new Error("The stack has no emulator.");
  const watch = watchCalendars(google);
  try {
    await stopPolls(scene.sql);
    const users: ConnectedUser[] = [];
    while (users.length < CALENDARS) users.push(await scene.connectedUser());
    await until(async () => await verifiedChannels(scene) === CALENDARS, 60_000);
    await settled(scene);
    const [editor] = users;
    if (!editor) throw new Error("Nobody is connected.");
    return [
      ...await answers(scene, editor),
      ...await quietDay(scene, users),
      ...await mainJob(scene, watch, editor),
    ];
  } finally {
    watch.close();
    await scene.close();
  }
}

async function verifiedChannels({ sql }: Scene): Promise<number> {
  const rows = await sql`
    select from calendar_sync.channels where state = 'active' and verified_at is not null`;
  return rows.length;
}

/** Waits until nothing is queued, in work or on its way. */
async function settled({ sql }: Scene): Promise<void> {
  await until(async () => {
    const left = await sql`
      select from calendar_sync.jobs where failed_at is null
      union all select from calendar_sync.changes
      union all select from calendar_sync.lanes where leased_by is not null`;
    return left.length === 0;
  }, 60_000);
}

/** How long it takes until an event that its user moved is back on its deadline. */
async function answers(scene: Scene, editor: ConnectedUser): Promise<readonly Row[]> {
  const { sql } = scene;
  const deliveries = scene.stack.google?.state.deliveries;
  const pushed = await movesBack(scene, editor, MOVES, () => Promise.resolve());
  deliveries?.switch({ lost: true });
  const asked = await movesBack(scene, editor, MOVES, () => editor.api.request("POST", "/sync", {}));
  // A channel on which nothing arrives is found out after a day: here it does not count as one.
  await sql`update calendar_sync.channels set verified_at = null`;
  await divideIntervals(sql, SHORT_POLL_DIVISOR);
  const polled = await movesBack(scene, editor, POLLED_MOVES, () => Promise.resolve());
  await stopPolls(sql);
  await sql`update calendar_sync.channels set verified_at = now()`;
  deliveries?.reset();
  const poll_s = POLL_S.without / SHORT_POLL_DIVISOR;
  const beyond_s = Math.max(...polled) - LATEST_SHARE * poll_s;
  return [
    answerRow("a move to its answer, with a channel", pushed),
    answerRow("a move to its answer, POST /sync", asked),
    [
      "a move to its answer, polled",
      seconds(1000 * (LATEST_SHARE * POLL_S.without + beyond_s)),
      `at the latest: ${LATEST_SHARE} of 15 minutes, and what it took beyond that share of a poll of ${poll_s} s, ${
        beyond_s.toFixed(1)
      } s; the slowest of ${polled.length}`,
      atMost(LATEST_SHARE * POLL_S.without + beyond_s, POLL_S.without, " s"),
    ],
  ];
}

function answerRow(name: string, times_s: readonly number[]): Row {
  const slowest_s = Math.max(...times_s);
  return [
    name,
    seconds(1000 * slowest_s),
    `the slowest of ${times_s.length}; median ${seconds(1000 * quantile(times_s, 0.5))}`,
    atMost(slowest_s, ANSWER_TARGET_S, " s"),
  ];
}

/** Moves one event after the other, each once: one that is moved each time would be left after three restores. */
async function movesBack(
  scene: Scene,
  { id, calendar_id }: ConnectedUser,
  moves: number,
  ask: () => Promise<unknown>,
): Promise<readonly number[]> {
  const obligations = await scene.sql<{ id: string }[]>`
    insert into public.obligations (user_id, title, deadline_date)
    select ${id}, 'Moved ' || n, ${DAY} from generate_series(1, ${moves}::int) as n returning id`;
  const eventOf = (obligation_id: string) =>
    scene.events(calendar_id).find((event) => event.obligation_id === obligation_id);
  const isOn = (obligation_id: string, day: string) => {
    const time = eventOf(obligation_id)?.time;
    return time?.kind === "all_day" && time.start_date === day;
  };
  await until(() => Promise.resolve(obligations.every((each) => isOn(each.id, DAY))), 60_000);
  await settled(scene);
  const times_s: number[] = [];
  for (const obligation of obligations) {
    const event_id = eventOf(obligation.id)?.id ?? "";
    await editAsPerson(scene.provider.emulator, {
      account: ADA,
      calendar_id,
      event_id,
      edit: { kind: "move", day: OTHER_DAY, time: null },
    });
    const moved_at = performance.now();
    await ask();
    await until(() => Promise.resolve(isOn(obligation.id, DAY)), 60_000);
    times_s.push((performance.now() - moved_at) / 1000);
    await settled(scene);
  }
  return times_s;
}

/** Provider calls for what users change, on a day on which nobody changes anything. */
async function quietDay(scene: Scene, users: readonly ConnectedUser[]): Promise<readonly Row[]> {
  const { sql, provider } = scene;
  const without = users.filter((_, index) => index % 2 === 0);
  const with_channel = users.filter((_, index) => index % 2 === 1);
  await sql`update calendar_sync.channels set state = 'failed'
    where integration_id = any (${without.map(({ integration }) => integration.id)})`;
  await settled(scene);
  await sql`update cron.job set active = false`;
  await divideIntervals(sql, DAY_DIVISOR);
  provider.emulator.state.requests = [];
  const ends_at = performance.now() + 1000 * DAY_S / DAY_DIVISOR;
  while (performance.now() < ends_at) {
    await sql`select calendar_sync.tick()`;
    await new Promise((resolve) => setTimeout(resolve, DAY_TICK_MS));
  }
  await stopPolls(sql);
  await settled(scene);
  const { requests } = provider.emulator.state;
  await sql`update cron.job set active = true`;
  await sql`update calendar_sync.channels set state = 'active' where state = 'failed'`;
  const callsOf = (these: readonly ConnectedUser[]) =>
    requests.filter(({ path }) =>
      these.some(({ calendar_id }) => decodeURIComponent(path).includes(calendar_id))
    )
      .length / these.length;
  const tick_s = DAY_TICK_MS / 1000 * DAY_DIVISOR;
  const row = (name: string, these: readonly ConnectedUser[], poll_s: number): Row => {
    const per_day = callsOf(these);
    // A pull of a calendar without news is one call. It waits for half a tick.
    const expected = DAY_S / (MEAN_SHARE * poll_s + tick_s / 2);
    const real = DAY_S / (MEAN_SHARE * poll_s + TICK_S / 2);
    return [
      `a quiet day's calls, ${name}`,
      ratio(per_day, expected),
      `of what the intervals say: ${per_day.toFixed(1)} a calendar, ${these.length} of them, a day of ${
        seconds(1000 * DAY_S / DAY_DIVISOR)
      }; ${QUIET_CALENDARS} calendars: ${Math.round(QUIET_CALENDARS * real)} calls a day`,
      // Of ten calendars with a channel each is read once or twice.
      atMost(per_day / expected, poll_s === POLL_S.with ? 2 : 1.1, " ×"),
    ];
  };
  return [row("without channels", without, POLL_S.without), row("with channels", with_channel, POLL_S.with)];
}

/** Whether what it is all for takes longer meanwhile: an edit of an obligation until its event is there. */
async function mainJob(scene: Scene, watch: CalendarWatch, editor: ConnectedUser): Promise<readonly Row[]> {
  const { sql } = scene;
  await sql`update calendar_sync.channels set verified_at = null`;
  const times = { with: new Array<number>(), without: new Array<number>(), again: new Array<number>() };
  await editOnce(scene, watch, editor);
  for (let round = 0; round < LATENCY_ROUNDS; round++) {
    for (const pulls of ["without", "with", "again"] as const) {
      await (pulls === "with" ? divideIntervals(sql, BUSY_DIVISOR) : stopPolls(sql));
      for (let edit = 0; edit < EDITS_A_ROUND; edit++) {
        await new Promise((resolve) => setTimeout(resolve, BETWEEN_EDITS_MS));
        times[pulls].push(await editOnce(scene, watch, editor));
      }
    }
  }
  await stopPolls(sql);
  const [with_ms, without_ms] = [
    quantile(times.with, 0.5),
    quantile([...times.without, ...times.again], 0.5),
  ];
  return [[
    "commit to event, while calendars are polled",
    ratio(with_ms, without_ms),
    `of without: ${with_ms.toFixed(0)} ms for ${
      without_ms.toFixed(0)
    } ms, medians of ${times.with.length} and twice as many; ` +
    `as many pulls as of ${QUIET_CALENDARS} calendars; without, of its own second half: ${
      ratio(quantile(times.without, 0.5), quantile(times.again, 0.5))
    }`,
    atMost(with_ms / without_ms, 1.05, " ×"),
  ]];
}

/** @returns milliseconds from the commit until the calendar holds the event */
async function editOnce(
  { sql }: Scene,
  watch: CalendarWatch,
  { id, calendar_id }: ConnectedUser,
): Promise<number> {
  const obligation_id = crypto.randomUUID();
  const seen = watch.seen(calendar_id, { user_id: id, id: obligation_id });
  await sql`insert into public.obligations (id, user_id, title, deadline_date)
    values (${obligation_id}, ${id}, 'A single one', ${DAY})`;
  const committed_at = performance.now();
  return await seen - committed_at;
}
