import { until } from "../tests/support/calendar-api.ts";
import { openScene } from "../tests/support/scene.ts";
import { ADA, GRACE } from "../tests/support/subjects/subject.ts";
import { type CreateAll, googleClient, graphClient } from "./baselines/official-clients.ts";
import { IDLE_MS, ratio, type Row, seconds, timed } from "./table.ts";

const EVENTS = 400;
const LATENCY_MS = 100;

/**
 * The first sync of a user with many obligations, at the providers' real limits and {@link LATENCY_MS} a call, against
 * the provider's own library making one call an event, ten at a time.
 */
export async function providers(): Promise<readonly Row[]> {
  return [...await compare("google"), ...await compare("outlook")];
}

async function compare(provider_name: "google" | "outlook"): Promise<readonly Row[]> {
  const scene = await openScene(provider_name);
  const { sql, provider } = scene;
  const { google, outlook } = scene.stack;
  if (!google || !outlook) throw new Error("The stack has no emulators.");
  const { state, faults } = provider.emulator;
  try {
    const user = await scene.connectedUser(ADA);
    await sql`update public.calendar_integrations set sync_enabled = false`;
    await sql`insert into public.obligations (user_id, title, deadline_date)
      select ${user.id}, 'Bench ' || n, date '2027-01-01' + n % 300 from generate_series(1, ${EVENTS}::int) as n`;
    await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
    await sql`delete from calendar_sync.provider_calls`;
    await sql`update calendar_sync.providers as provider
      set account_calls = real.account_calls, project_calls = real.project_calls
      from (values ('google', 600, 10000), ('outlook', 10000, 130000)) as real (name, account_calls, project_calls)
      where provider.name = real.name`;
    provider.setQuotas(true);
    faults.set([{ match: { path: provider.paths.events }, kind: "latency", latency_ms: LATENCY_MS }]);
    state.requests = [];
    const ours_ms = await timed(async () => {
      await sql`update public.calendar_integrations set sync_enabled = true`;
      await until(() => Promise.resolve(scene.events(user.calendar_id).length === EVENTS), 120_000);
    });
    const http = state.requests.filter(({ in_batch }) => !in_batch).length;
    const violations = state.quota_violations.length;

    const calendar_id = provider.calendars(GRACE)[0]?.id ?? "";
    const create: CreateAll = provider_name === "google"
      ? googleClient(google, GRACE)
      : graphClient(outlook, GRACE);
    state.quota_violations = [];
    let repeated = 0;
    const theirs_ms = await timed(async () => repeated = await create(calendar_id, EVENTS));
    return [
      [
        `${provider_name}: first ${EVENTS} events`,
        `${(theirs_ms / ours_ms).toFixed(1)} ×`,
        `as fast as its library with 10 in parallel: ${seconds(ours_ms)} for ${seconds(theirs_ms)}`,
      ],
      [`${provider_name}: HTTP calls for it`, ratio(http, EVENTS), `of one an event (${http})`],
      [
        `${provider_name}: refusals for pace`,
        String(violations),
        `the library: ${state.quota_violations.length}, and ${repeated} creations repeated`,
      ],
    ];
  } finally {
    await scene.close();
  }
}
