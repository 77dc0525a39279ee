import type { CalendarClient } from "../../supabase/functions/_shared/providers/calendar-client.ts";
import { needsEmulator, Obstacle } from "./obstacle.ts";

interface One {
  readonly kind: string;
  readonly reason?: string;
}
type Answer = One | readonly { readonly outcome: One | null }[];

/** What a provider answers that wants to be asked later. */
const BUSY = ["retry", "pause", "unknown"];

/** @throws Obstacle where the provider wants to be asked later */
function refuseBusy(answer: Answer): void {
  const ones = "kind" in answer ? [answer] : answer.map(({ outcome }) => outcome);
  for (const one of ones) {
    if (one !== null && BUSY.includes(one.kind)) throw new Obstacle("busy", `${one.kind}, ${one.reason}`);
  }
}

/**
 * A client that reaches the calendars of this run and no others.
 *
 * @param ids theirs
 * @param before waited for before each call
 * @param after waited for after each write
 */
export function guardedClient(
  client: CalendarClient,
  ids: ReadonlySet<string>,
  before: () => Promise<void>,
  after: () => Promise<void>,
): CalendarClient {
  const read = async <T extends Answer>(
    calendar_ids: readonly string[],
    call: () => Promise<T>,
  ): Promise<T> => {
    if (calendar_ids.some((id) => !ids.has(id))) {
      throw new Obstacle("emulator", "another calendar than our own");
    }
    await before();
    const answer = await call();
    refuseBusy(answer);
    return answer;
  };
  const write = async <T extends Answer>(
    calendar_ids: readonly string[],
    call: () => Promise<T>,
  ): Promise<T> => {
    const outcome = await read(calendar_ids, call);
    await after();
    return outcome;
  };
  return {
    checkAccount: needsEmulator,
    listCalendars: needsEmulator,
    createCalendar: needsEmulator,
    deleteCalendar: needsEmulator,
    getCalendar: (calendar) => read([calendar.id], () => client.getCalendar(calendar)),
    isEmptyCalendar: (id) => read([id], () => client.isEmptyCalendar(id)),
    listOwnEvents: (id, signal) => read([id], () => client.listOwnEvents(id, signal)),
    listChanges: (id, cursor, signal) => read([id], () => client.listChanges(id, cursor, signal)),
    findEvents: (id, event_ids, signal) => read([id], () => client.findEvents(id, event_ids, signal)),
    createEvent: (id, event) => write([id], () => client.createEvent(id, event)),
    updateEvent: (id, event_id, event) => write([id], () => client.updateEvent(id, event_id, event)),
    deleteEvent: (id, event_id) => write([id], () => client.deleteEvent(id, event_id)),
    applyChanges: (changes, signal) =>
      write(changes.map(({ calendar_id }) => calendar_id), () => client.applyChanges(changes, signal)),
  };
}
