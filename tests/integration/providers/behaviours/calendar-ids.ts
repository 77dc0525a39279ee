import assert from "node:assert/strict";
import { ADA } from "../../../support/subjects/subject.ts";
import type { Behaviour } from "../behaviour.ts";
import { eventOf, writtenId } from "../event.ts";
import type { Scene } from "../scene.ts";

const concerns: Behaviour["concerns"] = (traits) => traits.changing_ids !== null;

function idsOf({ traits: { changing_ids } }: Scene) {
  assert.ok(changing_ids);
  return changing_ids;
}

/** Ids of calendars: what they are made of, and those that change. */
export const CALENDAR_IDS: readonly Behaviour[] = [
  {
    name: "an id reaches the provider as it is, whatever characters are in it",
    async run({ newCalendar, subject, traits }) {
      const { id, client, only } = await newCalendar();
      writtenId(await client.createEvent(id, eventOf()));
      const event = only();
      for (const event_id of ["a/b", "a+b=", "a?b#c", "a%2Fb", "a b", "é"]) {
        subject.emulator.state.requests = [];
        const outcome = await client.deleteEvent(id, event_id);
        assert.ok(["gone", "rejected"].includes(outcome.kind), JSON.stringify(outcome));
        const [request] = subject.emulator.state.requests;
        assert.ok(request?.path.endsWith(traits.pathEndOf(event_id)), request?.path);
      }
      assert.deepEqual(only(), event);
    },
  },
  {
    name: "an event is found by the id that its creation gave",
    async run({ newCalendar }) {
      const calendar = await newCalendar();
      for (let number = 0; number < 10; number++) {
        const event = eventOf();
        const event_id = writtenId(await calendar.client.createEvent(calendar.id, event));
        assert.equal(calendar.only().id, event_id);
        assert.equal(writtenId(await calendar.client.updateEvent(calendar.id, event_id, event)), event_id);
        assert.equal((await calendar.client.deleteEvent(calendar.id, event_id)).kind, "gone");
        assert.deepEqual(calendar.events(), []);
      }
    },
  },
  {
    name:
      "an event whose id the provider no longer understands is made anew by an update, and gone for a removal",
    async run(scene) {
      for (const answer of [null, ...scene.traits.answers_for_old_ids]) {
        const { id, client, apply, only, events } = await scene.newCalendar();
        const event = eventOf({ title: "Before" });
        const old_id = "AAMkADIyAAAoZCfHAAA";
        const stored = answer === null ? null : { ...answer, match: { path: `/events/${old_id}$` } };
        scene.subject.emulator.faults.set(stored === null ? [] : [stored]);
        const updated = await client.updateEvent(id, old_id, { ...event, title: "After" });
        assert.equal(writtenId(updated), only().id, JSON.stringify(answer));
        assert.equal(only().title, "After");
        assert.equal((await client.deleteEvent(id, old_id)).kind, "gone", JSON.stringify(answer));
        const [removed] = await apply([{ kind: "delete", calendar_id: id, event_id: old_id }]);
        assert.equal(removed?.kind, "gone");
        assert.equal(events().length, 1);
        scene.subject.emulator.faults.clear();
      }
    },
  },
  {
    name: "a calendar whose id the provider no longer understands is missing, or has moved where it is ours",
    async run(scene) {
      for (const answer of [null, ...scene.traits.answers_for_old_ids]) {
        const { id, account, owner } = await scene.newCalendar();
        const old_id = "AQMkADAwATM0MDAAMS0zMAAA";
        const stored = answer === null ? null : { ...answer, match: { path: `/calendars/${old_id}(/|$)` } };
        scene.subject.emulator.faults.set(stored === null ? [] : [stored]);
        for (const role of ["own", "other"] as const) {
          const client = await scene.client({ account, owner, calendar: { id: old_id, role } });
          const missing = role === "own" && scene.traits.finds_own_calendar
            ? { kind: "calendar_moved", calendar_id: id }
            : { kind: "calendar_missing" };
          const outcomes = [
            await client.getCalendar({ id: old_id, role }),
            await client.createEvent(old_id, eventOf()),
            await client.listOwnEvents(old_id, new AbortController().signal),
          ];
          for (const outcome of outcomes) {
            assert.deepEqual({ ...outcome, ...missing }, outcome, JSON.stringify([role, answer, outcome]));
          }
        }
        scene.subject.emulator.faults.clear();
      }
    },
  },
  {
    name: "our own calendar that has got another id has moved, and the id works",
    concerns,
    async run(scene) {
      const { id, owner, account, client } = await scene.newCalendar();
      const event = eventOf({ title: "Before" });
      writtenId(await client.createEvent(id, event));
      const new_id = idsOf(scene).swap(account, id);
      const moved = { kind: "calendar_moved", calendar_id: new_id };
      assert.deepEqual(await client.getCalendar({ id, role: "own" }), moved);
      assert.deepEqual(await client.createEvent(id, eventOf()), moved);
      const calendar = { id: new_id, role: "own" } as const;
      const found = await scene.client({ account, owner, calendar });
      assert.equal((await found.getCalendar(calendar)).kind, "done");
      writtenId(await found.createEvent(new_id, { ...event, title: "After" }));
      assert.deepEqual(scene.subject.events(new_id).map(({ title }) => title), ["After"]);
    },
  },
  {
    name: "what is left in a calendar that has got another id is not taken for gone",
    concerns,
    async run(scene) {
      const { id, account, client, apply } = await scene.newCalendar();
      const { obligation_id, ...event } = eventOf();
      writtenId(await client.createEvent(id, { obligation_id, ...event }));
      const new_id = idsOf(scene).swap(account, id);
      const [outcome] = await apply([{ kind: "remove_untracked", calendar_id: id, obligation_id }]);
      assert.deepEqual(outcome, { kind: "calendar_moved", calendar_id: new_id });
      assert.equal(scene.subject.events(new_id).length, 1);
    },
  },
  {
    name: "another calendar that has got another id is missing: nothing tells which one it is now",
    concerns,
    async run(scene) {
      const { id, account } = await scene.newCalendar();
      const calendar = { id, role: "other" } as const;
      idsOf(scene).swap(account, id);
      const client = await scene.client({ account, access: "existing", calendar });
      assert.equal((await client.getCalendar(calendar)).kind, "calendar_missing");
      assert.equal((await client.createEvent(id, eventOf())).kind, "calendar_missing");
    },
  },
  {
    name: "the default calendar goes on taking events when its id changes",
    concerns,
    async run(scene) {
      const listed = await (await scene.client({ access: "existing" })).listCalendars();
      const id = listed.kind === "done" ? listed.value.find(({ primary }) => primary)?.id : undefined;
      assert.ok(id);
      const client = await scene.client({ access: "existing", calendar: { id, role: "primary" } });
      const event = eventOf({ title: "Before" });
      const event_id = writtenId(await client.createEvent(id, event));
      const new_id = idsOf(scene).swap(ADA, id);
      assert.equal(writtenId(await client.updateEvent(id, event_id, { ...event, title: "After" })), event_id);
      assert.equal(writtenId(await client.createEvent(id, { ...event, title: "Again" })), event_id);
      assert.deepEqual(scene.subject.events(new_id).map(({ title }) => title), ["Again"]);
      assert.equal((await client.deleteEvent(id, event_id)).kind, "gone");
    },
  },
  {
    name: "a calendar whose id changes while it is being made is found",
    concerns,
    async run(scene) {
      idsOf(scene).swapNewOnes(true);
      const { id, client, owner, account } = await scene.newCalendar().finally(() =>
        idsOf(scene).swapNewOnes(false)
      );
      const outcome = await client.createEvent(id, eventOf());
      assert.ok(outcome.kind === "calendar_moved", JSON.stringify(outcome));
      const calendar = { id: outcome.calendar_id, role: "own" } as const;
      const found = await scene.client({ account, owner, calendar });
      writtenId(await found.createEvent(calendar.id, eventOf()));
      assert.equal(scene.subject.events(calendar.id).length, 1);
    },
  },
];
