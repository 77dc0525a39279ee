import assert from "node:assert/strict";
import type {
  CalendarAnswer,
  CalendarClient,
  CalendarNews,
  SeenEvent,
} from "../../../supabase/functions/_shared/providers/calendar-client.ts";
import { never } from "./listing.ts";
import type { TestCalendar } from "./scene.ts";
import type { Traits } from "./subject.ts";

/** Whether a provider tells what changed. */
export const tellsChanges = ({ changes }: Traits) => changes !== null;
/** Whether what it tells goes on from what it told before. */
export const tellsNewsAlone = ({ changes }: Traits) => changes?.has_cursor === true;

/** What a calendar says to a cursor. */
export async function changesSince(
  client: CalendarClient,
  calendar_id: string,
  cursor: string | null,
  signal = never(),
): Promise<CalendarAnswer<CalendarNews>> {
  return await client.listChanges(calendar_id, cursor, signal);
}

/** The news, which there have to be. */
export async function newsSince(
  client: CalendarClient,
  calendar_id: string,
  cursor: string | null,
): Promise<CalendarNews> {
  const answer = await changesSince(client, calendar_id, cursor);
  assert.ok(answer.kind === "done", JSON.stringify(answer));
  return answer.value;
}

/** The kind of a listing that has to fail. */
export async function failedChanges(
  client: CalendarClient,
  calendar_id: string,
  cursor: string | null,
  signal = never(),
): Promise<string> {
  const answer = await changesSince(client, calendar_id, cursor, signal);
  assert.ok(!("value" in answer), "a listing that is not finished has no news");
  return answer.kind;
}

/** What somebody knows of a calendar who reads its news and nothing else. */
export interface Reader {
  readonly cursor: string | null;
  /** Reads on. */
  read(): Promise<CalendarNews>;
  /** Events by their ids, as the news told them. */
  readonly events: ReadonlyMap<string, SeenEvent>;
  /** The event that there has to be. */
  event(event_id: string): SeenEvent;
}

/** Begins to read a calendar. */
export async function readerOf({ client, id }: Pick<TestCalendar, "client" | "id">): Promise<Reader> {
  const events = new Map<string, SeenEvent>();
  let cursor: string | null = null;
  const read = async () => {
    const told = await newsSince(client, id, cursor);
    if (told.is_complete) events.clear();
    for (const one of told.news) {
      if (one.kind === "shown") events.set(one.event.event_id, one.event);
      else events.delete(one.event_id);
    }
    cursor = told.cursor;
    return told;
  };
  await read();
  return {
    get cursor() {
      return cursor;
    },
    read,
    events,
    event: (event_id) => {
      const event = events.get(event_id);
      assert.ok(event, "the event was not told of");
      return event;
    },
  };
}
