import assert from "node:assert/strict";
import type { Change } from "../../../../supabase/functions/_shared/providers/calendar-client.ts";
import type { Behaviour } from "../behaviour.ts";
import { countKinds, creations, eventOf, events, writtenId } from "../event.ts";
import { manyOf } from "../subject.ts";

const MANY = 120;
const titlesOf = (list: readonly { readonly title: string }[]) => list.map(({ title }) => title).sort();

/** Many changes together. */
export const BATCHES: readonly Behaviour[] = [
  {
    name: "no changes take no request",
    async run({ newCalendar, httpRequests, reset }) {
      const { apply } = await newCalendar();
      reset();
      assert.deepEqual(await apply([]), []);
      assert.equal(httpRequests(), 0);
    },
  },
  {
    name: "many creations have an outcome each, in their order, and are all there",
    async run({ newCalendar, traits }) {
      const calendar = await newCalendar();
      const list = events(manyOf(traits, MANY));
      const outcomes = await calendar.apply(creations(calendar.id, list));
      const titles = new Map(calendar.events().map(({ id, title }) => [id, title]));
      assert.deepEqual(
        outcomes.map((outcome) => titles.get(writtenId(outcome))),
        list.map(({ title }) => title),
      );
      assert.deepEqual(calendar.titles(), titlesOf(list));
    },
  },
  {
    name: "many changes take as many HTTP requests as the provider's batches need, and not three more",
    async run({ newCalendar, httpRequests, reset, traits }) {
      const calendar = await newCalendar();
      const list = events(manyOf(traits, MANY));
      const allowed = list.length / traits.calls_per_request + 2;
      reset();
      const event_ids = (await calendar.apply(creations(calendar.id, list))).map(writtenId);
      assert.ok(httpRequests() <= allowed, `${httpRequests()} HTTP requests for creations`);
      reset();
      await calendar.apply(event_ids.map((event_id): Change => ({
        kind: "delete",
        calendar_id: calendar.id,
        event_id,
      })));
      assert.ok(httpRequests() <= allowed, `${httpRequests()} HTTP requests for deletions`);
      assert.deepEqual(calendar.events(), []);
    },
  },
  {
    name: "changes of every kind go together",
    async run({ newCalendar }) {
      const calendar = await newCalendar();
      const calendar_id = calendar.id;
      const [updated, deleted, untracked] = [
        events(15, "Old"),
        events(15, "Deleted"),
        events(15, "Untracked"),
      ];
      const before = (await calendar.apply(creations(calendar_id, [...updated, ...deleted, ...untracked])))
        .map(writtenId);
      const changes = updated.flatMap((event, index): Change[] => [
        { kind: "create", calendar_id, event: eventOf({ title: `New ${index}` }) },
        {
          kind: "update",
          calendar_id,
          event_id: before[index] ?? "",
          event: { ...event, title: `Updated ${index}` },
        },
        { kind: "delete", calendar_id, event_id: before[15 + index] ?? "" },
        { kind: "remove_untracked", calendar_id, obligation_id: untracked[index]?.obligation_id ?? "" },
        { kind: "remove_untracked", calendar_id, obligation_id: crypto.randomUUID() },
      ]);
      const outcomes = await calendar.apply(changes);
      assert.deepEqual(
        outcomes.map(({ kind }) => kind),
        changes.map(({ kind }) => kind === "create" || kind === "update" ? "done" : "gone"),
      );
      const wanted = updated.flatMap((_, index) => [`New ${index}`, `Updated ${index}`]);
      assert.deepEqual(calendar.titles(), wanted.sort());
    },
  },
  {
    name: "creations of what is there already take it over, together",
    async run({ newCalendar, traits }) {
      const calendar = await newCalendar();
      const list = events(manyOf(traits, MANY));
      const first = (await calendar.apply(creations(calendar.id, list))).map(writtenId);
      const renamed = list.map((event) => ({ ...event, title: `Again ${event.title}` }));
      const second = (await calendar.apply(creations(calendar.id, renamed))).map(writtenId);
      assert.deepEqual(second, first);
      assert.deepEqual(calendar.titles(), titlesOf(renamed));
    },
  },
  {
    name: "one change that is refused for good fails alone",
    async run({ newCalendar, subject, traits }) {
      const calendar = await newCalendar();
      const many = manyOf(traits, MANY);
      const match = { method: "POST", path: subject.paths.events };
      subject.emulator.faults.set([{ ...subject.refusals.invalid, match, times: 1 }]);
      const outcomes = await calendar.apply(creations(calendar.id, events(many)));
      assert.deepEqual(countKinds(outcomes), { rejected: 1, done: many - 1 });
      assert.equal(calendar.events().length, many - 1);
    },
  },
  {
    name: "an event that the provider would never take fails alone",
    concerns: ({ checks_times }) => checks_times,
    async run({ newCalendar }) {
      const calendar = await newCalendar();
      const poison = eventOf({ title: "Ends before it begins" });
      const time = { kind: "all_day", start_date: "2027-03-15", end_date: "2027-03-01" } as const;
      const list = [...events(30), { ...poison, time }, ...events(30)];
      const outcomes = await calendar.apply(creations(calendar.id, list));
      assert.deepEqual(
        outcomes.map(({ kind }) => kind),
        list.map(({ title }) => title === poison.title ? "rejected" : "done"),
      );
      assert.equal(calendar.events().length, 60);
    },
  },
  {
    name: "changes of two calendars go together",
    async run({ newCalendar }) {
      const [here, there] = [await newCalendar(), await newCalendar()];
      const changes = [
        ...creations(here.id, events(10, "Here")),
        ...creations(there.id, events(10, "There")),
      ];
      (await here.apply(changes)).forEach(writtenId);
      assert.ok(here.titles().length === 10 && here.titles().every((title) => title.startsWith("Here")));
      assert.ok(there.titles().length === 10 && there.titles().every((title) => title.startsWith("There")));
    },
  },
  {
    name: "a part whose answer is lost is unknown, and its repetition doubles nothing",
    concerns: ({ paths }) => paths.batch !== null,
    async run({ newCalendar, subject }) {
      for (const kind of ["drop_after", "drop_before"] as const) {
        const calendar = await newCalendar();
        const changes = creations(calendar.id, events(MANY));
        subject.emulator.faults.set([{
          match: { method: "POST", path: subject.paths.events },
          kind,
          times: 1,
        }]);
        assert.deepEqual(countKinds(await calendar.apply(changes)), { unknown: 1, done: MANY - 1 });
        (await calendar.apply(changes)).forEach(writtenId);
        assert.deepEqual(calendar.titles(), titlesOf(events(MANY)));
      }
    },
  },
  {
    name: "a batch whose answer is lost is unknown as a whole, and its repetition doubles nothing",
    concerns: ({ paths }) => paths.batch !== null,
    async run({ newCalendar, during, traits }) {
      for (const kind of ["drop_after", "drop_before"] as const) {
        const calendar = await newCalendar();
        const changes = creations(calendar.id, events(traits.calls_per_request));
        const lost = await during(
          { match: { path: traits.paths.batch ?? "" }, kind },
          () => calendar.apply(changes),
        );
        assert.deepEqual(countKinds(lost), { unknown: traits.calls_per_request });
        assert.equal(calendar.events().length, kind === "drop_after" ? traits.calls_per_request : 0);
        (await calendar.apply(changes)).forEach(writtenId);
        assert.equal(calendar.events().length, traits.calls_per_request);
      }
    },
  },
  {
    name: "deletions whose batch is lost are gone when they are repeated",
    concerns: ({ paths }) => paths.batch !== null,
    async run({ newCalendar, during, traits }) {
      const calendar = await newCalendar();
      const calendar_id = calendar.id;
      const written = await calendar.apply(creations(calendar_id, events(15)));
      const deletions = written.map((outcome): Change => ({
        kind: "delete",
        calendar_id,
        event_id: writtenId(outcome),
      }));
      const lost = await during(
        { match: { path: traits.paths.batch ?? "" }, kind: "drop_after" },
        () => calendar.apply(deletions),
      );
      assert.deepEqual(countKinds(lost), { unknown: 15 });
      assert.deepEqual(countKinds(await calendar.apply(deletions)), { gone: 15 });
      assert.deepEqual(calendar.events(), []);
    },
  },
];
