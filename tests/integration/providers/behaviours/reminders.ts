import assert from "node:assert/strict";
import type { CalendarEvent } from "../../../../supabase/functions/_shared/domain/calendar-event.ts";
import type { Due } from "../../../../supabase/functions/_shared/domain/obligation.ts";
import type { Behaviour } from "../behaviour.ts";
import { eventOf, type Given, writtenId } from "../event.ts";
import type { Scene } from "../scene.ts";

const MS_PER_HOUR = 3_600_000;
const MINUTES_PER_DAY = 1_440;

/** A timed deadline in so many hours, before now where it is negative. */
function inHours(hours: number): Due {
  return { kind: "instant", at: new Date(Date.now() + hours * MS_PER_HOUR).toISOString(), time_zone: null };
}

/** An all-day deadline in so many days, by UTC. */
function inDays(days: number): Due {
  return { kind: "date", date: new Date(Date.now() + 24 * days * MS_PER_HOUR).toISOString().slice(0, 10) };
}

/** An event in a calendar, its obligation changed again and again. */
async function created(scene: Scene, given: Given) {
  const { client, id, only } = await scene.newCalendar();
  const event = eventOf(given);
  const event_id = writtenId(await client.createEvent(id, event));
  const update = async (change: Given): Promise<readonly number[]> => {
    const changed: CalendarEvent = eventOf({ ...given, ...change, obligation_id: event.obligation_id });
    writtenId(await client.updateEvent(id, event_id, changed));
    return only().reminders_minutes;
  };
  return { client, id, only, event, event_id, update };
}

/** When an event reminds its user. */
export const REMINDERS: readonly Behaviour[] = [
  {
    name: "reminders are those of the creation, as far as the provider has room for them",
    async run(scene) {
      for (const reminders_minutes of [[10080, 1440], [0], [40320, 20160, 10080, 1440, 60]]) {
        const { client, id, event_id, event, only } = await created(scene, {
          due: inDays(60),
          reminders_minutes,
        });
        const kept = scene.traits.remindersOf(reminders_minutes);
        assert.deepEqual(only().reminders_minutes, kept);
        writtenId(await client.updateEvent(id, event_id, { ...event, reminders_minutes: [30] }));
        assert.deepEqual(only().reminders_minutes, kept);
      }
    },
  },
  {
    name: "an update keeps the reminder that its user set",
    async run(scene) {
      const { client, id, event_id, event, only } = await created(scene, {
        due: inDays(60),
        reminders_minutes: [1440],
      });
      scene.subject.user.remind(id, event_id);
      writtenId(await client.updateEvent(id, event_id, { ...event, title: "Renamed" }));
      assert.deepEqual([only().title, only().reminders_minutes], ["Renamed", [5]]);
    },
  },
  {
    name:
      "an all-day deadline reminds at the time of day that was chosen, on its day at the midnight that it begins with if it cannot ring later",
    async run(scene) {
      const expected:
        readonly (readonly [string, readonly number[], readonly number[], readonly number[]])[] = [
          ["09:00", [10080, 1440], [9540, 900], [9540, 900]],
          ["17:30", [1440, 60, 0], [390, 0], [390, -990, -1050]],
          ["09:00", [0], [0], [-540]],
          ["23:59", [40320, 1439], [38881, 0], [38881, 0]],
          ["00:00", [1440], [1440], [1440]],
        ];
      const { remindersOf, rings_after_start } = scene.traits;
      for (const [all_day_reminder_time, reminders_minutes, before, exactly] of expected) {
        const { only } = await created(scene, { due: inDays(60), all_day_reminder_time, reminders_minutes });
        assert.deepEqual(only().reminders_minutes, remindersOf(rings_after_start ? exactly : before));
      }
    },
  },
  {
    name: "reminders stay when an all-day deadline becomes timed, and the settings change nothing of them",
    concerns: ({ rings_after_start }) => !rings_after_start,
    async run(scene) {
      const all_day_reminder_time = "09:00";
      const { update } = await created(scene, {
        due: inDays(60),
        all_day_reminder_time,
        reminders_minutes: [1440],
      });
      assert.deepEqual(await update({ due: inHours(24 * 60) }), [900]);
      assert.deepEqual(await update({ all_day_reminder_time: "12:00", title: "Renamed" }), [900]);
      assert.deepEqual(await update({ status: "completed" }), []);
      assert.deepEqual(await update({ all_day_reminder_time: "12:00" }), [720]);
    },
  },
  {
    name: "reminders of ours move when an all-day deadline becomes timed, and when it is a day again",
    concerns: ({ rings_after_start }) => rings_after_start,
    async run(scene) {
      const { update, id, event_id } = await created(scene, {
        due: inDays(60),
        all_day_reminder_time: "09:00",
        reminders_minutes: [1440],
      });
      assert.deepEqual(await update({ due: inHours(24 * 60) }), [1440]);
      assert.deepEqual(await update({ due: inHours(24 * 60), reminders_minutes: [60] }), [1440]);
      assert.deepEqual(await update({ all_day_reminder_time: "12:00", title: "Renamed" }), [720]);
      assert.deepEqual(await update({ status: "completed" }), []);
      assert.deepEqual(await update({ all_day_reminder_time: "12:00" }), [720]);
      scene.subject.user.remind(id, event_id);
      assert.deepEqual(await update({ due: inHours(24 * 60) }), [5], "the user's own stays");
    },
  },
  {
    name: "an event that is created past or completed has no reminder",
    async run(scene) {
      const over: readonly Given[] = [
        { due: inDays(-2) },
        { due: inHours(-1) },
        // Begun, and not yet at its end.
        { due: inHours(-0.1) },
        { due: inDays(40), status: "completed" },
        { due: inHours(40), status: "completed" },
      ];
      for (const given of over) {
        const { only } = await created(scene, { ...given, reminders_minutes: [10080, 60] });
        assert.deepEqual(only().reminders_minutes, [], JSON.stringify(given));
      }
      const { only } = await created(scene, { due: inDays(0), reminders_minutes: [60] });
      assert.deepEqual(only().reminders_minutes, [60], "a day is not over while it lasts");
    },
  },
  {
    name:
      "completing an obligation early takes its reminders away, and reopening it sets those of the settings",
    async run(scene) {
      for (const due of [inDays(40), inHours(24 * 40)]) {
        const { update } = await created(scene, { due, reminders_minutes: [10080, 1440] });
        assert.deepEqual(await update({ status: "completed" }), []);
        assert.deepEqual(await update({ status: "completed", title: "Renamed" }), []);
        const kept = scene.traits.remindersOf([2880, 60]);
        assert.deepEqual(await update({ reminders_minutes: [2880, 60] }), kept);
        assert.deepEqual(await update({ reminders_minutes: [30], title: "Renamed" }), kept);
        assert.deepEqual(await update({ status: "completed", reminders_minutes: [30] }), []);
      }
    },
  },
  {
    name: "a reminder whose time has passed stays when its obligation is completed",
    async run(scene) {
      const due = inHours(48);
      const passed = await created(scene, { due, reminders_minutes: [3 * MINUTES_PER_DAY] });
      assert.deepEqual(await passed.update({ status: "completed" }), [3 * MINUTES_PER_DAY]);
      const both = await created(scene, { due, reminders_minutes: [3 * MINUTES_PER_DAY, 60] });
      const left = await both.update({ status: "completed" });
      assert.ok(!left.includes(60), "what is still to come goes");
      assert.deepEqual(
        await both.update({}),
        scene.traits.remindersOf([3 * MINUTES_PER_DAY, 60]),
        "and comes back",
      );
    },
  },
  {
    name: "a reminder that its user set survives completing and reopening",
    async run(scene) {
      const { client, id, event, event_id, update } = await created(scene, {
        due: inDays(40),
        reminders_minutes: [1440],
      });
      scene.subject.user.remind(id, event_id);
      assert.deepEqual(await update({ status: "completed" }), [5]);
      assert.deepEqual(await update({}), [5]);
      // Set on an event whose own reminder was taken away.
      const other = await created(scene, { due: inDays(40), reminders_minutes: [1440] });
      assert.deepEqual(await other.update({ status: "completed" }), []);
      scene.subject.user.remind(other.id, other.event_id);
      assert.deepEqual(await other.update({}), [5]);
      writtenId(await client.updateEvent(id, event_id, event));
    },
  },
  {
    name: "settings without reminders stay so when an obligation is reopened",
    async run(scene) {
      const { update } = await created(scene, { due: inDays(40), reminders_minutes: [] });
      assert.deepEqual(await update({ status: "completed" }), []);
      assert.deepEqual(await update({ reminders_minutes: [1440] }), []);
    },
  },
  {
    name: "an event that was created past or completed gets reminders once there is something to remind of",
    async run(scene) {
      const past = await created(scene, { due: inDays(-2), reminders_minutes: [1440] });
      assert.deepEqual(await past.update({ due: inDays(-3) }), []);
      assert.deepEqual(await past.update({ due: inDays(40) }), [1440]);
      const completed = await created(scene, {
        due: inHours(900),
        status: "completed",
        reminders_minutes: [1440],
      });
      assert.deepEqual(await completed.update({ status: "open" }), [1440]);
    },
  },
  {
    name: "completing past its deadline leaves the reminders alone",
    async run(scene) {
      const { update } = await created(scene, { due: inDays(40), reminders_minutes: [1440] });
      assert.deepEqual(await update({ due: inDays(-2) }), [1440]);
      assert.deepEqual(await update({ due: inDays(-2), status: "completed" }), [1440]);
    },
  },
  {
    name: "an event that is taken over when it is created again loses its reminders if it is completed",
    async run(scene) {
      const { client, id, event, only } = await created(scene, {
        due: inDays(40),
        reminders_minutes: [1440],
      });
      writtenId(await client.createEvent(id, { ...event, title: "✓ Energy report", completed: true }));
      assert.deepEqual([only().title, only().reminders_minutes], ["✓ Energy report", []]);
    },
  },
];
