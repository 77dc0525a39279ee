import assert from "node:assert/strict";
import type { SeenTime } from "../../../../supabase/functions/_shared/providers/calendar-client.ts";
import type { Behaviour } from "../behaviour.ts";
import { newsSince, readerOf, tellsChanges, tellsNewsAlone } from "../changes.ts";
import { eventOf, writtenId } from "../event.ts";
import { createEvents } from "../listing.ts";
import { inEveryWay } from "../ways.ts";

const DAY = { kind: "date", date: "2027-03-15" } as const;
const AT = { kind: "instant", at: "2027-03-15T09:00:00Z", time_zone: "Europe/Madrid" } as const;

/** Without the zone: by which name a provider gives it is its own affair. */
function timeOf(time: SeenTime) {
  if (time.kind === "all_day") return time;
  const { kind, start_at, end_at } = time;
  return { kind, start_at: new Date(start_at).toISOString(), end_at: new Date(end_at).toISOString() };
}

function timed(start: string, end: string) {
  return { kind: "timed", start_at: `${start}:00.000Z`, end_at: `${end}:00.000Z` };
}

function allDay(start_date: string, end_date: string) {
  return { kind: "all_day", start_date, end_date };
}

/** What is told of a calendar's changes, whoever made them. */
export const CHANGES: readonly Behaviour[] = [
  {
    name: "at first everything of ours is told, as it was written",
    concerns: tellsChanges,
    run: (scene) =>
      inEveryWay(scene, async () => {
        const { id, client } = await scene.newCalendar();
        const [day, at] = [eventOf({ due: DAY }), eventOf({ due: AT })];
        const day_id = writtenId(await client.createEvent(id, day));
        const at_id = writtenId(await client.createEvent(id, at));
        scene.subject.user.addEvent(id);
        const told = await newsSince(client, id, null);
        assert.equal(told.is_complete, true);
        const { events, event } = await readerOf({ id, client });
        assert.deepEqual([...events.keys()].sort(), [at_id, day_id].sort());
        assert.equal(event(day_id).obligation_id, day.obligation_id);
        assert.deepEqual(timeOf(event(day_id).time), allDay("2027-03-15", "2027-03-16"));
        assert.deepEqual(timeOf(event(at_id).time), timed("2027-03-15T09:00", "2027-03-15T09:30"));
        assert.deepEqual(
          [event(at_id).is_series, event(at_id).has_guests, event(at_id).obligation_id],
          [false, false, at.obligation_id],
        );
      }),
  },
  {
    name: "an event is told with the version that our write of it gave",
    concerns: tellsChanges,
    async run({ newCalendar }) {
      const { id, client } = await newCalendar();
      const event = eventOf();
      const reader = await readerOf({ id, client });
      const created = await client.createEvent(id, event);
      assert.ok(created.kind === "done");
      await reader.read();
      assert.equal(reader.event(created.event_id).etag, created.etag);
      const updated = await client.updateEvent(id, created.event_id, { ...event, title: "Changed" });
      assert.ok(updated.kind === "done");
      await reader.read();
      assert.equal(reader.event(created.event_id).etag, updated.etag);
    },
  },
  {
    name: "after that, what did not change is not told again",
    concerns: tellsNewsAlone,
    async run(scene) {
      const calendar = await scene.newCalendar();
      const [first, second] = await createEvents(calendar, 2);
      assert.ok(first && second);
      const reader = await readerOf(calendar);
      const quiet = await reader.read();
      assert.deepEqual([quiet.news, quiet.is_complete], [[], false]);
      await calendar.edit(second.event_id, { kind: "move", day: "2027-04-01", time: null });
      const told = await reader.read();
      assert.deepEqual(
        told.news.map((one) => one.kind === "shown" ? one.event.event_id : one),
        [second.event_id],
      );
    },
  },
  {
    name: "an event that its user moved is told as it is now, all-day or timed",
    concerns: tellsChanges,
    run: (scene) =>
      inEveryWay(scene, async () => {
        const calendar = await scene.newCalendar();
        const { id, client, edit } = calendar;
        const day_id = writtenId(await client.createEvent(id, eventOf({ due: DAY })));
        const at_id = writtenId(await client.createEvent(id, eventOf({ due: AT })));
        const reader = await readerOf(calendar);
        const before = reader.event(at_id).etag;
        await edit(day_id, { kind: "move", day: "2027-03-20", time: null });
        await edit(at_id, { kind: "move", day: "2027-03-16", time: "16:00" });
        await reader.read();
        assert.deepEqual(timeOf(reader.event(day_id).time), allDay("2027-03-20", "2027-03-21"));
        assert.deepEqual(
          timeOf(reader.event(at_id).time),
          timed("2027-03-16T15:00", "2027-03-16T15:30"),
          "at 16:00 on its own clock",
        );
        if (before !== null) assert.notEqual(reader.event(at_id).etag, before);
        await edit(at_id, { kind: "move", day: "2027-03-17", time: null });
        await reader.read();
        assert.deepEqual(timeOf(reader.event(at_id).time), allDay("2027-03-17", "2027-03-18"));
      }),
  },
  {
    name: "on the days when clocks change, a move keeps to the clock",
    concerns: tellsChanges,
    async run({ newCalendar }) {
      const calendar = await newCalendar();
      const { id, client, edit } = calendar;
      const at_id = writtenId(await client.createEvent(id, eventOf({ due: AT })));
      const reader = await readerOf(calendar);
      await edit(at_id, { kind: "move", day: "2027-03-29", time: "10:00" });
      await reader.read();
      assert.deepEqual(
        timeOf(reader.event(at_id).time),
        timed("2027-03-29T08:00", "2027-03-29T08:30"),
      );
    },
  },
  {
    name: "an event that somebody deleted is gone, and is there again when it is put back",
    concerns: tellsChanges,
    async run({ newCalendar }) {
      const calendar = await newCalendar();
      const { id, client, edit } = calendar;
      const [kept, taken, deleted] = await createEvents(calendar, 3);
      assert.ok(kept && taken && deleted);
      const reader = await readerOf(calendar);
      await edit(taken.event_id, { kind: "delete" });
      await client.deleteEvent(id, deleted.event_id);
      const { news, is_complete } = await reader.read();
      assert.deepEqual([...reader.events.keys()], [kept.event_id]);
      if (!is_complete) {
        assert.deepEqual(
          news.map((one) => one.kind === "gone" && one.event_id).sort(),
          [taken.event_id, deleted.event_id].sort(),
        );
      }
      await edit(taken.event_id, { kind: "put_back" });
      await reader.read();
      assert.deepEqual([...reader.events.keys()].sort(), [kept.event_id, taken.event_id].sort());
      assert.equal(reader.event(taken.event_id).obligation_id, taken.obligation_id);
    },
  },
  {
    name: "a series and guests are told of",
    concerns: tellsChanges,
    async run({ newCalendar }) {
      const calendar = await newCalendar();
      const [series, meeting] = await createEvents(calendar, 2);
      assert.ok(series && meeting);
      const reader = await readerOf(calendar);
      await calendar.edit(series.event_id, { kind: "repeat" });
      await calendar.edit(meeting.event_id, { kind: "invite", email: "guest@example.com" });
      await reader.read();
      const flags = (event_id: string) => {
        const { is_series, has_guests } = reader.event(event_id);
        return [is_series, has_guests];
      };
      assert.deepEqual(flags(series.event_id), [true, false]);
      assert.deepEqual(flags(meeting.event_id), [false, true]);
    },
  },
  {
    name: "a copy is never told of under the id of its original",
    concerns: tellsChanges,
    async run({ newCalendar }) {
      const calendar = await newCalendar();
      const [original] = await createEvents(calendar, 1);
      assert.ok(original);
      const reader = await readerOf(calendar);
      await calendar.edit(original.event_id, { kind: "copy" });
      assert.equal(calendar.events().length, 2);
      await calendar.edit(original.event_id, { kind: "delete" });
      await reader.read();
      assert.equal(reader.events.has(original.event_id), false);
      for (const { obligation_id } of reader.events.values()) {
        assert.ok(obligation_id === null || obligation_id === original.obligation_id);
      }
    },
  },
  {
    name: "a reminder of the user's own leaves the event where it is",
    concerns: tellsChanges,
    async run({ newCalendar, subject }) {
      const calendar = await newCalendar();
      const [event] = await createEvents(calendar, 1);
      assert.ok(event);
      const reader = await readerOf(calendar);
      const before = reader.event(event.event_id).time;
      subject.user.remind(calendar.id, event.event_id);
      await reader.read();
      assert.deepEqual(reader.event(event.event_id).time, before);
    },
  },
  {
    name: "events of the user's, and of other owners in the same calendar, are not told as ours",
    concerns: tellsChanges,
    async run({ newCalendar, client, subject }) {
      const calendar = await newCalendar();
      const { id, account } = calendar;
      const reader = await readerOf(calendar);
      const other = await client({ account, calendar: { id, role: "other" } });
      const their_id = writtenId(await other.createEvent(id, eventOf()));
      subject.user.addEvent(id);
      await reader.read();
      for (const { obligation_id } of reader.events.values()) assert.equal(obligation_id, null);
      await calendar.edit(their_id, { kind: "delete" });
      const { news } = await reader.read();
      assert.ok(!news.some((one) => one.kind === "gone" && one.event_id === their_id));
    },
  },
];
