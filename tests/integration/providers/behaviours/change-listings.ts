import assert from "node:assert/strict";
import fc from "fast-check";
import type { PersonEdit } from "../../../../local/providers/person-edit.ts";
import { createCallBudget } from "../../../../supabase/functions/_shared/providers/call-budget.ts";
import type { Behaviour } from "../behaviour.ts";
import {
  changesSince,
  failedChanges,
  newsSince,
  readerOf,
  tellsChanges,
  tellsNewsAlone,
} from "../changes.ts";
import { eventOf, writtenId } from "../event.ts";
import { createEvents, onSecondPage, PAGES, severalPages } from "../listing.ts";
import { type Answer, manyOf, type Traits } from "../subject.ts";

const hasPages = (traits: Traits) => tellsChanges(traits) && traits.limitPages !== null;
const hasPagesOfNews = (traits: Traits) => hasPages(traits) && tellsNewsAlone(traits);

const RUNS = 15;
const EVENTS = 4;

/** One of a few events, and what is done to it. */
type Act =
  | { readonly by: "user"; readonly event: number; readonly edit: PersonEdit }
  | { readonly by: "us"; readonly event: number; readonly does: "update" | "delete" }
  | { readonly by: "reader"; readonly does: "read" | "lose_cursor" };

const event = fc.nat({ max: EVENTS - 1 });
const day = fc.integer({ min: 10, max: 28 }).map((number) => `2027-05-${number}`);
const edit: fc.Arbitrary<PersonEdit> = fc.oneof(
  fc.record({ kind: fc.constant("move" as const), day, time: fc.constantFrom(null, "08:15", "23:45") }),
  fc.constantFrom<PersonEdit>({ kind: "delete" }, { kind: "put_back" }, { kind: "rename", title: "Mine" }),
);
const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ by: fc.constant("user" as const), event, edit }),
  fc.record({
    by: fc.constant("us" as const),
    event,
    does: fc.constantFrom("update" as const, "delete" as const),
  }),
  fc.record({
    by: fc.constant("reader" as const),
    does: fc.constantFrom("read" as const, "lose_cursor" as const),
  }),
);

/** Listings of changes that take several calls, lose their place, or fail: whole or nothing, and nothing is missed. */
export const CHANGE_LISTINGS: readonly Behaviour[] = [
  {
    name: "a listing of several pages is whole, and every page is charged",
    concerns: hasPages,
    async run(scene) {
      const { id, clientWith, made } = await severalPages(scene);
      const budget = createCallBudget(Infinity);
      const { events } = await readerOf({ id, client: await clientWith(budget) });
      assert.deepEqual([...events.keys()].sort(), made.map(({ event_id }) => event_id).sort());
      assert.equal(budget.used, scene.calls().length);
      assert.ok(budget.used >= PAGES);
    },
  },
  {
    name: "where the budget is spent before the last page, it is tried again later, and not overdrawn",
    concerns: hasPages,
    async run(scene) {
      const { id, clientWith } = await severalPages(scene);
      for (const calls of [0, 1, PAGES - 1]) {
        const budget = createCallBudget(calls);
        assert.equal(await failedChanges(await clientWith(budget), id, null), "retry");
        assert.equal(budget.used, calls);
      }
    },
  },
  {
    name: "a signal that is aborted, already or between two pages, ends the listing",
    concerns: hasPages,
    async run(scene) {
      const { id, client, clientWith } = await severalPages(scene);
      assert.equal(await failedChanges(client, id, null, AbortSignal.abort()), "retry");
      assert.deepEqual(scene.calls(), []);
      const stop = new AbortController();
      const stopped = await clientWith(onSecondPage(() => stop.abort()));
      assert.equal(await failedChanges(stopped, id, null, stop.signal), "retry");
    },
  },
  {
    name: "a listing that fails is repeated with the same cursor, and misses nothing",
    concerns: tellsChanges,
    async run(scene) {
      const { subject, traits } = scene;
      const calendar = await scene.newCalendar();
      const [made] = await createEvents(calendar, 1);
      assert.ok(made);
      const reader = await readerOf(calendar);
      await calendar.edit(made.event_id, { kind: "move", day: "2027-04-01", time: null });
      const failures: readonly (readonly [Answer, string])[] = [
        [subject.refusals.unauthorized, "token_rejected"],
        [subject.refusals.rate_limit, "pause"],
        [{ kind: "status", status: 503 }, "unknown"],
        [{ kind: "drop_after" }, "unknown"],
      ];
      for (const [answer, kind] of failures) {
        const failed = await scene.during(
          { ...answer, match: { path: traits.paths.api } },
          () => failedChanges(calendar.client, calendar.id, reader.cursor),
        );
        assert.equal(failed, kind);
      }
      await reader.read();
      const { time } = reader.event(made.event_id);
      assert.ok(time.kind === "all_day" && time.start_date === "2027-04-01");
    },
  },
  {
    name: "what is changed while pages are read is told then or the next time",
    concerns: hasPages,
    async run(scene) {
      for (const which of [0, -1]) {
        const calendar = await severalPages(scene);
        const moved = calendar.made.at(which);
        assert.ok(moved);
        let edited: Promise<void> | undefined;
        const budget = onSecondPage(() =>
          edited = calendar.edit(moved.event_id, { kind: "move", day: "2027-04-01", time: null })
        );
        const reader = await readerOf({ id: calendar.id, client: await calendar.clientWith(budget) });
        await edited;
        await reader.read();
        const { time } = reader.event(moved.event_id);
        assert.ok(time.kind === "all_day" && time.start_date === "2027-04-01");
      }
    },
  },
  {
    name: "a cursor that has expired leads to everything, in the same call",
    concerns: tellsNewsAlone,
    async run(scene) {
      const calendar = await scene.newCalendar();
      const [kept, deleted] = await createEvents(calendar, 2);
      assert.ok(kept && deleted);
      const reader = await readerOf(calendar);
      await calendar.edit(deleted.event_id, { kind: "delete" });
      scene.traits.changes?.forgetCursors();
      const told = await reader.read();
      assert.equal(told.is_complete, true);
      assert.deepEqual([...reader.events.keys()], [kept.event_id]);
      // Cyrus may tell the version that it has just told once more.
      const { etag } = reader.event(kept.event_id);
      const { news } = await reader.read();
      const is_told = (one: (typeof news)[number]) => one.kind === "shown" && one.event.etag === etag;
      assert.deepEqual(news.filter((one) => !is_told(one)), [], "the new cursor is good");
    },
  },
  {
    name: "the same where it expires between two pages of news",
    concerns: hasPagesOfNews,
    async run(scene) {
      const { id, client, clientWith, edit, made } = await severalPages(scene);
      const { cursor } = await readerOf({ id, client });
      for (const { event_id } of made) await edit(event_id, { kind: "move", day: "2027-04-01", time: null });
      const budget = onSecondPage(() => scene.traits.changes?.forgetCursors());
      const told = await newsSince(await clientWith(budget), id, cursor);
      assert.equal(told.is_complete, true);
      assert.equal(told.news.length, made.length);
    },
  },
  {
    name: "a cursor that nobody gave leads to everything",
    concerns: tellsChanges,
    async run({ newCalendar }) {
      const calendar = await newCalendar();
      const [made] = await createEvents(calendar, 1);
      for (const cursor of ["", "no cursor", "é", "x".repeat(500)]) {
        const told = await newsSince(calendar.client, calendar.id, cursor);
        assert.equal(told.is_complete, true, cursor);
        assert.deepEqual(
          told.news.map((one) => one.kind === "shown" && one.event.event_id),
          [made?.event_id],
        );
      }
    },
  },
  {
    name: "where the calendar is gone it is missing, with a cursor and without",
    concerns: tellsChanges,
    async run({ newCalendar, subject }) {
      const calendar = await newCalendar();
      const { cursor } = await readerOf(calendar);
      subject.user.deleteCalendar(calendar.account, calendar.id);
      for (const one of [cursor, null]) {
        const answer = await changesSince(calendar.client, calendar.id, one);
        assert.equal(answer.kind, "calendar_missing");
      }
    },
  },
  {
    name: "whoever reads the news knows the calendar, whatever happens to it",
    concerns: tellsChanges,
    async run(scene) {
      await fc.assert(
        fc.asyncProperty(fc.array(act, { minLength: 3, maxLength: 12 }), async (acts) => {
          const calendar = await scene.newCalendar();
          const { id, client, account } = calendar;
          const wanted = Array.from({ length: EVENTS }, (_, index) => eventOf({ title: `Event ${index}` }));
          const ids: string[] = [];
          for (const one of wanted) ids.push(writtenId(await client.createEvent(id, one)));
          const deleted = new Set<number>();
          const reader = await readerOf(calendar);
          for (const one of acts) {
            if (one.by === "reader") {
              if (one.does === "lose_cursor") scene.traits.changes?.forgetCursors();
              else await reader.read();
              continue;
            }
            const event_id = ids[one.event] ?? "";
            const obligation = wanted[one.event];
            assert.ok(obligation);
            if (one.by === "user") {
              const is_there = !deleted.has(one.event);
              if (is_there !== (one.edit.kind !== "put_back")) continue;
              await calendar.edit(event_id, one.edit);
              if (one.edit.kind === "delete") deleted.add(one.event);
              if (one.edit.kind === "put_back") deleted.delete(one.event);
            } else if (one.does === "delete") {
              await client.deleteEvent(id, event_id);
              deleted.add(one.event);
            } else if (!deleted.has(one.event)) {
              writtenId(await client.updateEvent(id, event_id, obligation));
            }
          }
          await reader.read();
          const { events } = await readerOf(calendar);
          assert.deepEqual(sorted(reader.events), sorted(events));
          assert.deepEqual(
            sorted(events).map(([event_id]) => event_id),
            ids.filter((_, index) => !deleted.has(index)).sort(),
          );
          scene.subject.user.deleteCalendar(account, id);
        }),
        { numRuns: manyOf(scene.traits, RUNS) },
      );
    },
  },
];

function sorted<T>(map: ReadonlyMap<string, T>): readonly (readonly [string, T])[] {
  return [...map].toSorted(([one], [other]) => one < other ? -1 : 1);
}
