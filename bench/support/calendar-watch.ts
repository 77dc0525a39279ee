import type { GoogleEmulator } from "../../local/providers/google/server.ts";
import { eventId } from "../../supabase/functions/_shared/providers/google/event-id.ts";

/** Tells when an obligation's event is in the calendar. */
export interface CalendarWatch {
  /** Events that a calendar holds. */
  count(calendar_id: string): number;
  /** @returns when the event is there, on `performance.now()`'s clock; ask before the obligation is written */
  seen(calendar_id: string, obligation: { readonly user_id: string; readonly id: string }): Promise<number>;
  close(): void;
}

/** How long an event may take at the most. */
const PATIENCE_MS = 180_000;

/** Watches the state of Google's emulator, which runs in this process: nothing is polled. */
export function watchCalendars({ state }: GoogleEmulator): CalendarWatch {
  const expected = new Map<string, { readonly calendar_id: string; readonly arrive: (at: number) => void }>();
  const eventsOf = (calendar_id: string) =>
    [...state.accounts.values()].map(({ calendars }) => calendars.get(calendar_id)).find((one) => one)
      ?.events;
  const stop = state.onChange(() => {
    // The change is being made: it is there once this turn is over.
    queueMicrotask(() => {
      for (const [id, { calendar_id, arrive }] of expected) {
        if (!eventsOf(calendar_id)?.has(id)) continue;
        expected.delete(id);
        arrive(performance.now());
      }
    });
  });
  return {
    count: (calendar_id) => eventsOf(calendar_id)?.size ?? 0,
    seen(calendar_id, { user_id, id }) {
      const { promise, resolve, reject } = Promise.withResolvers<number>();
      const late = setTimeout(() => reject(new Error(`No event within ${PATIENCE_MS} ms`)), PATIENCE_MS);
      expected.set(eventId(user_id, id, 0), {
        calendar_id,
        arrive(at) {
          clearTimeout(late);
          resolve(at);
        },
      });
      return promise;
    },
    close: stop,
  };
}
