import type { Sql } from "postgres";
import { z } from "zod";
import type { PersonEdit, PersonEditBody } from "../providers/person-edit.ts";
import { accountOf, type Events, untilShown, type Watched } from "./calendar-view.ts";
import type { Session } from "./connect.ts";

const When = z.object({ deadline_date: z.string() });
const Proposals = z.object({
  proposals: z.array(z.object({
    obligation_id: z.string(),
    state: z.string(),
    seen: z.unknown(),
    legal: z.unknown(),
  })),
});

const MOVED_BY_DAYS = 4;

/**
 * Moves and deletes an event in each calendar, as a person does in the provider's own app, and shows the answers.
 *
 * @param obligation_id of an all-day deadline
 * @param print takes a step, what became of it, and milliseconds, one a calendar
 */
export async function showEdits(
  sql: Sql,
  session: Session,
  calendars: readonly Watched[],
  obligation_id: string,
  print: (step: string, seen: string, latencies_ms: readonly number[]) => void,
): Promise<void> {
  const [obligation] = await sql<{ day: string; moved: string }[]>`
    select deadline_date::text as day, (deadline_date + ${MOVED_BY_DAYS}::int)::text as moved
    from public.obligations where id = ${obligation_id}`;
  if (!obligation) throw new Error("The obligation has gone.");
  const { day, moved } = obligation;
  const isBack = (events: Events) =>
    [...events.values()].some((event) => event.obligation_id === obligation_id && event.day === day);
  /** @returns how long it took until each calendar showed the deadline again */
  const answers = (edit: PersonEdit) =>
    Promise.all(calendars.map(async (calendar) => {
      await editEvent(calendar, obligation_id, edit);
      const edited_at = performance.now();
      if (!await isPushed(sql, calendar)) await session.request("POST", "/sync", {});
      return (await untilShown(calendar, edited_at, isBack)).latency_ms;
    }));

  print(
    "move it in the calendar, as a person",
    `put back to ${day}`,
    await answers({
      kind: "move",
      day: moved,
      time: null,
    }),
  );
  const { proposals } = Proposals.parse(await (await session.request("GET", "/proposals")).json());
  const open = proposals.filter((each) => each.obligation_id === obligation_id && each.state === "open");
  const [proposal] = open;
  if (proposal === undefined) throw new Error("The move was not proposed.");
  const [seen, legal] = [When.parse(proposal.seen), When.parse(proposal.legal)];
  console.log(
    `  its user is asked: ${seen.deadline_date} instead of ${legal.deadline_date}? (${open.length} proposals are open)`,
  );
  print("delete it in the calendar, as a person", "comes back", await answers({ kind: "delete" }));
}

async function editEvent(calendar: Watched, obligation_id: string, edit: PersonEdit): Promise<void> {
  const { email, events } = await accountOf(calendar);
  const event = events.find((each) => each.obligation_id === obligation_id);
  if (event === undefined) throw new Error(`${calendar.label} does not show the deadline.`);
  const body: PersonEditBody = {
    account: email,
    calendar_id: calendar.calendar_id,
    event_id: event.id,
    edit,
  };
  const answer = await fetch(`${calendar.url}/emulator/edit`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`${calendar.label} does not let the event be edited.`);
}

/** Whether the provider tells us of edits. Else it takes "Sync now", or up to 15 minutes. */
async function isPushed(sql: Sql, { calendar_id }: Watched): Promise<boolean> {
  const channels = await sql`
    select from calendar_sync.channels where calendar_id = ${calendar_id} and state = 'active' and verified_at is not null`;
  return channels.length > 0;
}
