import assert from "node:assert/strict";
import type { Behaviour } from "../behaviour.ts";
import { eventOf, writtenId } from "../event.ts";
import { createEvents, inOrder, listed, never } from "../listing.ts";

/** Finding what is ours in a calendar, and nothing else. */
export const OWN_EVENTS: readonly Behaviour[] = [
  {
    name: "what was created is listed, with its obligation, and what was deleted is not",
    async run({ newCalendar, subject }) {
      const calendar = await newCalendar();
      const { id, client } = calendar;
      assert.deepEqual(await listed(client, id), []);
      const [kept, deleted, taken_away] = await createEvents(calendar, 3);
      assert.ok(kept && deleted && taken_away);
      assert.deepEqual(inOrder(await listed(client, id)), inOrder([kept, deleted, taken_away]));
      await client.deleteEvent(id, deleted.event_id);
      subject.user.deleteEvent(id, taken_away.event_id);
      assert.deepEqual(await listed(client, id), [kept]);
    },
  },
  {
    name: "the user's own events are not listed",
    async run({ newCalendar, subject }) {
      const calendar = await newCalendar();
      subject.user.addEvent(calendar.id);
      assert.deepEqual(await listed(calendar.client, calendar.id), []);
      const made = await createEvents(calendar, 1);
      assert.equal(calendar.events().length, 2);
      assert.deepEqual(await listed(calendar.client, calendar.id), made);
    },
  },
  {
    name: "of two owners who write to one calendar, each is shown the own events alone",
    async run({ newCalendar, client }) {
      const { id, account, client: one, events } = await newCalendar();
      const other = await client({ account, calendar: { id, role: "other" } });
      const ours = eventOf();
      const theirs = eventOf();
      const our_id = writtenId(await one.createEvent(id, ours));
      const their_id = writtenId(await other.createEvent(id, theirs));
      assert.equal(events().length, 2);
      assert.deepEqual(await listed(one, id), [{ event_id: our_id, obligation_id: ours.obligation_id }]);
      assert.deepEqual(await listed(other, id), [{
        event_id: their_id,
        obligation_id: theirs.obligation_id,
      }]);
      const third = await client({ account, calendar: { id, role: "other" } });
      assert.deepEqual(await listed(third, id), []);
    },
  },
  {
    name: "events of the same owner in another calendar are not listed",
    async run({ newCalendar, client }) {
      const { id, account, owner, client: here } = await newCalendar();
      const elsewhere = (await newCalendar(account)).id;
      const there = await client({ account, owner, calendar: { id: elsewhere, role: "other" } });
      writtenId(await there.createEvent(elsewhere, eventOf()));
      assert.deepEqual(await listed(here, id), []);
      assert.equal((await listed(there, elsewhere)).length, 1);
    },
  },
  {
    name: "an event whose creation got no answer is listed",
    async run({ newCalendar, during, subject }) {
      const { id, client, only } = await newCalendar();
      const event = eventOf();
      const match = { method: "POST", path: subject.paths.events };
      const outcome = await during({ match, kind: "drop_after" }, () => client.createEvent(id, event));
      assert.equal(outcome.kind, "unknown");
      assert.deepEqual(await listed(client, id), [{
        event_id: only().id,
        obligation_id: event.obligation_id,
      }]);
    },
  },
  {
    name: "an event stays listed when it is updated, by us or by its user, or made again",
    async run({ newCalendar, subject, traits }) {
      for (const switchTo of [() => {}, ...Object.values(traits.ways)]) {
        switchTo();
        const { id, client, only } = await newCalendar();
        const event = eventOf();
        const { obligation_id } = event;
        const event_id = writtenId(await client.createEvent(id, event));
        const due = { kind: "instant", at: "2027-03-15T09:00:00Z", time_zone: "Europe/Madrid" } as const;
        writtenId(await client.updateEvent(id, event_id, eventOf({ obligation_id, due, title: "Moved" })));
        subject.user.remind(id, event_id);
        assert.deepEqual(await listed(client, id), [{ event_id, obligation_id }]);
        subject.user.deleteEvent(id, event_id);
        writtenId(await client.updateEvent(id, event_id, event));
        assert.deepEqual(await listed(client, id), [{ event_id: only().id, obligation_id }]);
      }
    },
  },
  {
    name: "a calendar that is no longer ours to write to can still be looked through",
    async run({ newCalendar, client, subject }) {
      const { id, account } = await newCalendar();
      const sharer = await client({ account, calendar: { id, role: "other" } });
      const event = eventOf();
      const event_id = writtenId(await sharer.createEvent(id, event));
      subject.user.withdrawWriting(account, id);
      assert.deepEqual(await listed(sharer, id), [{ event_id, obligation_id: event.obligation_id }]);
    },
  },
  {
    name: "where our own calendar has got another id, the listing says which, and that one is listed",
    concerns: ({ changing_ids }) => changing_ids !== null,
    async run(scene) {
      const calendar = await scene.newCalendar();
      const { id, account, owner } = calendar;
      const made = await createEvents(calendar, 1);
      const new_id = scene.traits.changing_ids?.swap(account, id) ?? "";
      assert.deepEqual(await calendar.client.listOwnEvents(id, never()), {
        kind: "calendar_moved",
        calendar_id: new_id,
      });
      const moved = await scene.client({ account, owner, calendar: { id: new_id, role: "own" } });
      assert.deepEqual(await listed(moved, new_id), made);
    },
  },
];
