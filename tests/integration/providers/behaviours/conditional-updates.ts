import assert from "node:assert/strict";
import type { Change } from "../../../../supabase/functions/_shared/providers/calendar-client.ts";
import type { CalendarEvent } from "../../../../supabase/functions/_shared/domain/calendar-event.ts";
import type { Behaviour } from "../behaviour.ts";
import { readerOf, tellsChanges } from "../changes.ts";
import { creations, eventOf, events, writtenId } from "../event.ts";
import type { TestCalendar } from "../scene.ts";
import type { Traits } from "../subject.ts";

const refuses = ({ changes }: Traits) => changes?.refuses_other_versions === true;
const cannotRefuse = ({ changes }: Traits) => changes?.refuses_other_versions === false;

const MOVED = { kind: "move", day: "2027-04-01", time: null } as const;

/** An event that was just written, and the version of it. */
async function written({ id, client }: TestCalendar, event: CalendarEvent) {
  const outcome = await client.createEvent(id, event);
  assert.ok(outcome.kind === "done");
  const { event_id } = outcome;
  // Where the answer to a write does not say the version, the next listing does.
  const etag = outcome.etag ?? (await readerOf({ id, client })).event(event_id).etag;
  return { event_id, etag };
}

const update = (
  calendar_id: string,
  { event_id, etag }: { readonly event_id: string; readonly etag: string | null },
  event: CalendarEvent,
): Change => ({ kind: "update", calendar_id, event_id, event, etag });

/** Updates that are meant for the version of an event that we know, and for no other. */
export const CONDITIONAL_UPDATES: readonly Behaviour[] = [
  {
    name: "the version that we know is changed, and its new version is answered, time after time",
    concerns: refuses,
    async run({ newCalendar }) {
      const calendar = await newCalendar();
      const event = eventOf();
      let known = await written(calendar, event);
      for (const title of ["Second", "Third", "Fourth"]) {
        const [outcome] = await calendar.apply([update(calendar.id, known, { ...event, title })]);
        assert.ok(outcome?.kind === "done", JSON.stringify(outcome));
        assert.equal(calendar.only().title, title);
        known = { event_id: outcome.event_id, etag: outcome.etag };
      }
    },
  },
  {
    name: "an event that its user moved is left as it is, and the outcome says where",
    concerns: refuses,
    async run({ newCalendar }) {
      const calendar = await newCalendar();
      const event = eventOf({ title: "Before" });
      const known = await written(calendar, event);
      await calendar.edit(known.event_id, MOVED);
      const before = calendar.only();
      const changed = { ...event, title: "After" };
      const [outcome] = await calendar.apply([update(calendar.id, known, changed)]);
      assert.ok(outcome?.kind === "edited", JSON.stringify(outcome));
      assert.equal(outcome.event.event_id, known.event_id);
      assert.equal(outcome.event.obligation_id, event.obligation_id);
      assert.deepEqual(outcome.event.time, {
        kind: "all_day",
        start_date: "2027-04-01",
        end_date: "2027-04-02",
      });
      assert.deepEqual(calendar.only(), before);

      const seen = { event_id: known.event_id, etag: outcome.event.etag };
      const [again] = await calendar.apply([update(calendar.id, seen, changed)]);
      assert.equal(again?.kind, "done");
      assert.equal(calendar.only().title, "After");
      assert.deepEqual(calendar.only().time, {
        kind: "all_day",
        start_date: "2027-03-15",
        end_date: "2027-03-16",
      });
    },
  },
  {
    name: "among many updates, those alone are refused whose event was changed",
    concerns: refuses,
    async run({ newCalendar }) {
      const calendar = await newCalendar();
      const list = events(8);
      const made = await calendar.apply(creations(calendar.id, list));
      const known = made.map((outcome) => {
        assert.ok(outcome.kind === "done");
        return { event_id: outcome.event_id, etag: outcome.etag };
      });
      for (const index of [1, 4]) await calendar.edit(known[index]?.event_id ?? "", MOVED);
      const outcomes = await calendar.apply(list.map((event, index) => {
        const version = known[index];
        assert.ok(version);
        return update(calendar.id, version, { ...event, title: `Updated ${index}` });
      }));
      assert.deepEqual(
        outcomes.map(({ kind }) => kind),
        ["done", "edited", "done", "done", "edited", "done", "done", "done"],
      );
      assert.equal(calendar.titles().filter((title) => title.startsWith("Updated")).length, 6);
    },
  },
  {
    name: "an event that its user deleted is gone, and nothing is made in its place",
    concerns: tellsChanges,
    async run({ newCalendar, traits }) {
      for (const switchTo of Object.values(traits.ways)) {
        switchTo();
        const calendar = await newCalendar();
        const event = eventOf();
        const known = await written(calendar, event);
        await calendar.edit(known.event_id, { kind: "delete" });
        const [outcome] = await calendar.apply([update(calendar.id, known, event)]);
        assert.equal(outcome?.kind, "gone", JSON.stringify(outcome));
        assert.deepEqual(calendar.events(), []);

        const [restored] = await calendar.apply([
          update(calendar.id, { event_id: known.event_id, etag: null }, event),
        ]);
        assert.equal(calendar.only().id, writtenId(restored));
      }
    },
  },
  {
    name:
      "what its user deleted is restored; put back at another time it is left as it is, and the outcome says where",
    concerns: refuses,
    async run({ newCalendar, traits }) {
      for (const switchTo of Object.values(traits.ways)) {
        switchTo();
        const calendar = await newCalendar();
        const event = eventOf({ title: "Restored" });
        const { event_id } = await written(calendar, event);
        const restore: Change = { kind: "restore", calendar_id: calendar.id, event_id, event };
        const days = () =>
          calendar.events().map(({ time }) => time.kind === "all_day" ? time.start_date : time.start);
        await calendar.edit(event_id, { kind: "delete" });
        const [restored] = await calendar.apply([restore]);
        assert.equal(restored?.kind, "done", JSON.stringify(restored));
        assert.deepEqual(days(), ["2027-03-15"]);

        // Put back where it was, or already restored: there is nothing of its user's to lose.
        const changed = { ...event, title: "Restored again" };
        const [again] = await calendar.apply([{ ...restore, event: changed }]);
        assert.equal(again?.kind, "done", JSON.stringify(again));
        assert.deepEqual(calendar.titles(), ["Restored again"]);

        const { id } = calendar.only();
        await calendar.edit(id, { kind: "delete" });
        await calendar.edit(id, { kind: "put_back" });
        await calendar.edit(id, MOVED);
        const [met] = await calendar.apply([{ ...restore, event_id: id }]);
        assert.ok(met?.kind === "edited", JSON.stringify(met));
        assert.deepEqual(met.event.time, {
          kind: "all_day",
          start_date: "2027-04-01",
          end_date: "2027-04-02",
        });
        assert.deepEqual(days(), ["2027-04-01"]);
      }
    },
  },
  {
    name: "without a version the event is written, whatever its user did",
    concerns: refuses,
    async run({ newCalendar }) {
      const calendar = await newCalendar();
      const event = eventOf();
      const { event_id } = await written(calendar, event);
      await calendar.edit(event_id, MOVED);
      const [outcome] = await calendar.apply([update(calendar.id, { event_id, etag: null }, event)]);
      assert.equal(outcome?.kind, "done");
      assert.deepEqual(calendar.only().time, {
        kind: "all_day",
        start_date: "2027-03-15",
        end_date: "2027-03-16",
      });
    },
  },
  {
    name: "an update that got no answer, repeated, shows what it wrote the first time",
    concerns: refuses,
    async run(scene) {
      const calendar = await scene.newCalendar();
      const event = eventOf();
      const known = await written(calendar, event);
      const changed = eventOf({
        obligation_id: event.obligation_id,
        due: { kind: "date", date: "2027-06-01" },
      });
      const change = update(calendar.id, known, changed);
      const match = { path: scene.subject.paths.events, method: "PATCH" };
      const put = { path: scene.subject.paths.events, method: "POST" };
      const faults = scene.subject.emulator.faults;
      faults.set([{ match, kind: "drop_after" }, { match: put, kind: "drop_after" }]);
      const [lost] = await calendar.apply([change]);
      faults.clear();
      assert.equal(lost?.kind, "unknown");
      const [repeated] = await calendar.apply([change]);
      assert.ok(repeated?.kind === "edited", JSON.stringify(repeated));
      assert.deepEqual(repeated.event.time, {
        kind: "all_day",
        start_date: "2027-06-01",
        end_date: "2027-06-02",
      });
    },
  },
  {
    name: "where the calendar is gone it is missing, with a version as well",
    concerns: tellsChanges,
    async run({ newCalendar, subject }) {
      const calendar = await newCalendar();
      const event = eventOf();
      const known = await written(calendar, event);
      subject.user.deleteCalendar(calendar.account, calendar.id);
      const [outcome] = await calendar.apply([update(calendar.id, known, event)]);
      assert.equal(outcome?.kind, "calendar_missing");
    },
  },
  {
    name: "where the provider cannot refuse, the event is written, whatever its user did",
    concerns: cannotRefuse,
    async run({ newCalendar }) {
      const calendar = await newCalendar();
      const event = eventOf();
      const known = await written(calendar, event);
      await calendar.edit(known.event_id, MOVED);
      const [outcome] = await calendar.apply([update(calendar.id, known, event)]);
      assert.equal(outcome?.kind, "done");
      assert.deepEqual(calendar.only().time, {
        kind: "all_day",
        start_date: "2027-03-15",
        end_date: "2027-03-16",
      });
    },
  },
];
