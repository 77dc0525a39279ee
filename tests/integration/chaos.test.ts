import assert from "node:assert/strict";
import type { Fault } from "../../local/providers/faults.ts";
import { CalendarApi, until } from "../support/calendar-api.ts";
import { openScene } from "../support/scene.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { ADA, GRACE, type SeenEvent, type Subject } from "../support/subjects/subject.ts";
import { outlookSubject } from "../support/subjects/outlook-subject.ts";
import { type Application, openApplication, pause, type Shown } from "./chaos/application.ts";
import { blowsTo, type Leased } from "./chaos/blows.ts";

const BULK = 5_000;
/** Works on while Google is away. */
const OUTLOOK_BULK = 400;
const EDITED_CALENDARS = 3;
/** Of each call, so that the bulk lasts long enough to be hit. */
const LATENCY_MS = 500;
const OUTAGE_MS = 60_000;
const OUTAGE_LATENCY_MS = 4_000;
/** Four blows fit into what is left of the outage once the first dead worker's lanes are worked again. */
const BLOW_EVERY_MS = { min: 1_000, max: 8_000 } as const;
const WORKED_AGAIN_WITHIN_MS = 30_000;
/** Of a bulk whose lane waits: its patience has grown to 64 s at most, and the tick comes every 10 s. */
const PROGRESS_WITHIN_MS = 90_000;
/** The outage may have made a lane wait for up to a minute; then comes what is left of the bulk. */
const CONVERGED_WITHIN_MS = 150_000;

/** A calendar, and whose obligations it holds. */
interface Kept {
  readonly user_id: string;
  readonly api: CalendarApi;
  readonly calendar_id: string;
  readonly provider: Subject;
}

Deno.test({
  name:
    "whatever is killed, cut, crashed or away during a bulk of 5,000, every calendar converges without help",
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const seed = Number(Deno.env.get("CHAOS_SEED") ?? crypto.getRandomValues(new Uint32Array(1))[0]);
  console.log(`    CHAOS_SEED=${seed}`);
  const random = seededRandom(seed);
  const scene = await openScene("google");
  const { stack } = scene;
  const application = openApplication(stack.databaseUrl);
  const blows = blowsTo(stack, application);
  const edits = new AbortController();
  let editing: Promise<unknown> = Promise.resolve();
  try {
    assert.ok(stack.outlook);
    const google = scene.provider;
    const outlook = outlookSubject(stack.outlook);
    outlook.setQuotas(false);
    const SLOW: Fault = { match: { path: "/events" }, kind: "latency", latency_ms: LATENCY_MS };
    const LOST_ANSWERS: Fault = { match: { path: "/events" }, kind: "drop_after", times: 3 };

    const connect = async (provider: Subject, account: string): Promise<Kept> => {
      const { id, api } = await scene.newUser();
      const { calendar_id } = await api.connect({
        provider: provider.name,
        redirect_to: scene.redirect_to,
        account,
      });
      assert.ok(calendar_id);
      return { user_id: id, api, calendar_id, provider };
    };
    const bulk = await connect(google, ADA);
    const outlook_bulk = await connect(outlook, ADA);
    const edited: Kept[] = [];
    for (let n = 0; n < EDITED_CALENDARS; n++) edited.push(await connect(n === 0 ? google : outlook, GRACE));
    const all = [bulk, outlook_bulk, ...edited];
    assert.equal(new Set(all.map(({ calendar_id }) => calendar_id)).size, all.length);

    const done = ({ provider, calendar_id }: Kept) => provider.events(calendar_id).length;
    const untilMore = (kept: Kept, count: number) =>
      until(
        () => Promise.resolve(done(kept) >= count),
        PROGRESS_WITHIN_MS,
        () => Promise.resolve(done(kept)),
      );
    const editNow = async () => {
      const title = `While calls wait ${crypto.randomUUID()}`;
      await application.ask((sql) =>
        sql`update public.obligations set title = ${title}
          where id = (select min(id::text)::uuid from public.obligations where user_id = ${outlook_bulk.user_id})`
      );
    };

    for (const { emulator } of [google, outlook]) emulator.faults.set([LOST_ANSWERS, SLOW]);
    await Promise.all([
      application.bulk(bulk.user_id, "Bulk", BULK),
      application.bulk(outlook_bulk.user_id, "Bulk", OUTLOOK_BULK),
    ]);
    editing = Promise.all(
      edited.map(({ user_id }) =>
        application.editUntil(edits.signal, user_id, seededRandom(random.between(0, 2 ** 31)))
      ),
    );

    await t.step("every session is cut, twice, while both bulks are under way", async () => {
      for (let n = 0; n < 2; n++) {
        await untilMore(bulk, done(bulk) + 1);
        await pause(random.between(0, 1_500));
        await blows.cutSessions();
      }
    });

    let back_at = 0;
    await t.step(
      "the worker is killed as Google goes away, and what it had is worked again within 30 s",
      async () => {
        await untilMore(bulk, done(bulk) + 1);
        await pause(random.between(0, 1_000));
        await until(() => isLeased(bulk, application));
        const killed_at = performance.now();
        const leased = await blows.killWorker();
        google.emulator.faults.set(outage());
        back_at = performance.now() + OUTAGE_MS;
        assert.ok(leased.length > 0);
        await until(
          async () => (await stillLeased(leased, application)).length === 0,
          WORKED_AGAIN_WITHIN_MS,
          () => stillLeased(leased, application),
        );
        console.log(`    ${leased.length} lanes were worked again within ${elapsed(killed_at)}`);
      },
    );

    await t.step("while Google is away for a minute all the rest breaks", async () => {
      const order = [
        blows.cutSessions,
        blows.killWorker,
        () => blows.crashDatabase(editNow),
        blows.killWorker,
      ];
      for (const blow of order) {
        await pause(random.between(BLOW_EVERY_MS.min, BLOW_EVERY_MS.max));
        await blow();
      }
      await pause(back_at - performance.now());
      google.emulator.faults.set([SLOW]);
    });

    await t.step("the database crashes and every session is cut in what is left of the bulk", async () => {
      await untilMore(bulk, done(bulk) + 1);
      await pause(random.between(0, 3_000));
      await blows.crashDatabase(editNow);
      await untilMore(bulk, done(bulk) + 1);
      await pause(random.between(0, 1_500));
      await blows.cutSessions();
      assert.ok(done(bulk) < BULK, "the blows came after the bulk");
    });

    await t.step("without any help every calendar holds exactly the obligations of its user", async () => {
      const last_blow_at = performance.now();
      edits.abort();
      await editing;
      await until(
        () => isConverged(all, application),
        CONVERGED_WITHIN_MS,
        async () => ({
          left_over: await leftOver(application),
          differences: await Promise.all(all.map(async (kept) => {
            const { missing, wrong } = await difference(kept, application);
            return { missing: missing.length, wrong: wrong.slice(0, 5) };
          })),
        }),
      );
      console.log(`    converged ${elapsed(last_blow_at)} after the last blow`);
      for (const kept of all) {
        assert.deepEqual(await difference(kept, application), { missing: [], wrong: [] });
      }
      assert.equal(done(bulk), BULK);
      assert.equal(done(outlook_bulk), OUTLOOK_BULK);
      assert.deepEqual(await leftOver(application), { jobs: 0, changes: 0, leases: 0 });
      const incidents = await application.ask((sql) =>
        sql`select kind, sqlstate, message from calendar_sync.incidents`
      );
      assert.deepEqual([...incidents], []);
      for (const { api } of all) {
        const shown = (await api.status()).map(({ status, last_error }) => ({ status, last_error }));
        assert.deepEqual(shown, [{ status: "active", last_error: null }]);
      }
    });
  } finally {
    edits.abort();
    await editing.catch(() => {});
    await application.close();
    await scene.close();
  }
});

/**
 * 503 to everything, token endpoint included, now and then not even that. As slow as from a provider that is overloaded:
 * so the blows hit lanes that wait for it, and few attempts fit into the minute.
 */
function outage(): readonly Fault[] {
  return [
    { kind: "drop_before", times: 2 },
    { match: { path: "/events" }, kind: "drop_after", times: 1 },
    { kind: "latency", latency_ms: OUTAGE_LATENCY_MS },
    { kind: "status", status: 503 },
  ];
}

/** Whether a worker is at it right now. */
function isLeased({ user_id }: Kept, { ask }: Application): Promise<boolean> {
  return ask(async (sql) => {
    const rows = await sql`select from calendar_sync.lanes as lane
      join public.calendar_integrations as integration on integration.id = lane.integration_id
      where integration.user_id = ${user_id} and lane.leased_until > now()`;
    return rows.length > 0;
  });
}

/** Lanes that nobody has taken from a dead worker yet. */
function stillLeased(leased: readonly Leased[], { ask }: Application): Promise<readonly string[]> {
  return ask(async (sql) => {
    const rows = await sql<{ integration_id: string; leased_by: string | null }[]>`
      select integration_id, leased_by from calendar_sync.lanes`;
    return leased.filter(({ integration_id, dead }) =>
      rows.some((row) => row.integration_id === integration_id && row.leased_by === dead)
    ).map(({ integration_id }) => integration_id);
  });
}

async function isConverged(all: readonly Kept[], application: Application): Promise<boolean> {
  const { jobs, changes, leases } = await leftOver(application);
  if (jobs + changes + leases > 0) return false;
  const differences = await Promise.all(all.map((kept) => difference(kept, application)));
  return differences.every(({ missing, wrong }) => missing.length + wrong.length === 0);
}

async function leftOver({ ask }: Application) {
  const [row] = await ask((sql) =>
    sql<{ jobs: number; changes: number; leases: number }[]>`select
      (select count(*)::int from calendar_sync.jobs) as jobs,
      (select count(*)::int from calendar_sync.changes) as changes,
      (select count(*)::int from calendar_sync.lanes where leased_by is not null or leased_until is not null) as leases`
  );
  assert.ok(row);
  return { ...row };
}

/** Obligations without their event, and events that are a second one, out of date, or nobody's. */
async function difference({ user_id, calendar_id, provider }: Kept, { obligationsOf }: Application) {
  const wanted = (await obligationsOf(user_id)).map(lineOf);
  const found = provider.events(calendar_id).map(lineOfEvent);
  const left = new Set(wanted);
  const wrong = found.filter((line) => !left.delete(line));
  return { missing: [...left], wrong };
}

function lineOf({ obligation_id, title, deadline_date }: Shown): string {
  return `${obligation_id} ${deadline_date} ${title}`;
}

function lineOfEvent({ obligation_id, title, time }: SeenEvent): string {
  return `${obligation_id} ${time.kind === "all_day" ? time.start_date : time.start} ${title}`;
}

function elapsed(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}
