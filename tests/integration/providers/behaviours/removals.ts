import assert from "node:assert/strict";
import type { Behaviour } from "../behaviour.ts";
import { eventOf, writtenId } from "../event.ts";
import type { TestCalendar } from "../scene.ts";

/** What is removed without its id being known. */
async function removeUntracked({ apply }: TestCalendar, calendar_id: string, obligation_id: string) {
  const [outcome] = await apply([{ kind: "remove_untracked", calendar_id, obligation_id }]);
  return outcome?.kind;
}

/** Removals: by id, and of what nobody has an id of. */
export const REMOVALS: readonly Behaviour[] = [
  {
    name: "a deleted event is gone, and so it is the second time",
    async run({ newCalendar }) {
      const { id, client, events } = await newCalendar();
      const event_id = writtenId(await client.createEvent(id, eventOf()));
      for (let time = 0; time < 2; time++) {
        assert.equal((await client.deleteEvent(id, event_id)).kind, "gone");
        assert.deepEqual(events(), []);
      }
    },
  },
  {
    name: "an event that its user deleted is gone",
    async run({ newCalendar, subject }) {
      const { id, client } = await newCalendar();
      const event_id = writtenId(await client.createEvent(id, eventOf()));
      subject.user.deleteEvent(id, event_id);
      assert.equal((await client.deleteEvent(id, event_id)).kind, "gone");
    },
  },
  {
    name: "an event whose calendar was deleted is gone",
    async run({ newCalendar, subject }) {
      const { id, client, account, apply } = await newCalendar();
      const event_id = writtenId(await client.createEvent(id, eventOf()));
      subject.user.deleteCalendar(account, id);
      assert.equal((await client.deleteEvent(id, event_id)).kind, "gone");
      const [outcome] = await apply([{ kind: "delete", calendar_id: id, event_id }]);
      assert.equal(outcome?.kind, "gone");
    },
  },
  {
    name: "a deletion takes that event and no other",
    async run({ newCalendar, subject }) {
      const { id, client, titles } = await newCalendar();
      const event_id = writtenId(await client.createEvent(id, eventOf({ title: "Ours" })));
      writtenId(await client.createEvent(id, eventOf({ title: "Also ours" })));
      subject.user.addEvent(id);
      await client.deleteEvent(id, event_id);
      assert.deepEqual(titles(), ["Also ours", "Dentist"]);
    },
  },
  {
    name: "a deletion that got no answer is gone when it is repeated",
    async run({ newCalendar, during, subject }) {
      const { id, client, events } = await newCalendar();
      const event_id = writtenId(await client.createEvent(id, eventOf()));
      const match = { method: "DELETE", path: subject.paths.events };
      const lost = await during({ match, kind: "drop_after" }, () => client.deleteEvent(id, event_id));
      assert.equal(lost.kind, "unknown");
      assert.equal((await client.deleteEvent(id, event_id)).kind, "gone");
      assert.deepEqual(events(), []);
    },
  },
  {
    name: "what an unanswered creation left is removed without its id",
    async run({ newCalendar, during, subject }) {
      const calendar = await newCalendar();
      const event = eventOf();
      const match = { method: "POST", path: subject.paths.events };
      const lost = await during(
        { match, kind: "drop_after" },
        () => calendar.client.createEvent(calendar.id, event),
      );
      assert.equal(lost.kind, "unknown");
      assert.equal(calendar.events().length, 1);
      assert.equal(await removeUntracked(calendar, calendar.id, event.obligation_id), "gone");
      assert.deepEqual(calendar.events(), []);
    },
  },
  {
    name: "where nothing was left, its removal finds it gone",
    async run({ newCalendar }) {
      const calendar = await newCalendar();
      for (let time = 0; time < 2; time++) {
        assert.equal(await removeUntracked(calendar, calendar.id, crypto.randomUUID()), "gone");
      }
    },
  },
  {
    name: "where the calendar is deleted too, what was left in it is gone",
    async run({ newCalendar, subject }) {
      const calendar = await newCalendar();
      const event = eventOf();
      writtenId(await calendar.client.createEvent(calendar.id, event));
      subject.user.deleteCalendar(calendar.account, calendar.id);
      assert.equal(await removeUntracked(calendar, calendar.id, event.obligation_id), "gone");
    },
  },
  {
    name: "what took the place of events that its user deleted is removed without its id, too",
    async run({ newCalendar, subject, traits }) {
      for (const choose of Object.values(traits.ways)) {
        choose();
        const calendar = await newCalendar();
        const event = eventOf();
        for (let round = 0; round < 3; round++) {
          const event_id = writtenId(await calendar.client.createEvent(calendar.id, event));
          if (round < 2) subject.user.deleteEvent(calendar.id, event_id);
        }
        assert.equal(calendar.events().length, 1);
        assert.equal(await removeUntracked(calendar, calendar.id, event.obligation_id), "gone");
        assert.deepEqual(calendar.events(), []);
      }
    },
  },
  {
    name: "what is removed without its id is removed from that calendar, and of that obligation, alone",
    async run({ newCalendar, subject }) {
      const [here, there] = [await newCalendar(), await newCalendar()];
      const event = eventOf({ title: "Both" });
      writtenId(await here.client.createEvent(here.id, event));
      writtenId(await here.client.createEvent(there.id, event));
      writtenId(await here.client.createEvent(here.id, eventOf({ title: "Another" })));
      subject.user.addEvent(here.id);
      assert.equal(await removeUntracked(here, here.id, event.obligation_id), "gone");
      assert.deepEqual(here.titles(), ["Another", "Dentist"]);
      assert.deepEqual(there.titles(), ["Both"]);
    },
  },
  {
    name: "an event that was removed without its id can be created again",
    async run({ newCalendar }) {
      const calendar = await newCalendar();
      const event = eventOf();
      for (let round = 0; round < 3; round++) {
        writtenId(await calendar.client.createEvent(calendar.id, event));
        assert.equal(calendar.only().title, event.title);
        assert.equal(await removeUntracked(calendar, calendar.id, event.obligation_id), "gone");
        assert.deepEqual(calendar.events(), []);
      }
    },
  },
];
