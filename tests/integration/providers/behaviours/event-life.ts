import assert from "node:assert/strict";
import type { Behaviour } from "../behaviour.ts";
import { eventOf, writtenId } from "../event.ts";
import { inEveryWay } from "../ways.ts";

/** An event is created, changed, deleted by us or by its user, and created again. */
export const EVENT_LIFE: readonly Behaviour[] = [
  {
    name: "an update changes the event in place",
    async run({ newCalendar }) {
      const { id, client, only } = await newCalendar();
      const event = eventOf({ title: "Before" });
      const event_id = writtenId(await client.createEvent(id, event));
      assert.equal(writtenId(await client.updateEvent(id, event_id, { ...event, title: "After" })), event_id);
      assert.deepEqual([only().id, only().title], [event_id, "After"]);
    },
  },
  {
    name: "the same update twice is one event, as it was asked for",
    async run({ newCalendar }) {
      const { id, client, only } = await newCalendar();
      const event = eventOf({ title: "Before" });
      const event_id = writtenId(await client.createEvent(id, event));
      for (let time = 0; time < 2; time++) {
        writtenId(await client.updateEvent(id, event_id, { ...event, title: "After" }));
        assert.equal(only().title, "After");
      }
    },
  },
  {
    name: "the same creation twice is one event",
    run: (scene) =>
      inEveryWay(scene, async () => {
        const { id, client, only } = await scene.newCalendar();
        const event = eventOf();
        const event_id = writtenId(await client.createEvent(id, event));
        assert.equal(writtenId(await client.createEvent(id, event)), event_id);
        assert.equal(only().id, event_id);
      }),
  },
  {
    name: "the same creation twice at once is one event",
    run: (scene) =>
      inEveryWay(scene, async () => {
        const { id, client, only } = await scene.newCalendar();
        const event = eventOf();
        const both = await Promise.all([client.createEvent(id, event), client.createEvent(id, event)]);
        assert.deepEqual(both.map(writtenId), [only().id, only().id]);
      }),
  },
  {
    name: "a creation with other content takes over the event that is there",
    run: (scene) =>
      inEveryWay(scene, async () => {
        const { id, client, only } = await scene.newCalendar();
        const event = eventOf({ title: "Before" });
        const event_id = writtenId(await client.createEvent(id, event));
        assert.equal(writtenId(await client.createEvent(id, { ...event, title: "After" })), event_id);
        assert.deepEqual([only().id, only().title], [event_id, "After"]);
      }),
  },
  {
    name: "a creation that comes back to earlier content shows that content",
    run: (scene) =>
      inEveryWay(scene, async () => {
        const { id, client, only } = await scene.newCalendar();
        const event = eventOf({ title: "First" });
        for (const title of ["First", "Second", "First"]) {
          writtenId(await client.createEvent(id, { ...event, title }));
          assert.equal(only().title, title);
        }
      }),
  },
  {
    name: "a creation of what was updated since shows what the creation asks for",
    run: (scene) =>
      inEveryWay(scene, async () => {
        const { id, client, only } = await scene.newCalendar();
        const event = eventOf({ title: "Created" });
        const event_id = writtenId(await client.createEvent(id, event));
        writtenId(await client.updateEvent(id, event_id, { ...event, title: "Updated" }));
        assert.equal(writtenId(await client.createEvent(id, event)), event_id);
        assert.equal(only().title, "Created");
      }),
  },
  {
    name: "a creation after its user deleted the event leaves one event",
    run: (scene) =>
      inEveryWay(scene, async () => {
        const { id, client, only, events } = await scene.newCalendar();
        const event = eventOf();
        for (let round = 0; round < 3; round++) {
          const event_id = writtenId(await client.createEvent(id, event));
          assert.equal(only().id, event_id);
          scene.subject.user.deleteEvent(id, event_id);
          assert.deepEqual(events(), []);
        }
      }),
  },
  {
    name: "an update after its user deleted the event leaves one event",
    run: (scene) =>
      inEveryWay(scene, async () => {
        const { id, client, only } = await scene.newCalendar();
        const event = eventOf();
        let event_id = writtenId(await client.createEvent(id, event));
        for (const title of ["Second", "Third", "Fourth"]) {
          scene.subject.user.deleteEvent(id, event_id);
          event_id = writtenId(await client.updateEvent(id, event_id, { ...event, title }));
          assert.deepEqual([only().id, only().title], [event_id, title]);
        }
      }),
  },
  {
    name: "an update of an event that we deleted leaves one event",
    run: (scene) =>
      inEveryWay(scene, async () => {
        const { id, client, only } = await scene.newCalendar();
        const event = eventOf();
        const event_id = writtenId(await client.createEvent(id, event));
        assert.equal((await client.deleteEvent(id, event_id)).kind, "gone");
        const new_id = writtenId(await client.updateEvent(id, event_id, event));
        assert.equal(only().id, new_id);
      }),
  },
  {
    name: "an update by an id that is out of date finds the event that took its place",
    run: (scene) =>
      inEveryWay(scene, async () => {
        const { id, client, only } = await scene.newCalendar();
        const event = eventOf();
        const old_id = writtenId(await client.createEvent(id, event));
        scene.subject.user.deleteEvent(id, old_id);
        const event_id = writtenId(await client.updateEvent(id, old_id, event));
        assert.equal(writtenId(await client.updateEvent(id, old_id, { ...event, title: "Late" })), event_id);
        assert.equal(only().title, "Late");
      }),
  },
  {
    name: "an event that is created and deleted over and over is there as often as it should",
    run: (scene) =>
      inEveryWay(scene, async () => {
        const { id, client, only, events } = await scene.newCalendar();
        const event = eventOf();
        for (let round = 0; round < 5; round++) {
          const event_id = writtenId(await client.createEvent(id, event));
          assert.equal(only().id, event_id);
          assert.equal((await client.deleteEvent(id, event_id)).kind, "gone");
          assert.deepEqual(events(), []);
        }
      }),
  },
  {
    name:
      "a creation that got no answer is one event when it is repeated, with the content of the repetition",
    run: (scene) =>
      inEveryWay(scene, async () => {
        const { id, client, only } = await scene.newCalendar();
        const event = eventOf({ title: "Lost" });
        const match = { method: "POST", path: scene.subject.paths.events };
        const lost = await scene.during({ match, kind: "drop_after" }, () => client.createEvent(id, event));
        assert.equal(lost.kind, "unknown");
        writtenId(await client.createEvent(id, { ...event, title: "Repeated" }));
        assert.equal(only().title, "Repeated");
      }),
  },
  {
    name: "an event that moves to another calendar is in that one alone",
    run: (scene) =>
      inEveryWay(scene, async () => {
        const from = await scene.newCalendar();
        const to = await scene.newCalendar();
        const event = eventOf();
        // There and back: the calendar that it comes back to has had it before.
        let event_id = writtenId(await from.client.createEvent(from.id, event));
        for (const [left, entered] of [[from.id, to.id], [to.id, from.id]]) {
          assert.ok(left && entered);
          assert.equal((await from.client.deleteEvent(left, event_id)).kind, "gone");
          event_id = writtenId(await from.client.createEvent(entered, event));
          assert.deepEqual(scene.subject.events(left), []);
          assert.deepEqual(scene.subject.events(entered).map(({ id }) => id), [event_id]);
        }
      }),
  },
  {
    name: "an event of the same obligation in another calendar is left alone",
    run: (scene) =>
      inEveryWay(scene, async () => {
        const { id, client } = await scene.newCalendar();
        const other = await scene.newCalendar();
        const event = eventOf({ title: "Here" });
        writtenId(await client.createEvent(other.id, { ...event, title: "There" }));
        const there = other.only();
        const event_id = writtenId(await client.createEvent(id, event));
        writtenId(await client.updateEvent(id, event_id, { ...event, title: "Changed" }));
        assert.equal((await client.deleteEvent(id, event_id)).kind, "gone");
        assert.deepEqual(other.only(), there);
      }),
  },
  {
    name: "two calendars of our own in one account each have their event of the same obligation",
    run: (scene) =>
      inEveryWay(scene, async () => {
        const [one, other] = [await scene.newCalendar(), await scene.newCalendar()];
        const event = eventOf();
        const one_id = writtenId(await one.client.createEvent(one.id, event));
        const other_id = writtenId(await other.client.createEvent(other.id, event));
        assert.deepEqual([one.only().id, other.only().id], [one_id, other_id]);
      }),
  },
];
