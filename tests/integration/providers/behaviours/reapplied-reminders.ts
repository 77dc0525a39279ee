import assert from "node:assert/strict";
import type { CalendarEvent } from "../../../../supabase/functions/_shared/domain/calendar-event.ts";
import type { Due } from "../../../../supabase/functions/_shared/domain/obligation.ts";
import type { Change } from "../../../../supabase/functions/_shared/providers/calendar-client.ts";
import type { Behaviour } from "../behaviour.ts";
import { eventOf, writtenId } from "../event.ts";
import type { TestCalendar } from "../scene.ts";

const MS_PER_DAY = 86_400_000;

function inDays(days: number): Due {
  return { kind: "date", date: new Date(Date.now() + days * MS_PER_DAY).toISOString().slice(0, 10) };
}

function change(
  { id }: TestCalendar,
  event_id: string,
  event: CalendarEvent,
  reminders_minutes: readonly number[],
): Change {
  return { kind: "set_reminders", calendar_id: id, event_id, event: { ...event, reminders_minutes } };
}

/** The reminders of events that are there become those of the settings, because a user asks for it. */
export const REAPPLIED_REMINDERS: readonly Behaviour[] = [
  {
    name:
      "reminders that are reapplied replace those of the creation and those that the user set, and nothing else",
    async run(scene) {
      for (const touched of [false, true]) {
        const calendar = await scene.newCalendar();
        const event = eventOf({
          due: inDays(60),
          url: "https://app.example.com/1",
          reminders_minutes: [1440],
        });
        const event_id = writtenId(await calendar.client.createEvent(calendar.id, event));
        if (touched) scene.subject.user.remind(calendar.id, event_id);
        const before = calendar.only();
        // What the event is by now is for an update to say.
        const renamed = { ...event, title: "Renamed", description: "Other", url: null };
        const [outcome] = await calendar.apply([change(calendar, event_id, renamed, [2880, 60])]);
        assert.ok(outcome?.kind === "done", JSON.stringify(outcome));
        assert.equal(outcome.event_id, event_id);
        assert.deepEqual(calendar.only(), {
          ...before,
          reminders_minutes: scene.traits.remindersOf([2880, 60]),
        });
        assert.equal(scene.subject.linkOf(calendar.id, event_id), event.url);
      }
    },
  },
  {
    name: "reminders that are reapplied count as ours: completing takes them away, reopening sets them again",
    async run(scene) {
      const calendar = await scene.newCalendar();
      const event = eventOf({ due: inDays(60), reminders_minutes: [1440] });
      const event_id = writtenId(await calendar.client.createEvent(calendar.id, event));
      scene.subject.user.remind(calendar.id, event_id);
      const again = { ...event, reminders_minutes: [120] };
      await calendar.apply([change(calendar, event_id, event, [120])]);
      writtenId(await calendar.client.updateEvent(calendar.id, event_id, { ...again, completed: true }));
      assert.deepEqual(calendar.only().reminders_minutes, []);
      writtenId(await calendar.client.updateEvent(calendar.id, event_id, again));
      assert.deepEqual(calendar.only().reminders_minutes, [120]);
    },
  },
  {
    name: "settings without reminders take all away, and a completed event gets none",
    async run(scene) {
      const calendar = await scene.newCalendar();
      const event = eventOf({ due: inDays(60), reminders_minutes: [1440] });
      const event_id = writtenId(await calendar.client.createEvent(calendar.id, event));
      await calendar.apply([change(calendar, event_id, event, [])]);
      assert.deepEqual(calendar.only().reminders_minutes, []);
      scene.subject.user.remind(calendar.id, event_id);
      await calendar.apply([change(calendar, event_id, { ...event, completed: true }, [60])]);
      assert.deepEqual(calendar.only().reminders_minutes, []);
    },
  },
  {
    name: "an event that is not there any more is gone, and stays away when its reminders are reapplied",
    async run(scene) {
      const calendar = await scene.newCalendar();
      const event = eventOf({ due: inDays(60), reminders_minutes: [1440] });
      const event_id = writtenId(await calendar.client.createEvent(calendar.id, event));
      scene.subject.user.deleteEvent(calendar.id, event_id);
      const [outcome] = await calendar.apply([change(calendar, event_id, event, [60])]);
      assert.equal(outcome?.kind, "gone", JSON.stringify(outcome));
      assert.deepEqual(calendar.events(), []);
    },
  },
  {
    name: "reapplying takes one call an event, or a reading and a writing where a provider has no other way",
    async run(scene) {
      const calendar = await scene.newCalendar();
      const events = Array.from(
        { length: 6 },
        (_, index) =>
          eventOf({ title: `Deadline ${index}`, due: inDays(60 + index), reminders_minutes: [1440] }),
      );
      const made = await calendar.apply(
        events.map((event) => ({ kind: "create", calendar_id: calendar.id, event })),
      );
      const ids = made.map((outcome) => writtenId(outcome));
      scene.reset();
      const outcomes = await calendar.apply(
        events.map((event, index) => change(calendar, ids[index] ?? "", event, [60])),
      );
      assert.deepEqual(outcomes.map(({ kind }) => kind), events.map(() => "done"));
      const writes = scene.calls().filter(({ method }) => method !== "GET");
      assert.equal(writes.length, events.length);
      assert.ok(scene.calls().length <= 2 * events.length, String(scene.calls().length));
      assert.ok(calendar.events().every(({ reminders_minutes }) => reminders_minutes.join() === "60"));
    },
  },
];
