import { z } from "zod";

/** A calendar that the demo watches. */
export interface Watched {
  readonly label: string;
  /** Of its emulator. */
  readonly url: string;
  readonly calendar_id: string;
}

const Event = z.object({
  id: z.string(),
  version: z.string(),
  title: z.string(),
  day: z.string(),
  obligation_id: z.string().nullable(),
});
const View = z.object({
  accounts: z.array(z.object({
    email: z.string(),
    calendars: z.array(z.object({ id: z.string(), events: z.array(Event) })),
  })),
});

/** The events of a calendar by their ids. */
export type Events = ReadonlyMap<string, z.infer<typeof Event>>;

const WAIT_MS = 30_000;
const POLL_MS = 5;

/** What a calendar shows now. */
export async function eventsOf(calendar: Watched): Promise<Events> {
  const { events } = await accountOf(calendar);
  return new Map(events.map((event) => [event.id, event]));
}

/** Whose calendar it is, and what it shows now. */
export async function accountOf({ url, calendar_id }: Watched) {
  const { accounts } = View.parse(await (await fetch(`${url}/emulator/view`)).json());
  for (const { email, calendars } of accounts) {
    const calendar = calendars.find(({ id }) => id === calendar_id);
    if (calendar !== undefined) return { email, events: calendar.events };
  }
  return { email: "", events: [] };
}

/** Waits until as many events differ as rows were changed. */
export async function untilSettled(calendar: Watched, before: Events, rows: number, from: number) {
  return await untilShown(calendar, from, (after) => {
    const changed = new Set(
      [...before.keys(), ...after.keys()].filter((id) => before.get(id)?.version !== after.get(id)?.version),
    );
    return changed.size >= rows;
  });
}

/**
 * Waits until a calendar shows what it should.
 *
 * @param from when that began, on `performance.now()`'s clock
 */
export async function untilShown(calendar: Watched, from: number, isShown: (events: Events) => boolean) {
  while (performance.now() - from < WAIT_MS) {
    const after = await eventsOf(calendar);
    if (isShown(after)) return { after, latency_ms: performance.now() - from };
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error("The calendar did not follow within 30 s; the stack's output says why.");
}

/** What became of a calendar, in words. */
export function describe(before: Events, after: Events): string {
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
