import { z } from "zod";
import { type Expected, expectedEvent } from "./model.ts";
import type { ShownEvent } from "./provider-accounts.ts";
import { type AccountStory, type IntegrationRow, uuidOf, type World } from "./world.ts";

/** What is not as it should be once all is quiet, before anybody mends what users have to mend. */
export async function unjustified(world: World): Promise<readonly string[]> {
  const rows = await world.integrations();
  const problems = rows.flatMap((row): string[] => {
    const story = world.accounts.find(({ grants }) => grants.account_id === row.account_id);
    const name = `${row.account_id ?? "unconfirmed"} is ${row.status}`;
    switch (row.status) {
      case "active":
        return [];
      case "disconnected":
        return story?.grants.revoked ? [] : [`${name}, though nobody ended its grant`];
      case "paused":
        return story?.grants.account.calendar_ids.includes(row.calendar_id ?? "")
          ? [`${name}, though its calendar is there`]
          : [];
      default:
        return [`${name} for ever`];
    }
  });
  for (const story of world.accounts) {
    const exists = rows.some((row) => row.account_id === story.grants.account_id);
    if (story.connection === "connected" && !exists && !isAbandoned(story)) {
      problems.push(`${story.grants.account_id} was connected last, and has no integration`);
    }
  }
  const connected_again = await connectedAfterSwitch(world);
  for (const row of rows) {
    const choice = world.choices.get(row.id);
    if (choice === undefined) continue;
    const sync_enabled = choice.sync_enabled || connected_again.has(row.id);
    if (sync_enabled !== row.sync_enabled || choice.completed_events !== row.completed_events) {
      problems.push(`${row.account_id} has other settings than its user chose`);
    }
  }
  return problems;
}

/** The integrations that were disconnected and connected again after they were last switched off: that switched them on. */
async function connectedAfterSwitch({ sql }: World): Promise<ReadonlySet<string>> {
  const rows = await sql<{ integration_id: string }[]>`
    select integration_id from (
      select distinct on (integration_id) integration_id, action from calendar_sync.activity
      where action in ('connected', 'switched_off') order by integration_id, at desc
    ) as last where action = 'connected'`;
  return new Set(rows.map(({ integration_id }) => integration_id));
}

/** What is not as the model says in the end. */
export async function violations(world: World): Promise<readonly string[]> {
  const rows = await world.integrations();
  const problems: string[] = [];
  for (const story of world.accounts) {
    const row = rows.find(({ account_id }) => account_id === story.grants.account_id) ?? null;
    problems.push(...await accountProblems(world, story, row));
  }
  const [counts] = z.array(z.record(z.string(), z.coerce.number())).parse(
    await world.sql`select
      (select count(*) from calendar_sync.changes) as "changes left",
      (select count(*) from calendar_sync.lanes as lane
        where (to_jsonb(lane) ->> 'leased_until')::timestamptz > now()) as "leases left",
      (select count(*) from calendar_sync.incidents where kind = 'enqueue') as "enqueues that failed",
      (select count(*) from vault.secrets as secret where not exists (
        select from public.calendar_integrations as integration
        where to_jsonb(integration)::text like '%' || secret.id || '%'
      ) and not exists (
        select from calendar_sync.flows as flow where to_jsonb(flow)::text like '%' || secret.id || '%'
      ) and not exists (
        select from calendar_sync.pulls as pull where pull.cursor_secret_id = secret.id
      )) as "tokens of no integration"`,
  );
  const left = await world.sql`select to_jsonb(job) as job, to_jsonb(lane) as lane
    from calendar_sync.jobs as job left join calendar_sync.lanes as lane using (integration_id)`;
  for (const each of left) problems.push(`a job is left: ${JSON.stringify(each)}`);
  for (const [name, count] of Object.entries(counts ?? {})) if (count > 0) problems.push(`${count} ${name}`);
  return problems;
}

async function accountProblems(
  world: World,
  story: AccountStory,
  row: IntegrationRow | null,
): Promise<readonly string[]> {
  const { account, account_id } = story.grants;
  const of = `in ${account_id}`;
  const problems: string[] = [];
  const shown = account.events;
  for (const [obligation_id, events] of Map.groupBy(shown, (event) => event.obligation_id)) {
    if (events.length > 1 && !isAbandoned(story)) {
      problems.push(
        `${events.length} events of ${short(obligation_id)} ${of}: ${events.map(shownInWords).join(", ")}`,
      );
    }
  }
  if (row === null) {
    if (story.connection === "removing" && !isAbandoned(story) && shown.length > 0) {
      problems.push(`${of} events are left after disconnecting: ${shown.map(shownInWords).join(", ")}`);
    }
    return problems;
  }
  if (row.status !== "active" || !row.sync_enabled) {
    return [...problems, `${account_id} is ${row.status} in the end`];
  }

  const here = shown.filter(({ calendar_id }) => calendar_id === row.calendar_id);
  const elsewhere = shown.filter(({ calendar_id }) => calendar_id !== row.calendar_id);
  if (elsewhere.length > 0 && !isAbandoned(story)) {
    problems.push(`events in other calendars ${of}: ${elsewhere.map(shownInWords).join(", ")}`);
  }
  const wanted = new Map<string, Expected>();
  for (const obligation of world.model.obligations.values()) {
    const event = obligation.user === story.user ? expectedEvent(obligation, row.completed_events) : null;
    if (event !== null) wanted.set(obligation.id, event);
  }
  const mappings = z.array(z.object({ obligation_id: z.string(), external_event_id: z.string() })).parse(
    await world.sql`select obligation_id, external_event_id from public.calendar_event_mappings
      where integration_id = ${row.id}`,
  );
  const mapped = new Map(mappings.map((mapping) => [mapping.obligation_id, mapping.external_event_id]));
  for (const [id, event] of wanted) {
    const found = here.find(({ obligation_id }) => obligation_id === id);
    const expected = `${short(id)} "${event.title}" at ${event.start}`;
    if (found === undefined) {
      if (!world.model.mayBeAway(account_id, id, event)) problems.push(`${of} there is no ${expected}`);
    } else if (found.title !== event.title || found.start !== event.start) {
      problems.push(`${of} instead of ${expected} there is ${shownInWords(found)}`);
    } else if (mapped.get(id) !== found.event_id) {
      problems.push(`${of} ${shownInWords(found)} is mapped to ${mapped.get(id) ?? "nothing"}`);
    }
  }
  for (const event of here) {
    if (!wanted.has(event.obligation_id)) problems.push(`${of} there should be no ${shownInWords(event)}`);
  }
  for (const id of mapped.keys()) {
    if (!wanted.has(id)) problems.push(`${account_id} has a mapping of ${short(id)}, which has no event`);
  }
  return problems;
}

/** Its grant ended at some time, and its user left at some time: events may have stayed that we could not remove. */
function isAbandoned(story: AccountStory): boolean {
  return story.grants.revoked && story.asked_removal;
}

function shownInWords({ obligation_id, title, start, calendar_id }: ShownEvent): string {
  return `${short(obligation_id)} "${title}" at ${start} (calendar ${calendar_id.slice(0, 12)})`;
}

function short(obligation_id: string): string {
  return `obligation ${Number(obligation_id.slice(-12))}`;
}

/** Whose events a history is about. */
export const USER_IDS = [uuidOf("user", 0), uuidOf("user", 1)];
