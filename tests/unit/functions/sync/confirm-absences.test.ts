import assert from "node:assert/strict";
import type { EventNews } from "../../../../supabase/functions/_shared/domain/seen-event.ts";
import type { CalendarAnswer } from "../../../../supabase/functions/_shared/providers/calendar-client.ts";
import {
  type Absence,
  confirmAbsences,
  CONFIRMATIONS_MAX,
} from "../../../../supabase/functions/_shared/sync/confirm-absences.ts";

const MANY = CONFIRMATIONS_MAX + 15;

/** Events that were written one day after the other. */
const absences = (count: number): readonly Absence[] =>
  Array.from({ length: count }, (_, index) => ({
    event_id: `event ${index}`,
    synced_at: new Date(Date.UTC(2027, 0, 1 + index)).toISOString(),
  }));

/** A provider that still has these events. */
function provider(there: readonly string[]) {
  const asked: string[] = [];
  const find = (event_ids: readonly string[]): Promise<CalendarAnswer<readonly EventNews[]>> => {
    asked.push(...event_ids);
    const value = event_ids.map((event_id): EventNews =>
      there.includes(event_id)
        ? {
          kind: "shown",
          event: {
            event_id,
            etag: null,
            obligation_id: null,
            time: { kind: "all_day", start_date: "2027-01-01", end_date: "2027-01-02" },
            is_series: false,
            has_guests: false,
          },
        }
        : { kind: "gone", event_id }
    );
    return Promise.resolve({ kind: "done", value });
  };
  return { asked, find };
}

async function confirmed(missing: readonly Absence[], find: ReturnType<typeof provider>["find"]) {
  const answer = await confirmAbsences(missing, find);
  assert.ok(answer.kind === "done", answer.kind);
  return {
    kinds: Object.fromEntries([...answer.value.news].map(([id, { kind }]) => [id, kind])),
    is_partial: answer.value.is_partial,
  };
}

Deno.test("nothing is asked where nothing is missing", async () => {
  const { asked, find } = provider([]);
  assert.deepEqual(await confirmed([], find), { kinds: {}, is_partial: false });
  assert.deepEqual(asked, []);
});

Deno.test("an event that the provider still has is not gone", async () => {
  const { find } = provider(["event 1"]);
  assert.deepEqual(await confirmed(absences(3), find), {
    kinds: { "event 0": "gone", "event 1": "shown", "event 2": "gone" },
    is_partial: false,
  });
});

Deno.test("of very many the last written are asked for, and where these are gone so are the others", async () => {
  const { asked, find } = provider([]);
  const { kinds, is_partial } = await confirmed(absences(MANY), find);
  assert.equal(asked.length, CONFIRMATIONS_MAX);
  assert.equal(asked[0], `event ${MANY - 1}`);
  assert.equal(Object.values(kinds).filter((kind) => kind === "gone").length, MANY);
  assert.equal(is_partial, false);
});

Deno.test("where one of very many is there after all, only what was asked for is known", async () => {
  const { asked, find } = provider([`event ${MANY - 1}`]);
  const { kinds, is_partial } = await confirmed(absences(MANY), find);
  assert.deepEqual(Object.keys(kinds).sort(), asked.toSorted());
  assert.equal(is_partial, true);
});

Deno.test("a failure ends the confirmation, and nothing is known", async () => {
  const answer = await confirmAbsences(
    absences(2),
    () => Promise.resolve({ kind: "retry", reason: "listing_not_finished", after_s: null }),
  );
  assert.deepEqual(answer, { kind: "retry", reason: "listing_not_finished", after_s: null });
});
