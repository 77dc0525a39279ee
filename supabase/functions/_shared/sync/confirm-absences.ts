import type { EventNews } from "../domain/seen-event.ts";
import type { CalendarAnswer } from "../providers/calendar-client.ts";

/**
 * How many events are asked for singly in a pull, mostly a call each. More that are missing are many edits at once, about which a person is
 * asked first.
 */
export const CONFIRMATIONS_MAX = 25;

/** An event of ours that a complete listing leaves out. */
export interface Absence {
  readonly event_id: string;
  /** When it was last written, RFC 3339; null: not known. */
  readonly synced_at: string | null;
}

/** What became of events that a listing leaves out. */
export interface Confirmed {
  /** By their ids. */
  readonly news: ReadonlyMap<string, EventNews>;
  /** Some were not asked for, and the listing lags behind: whether those are there is not known. */
  readonly is_partial: boolean;
}

/**
 * Finds out which events are gone that a complete listing leaves out: a listing that lags behind a write looks like a deletion. The
 * events that were written last are asked for first. Are all of these gone, the listing does not lag, and the others are gone too.
 *
 * @param find asks the provider for events; one answer each, in their order
 * @returns the failure of `find`, where there is one
 */
export async function confirmAbsences(
  absences: readonly Absence[],
  find: (event_ids: readonly string[]) => Promise<CalendarAnswer<readonly EventNews[]>>,
): Promise<CalendarAnswer<Confirmed>> {
  const last_written_first = absences.toSorted((one, other) => writtenAt(other) - writtenAt(one));
  const asked = last_written_first.slice(0, CONFIRMATIONS_MAX).map(({ event_id }) => event_id);
  if (asked.length === 0) return { kind: "done", value: { news: new Map(), is_partial: false } };
  const found = await find(asked);
  if (found.kind !== "done") return found;
  const news = new Map(found.value.map((one, index) => [asked[index] ?? "", one]));
  const lags = [...news.values()].some(({ kind }) => kind === "shown");
  if (lags) return { kind: "done", value: { news, is_partial: absences.length > news.size } };
  for (const { event_id } of absences) news.set(event_id, { kind: "gone", event_id });
  return { kind: "done", value: { news, is_partial: false } };
}

function writtenAt({ synced_at }: Absence): number {
  return synced_at === null ? 0 : Date.parse(synced_at);
}
