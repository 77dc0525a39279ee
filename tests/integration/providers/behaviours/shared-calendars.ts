import assert from "node:assert/strict";
import {
  type CalendarChoice,
  type CalendarClient,
  outcomesOf,
} from "../../../../supabase/functions/_shared/providers/calendar-client.ts";
import type { SeenEvent } from "../../../support/subjects/subject.ts";
import type { Behaviour } from "../behaviour.ts";
import { eventOf, writtenId } from "../event.ts";
import { listed, never } from "../listing.ts";
import type { Scene } from "../scene.ts";
import { inEveryWay } from "../ways.ts";

/** One calendar, and two who write to it without having made it. */
interface SharedCalendar {
  readonly id: string;
  readonly one: CalendarClient;
  readonly other: CalendarClient;
  /** Everything in it, as its user sees it, by id. */
  events(): ReadonlyMap<string, SeenEvent>;
}

async function shareCalendar({ newCalendar, client }: Scene): Promise<SharedCalendar> {
  const { id, account, events } = await newCalendar();
  const calendar: CalendarChoice = { id, role: "other" };
  return {
    id,
    one: await client({ account, calendar }),
    other: await client({ account, calendar }),
    events: () => new Map(events().map((event) => [event.id, event])),
  };
}

/** Both have an event of the same obligation in it. */
async function shareObligation(scene: Scene) {
  const calendar = await shareCalendar(scene);
  const event = eventOf();
  const one_id = writtenId(await calendar.one.createEvent(calendar.id, { ...event, title: "One's" }));
  const other_id = writtenId(
    await calendar.other.createEvent(calendar.id, { ...event, title: "The other's" }),
  );
  const others = calendar.events().get(other_id);
  assert.ok(others);
  return { ...calendar, event, one_id, other_id, others };
}

async function removeUntracked(client: CalendarClient, calendar_id: string, obligation_id: string) {
  const [outcome] = outcomesOf(
    await client.applyChanges(
      [{ kind: "remove_untracked", calendar_id, obligation_id }],
      never(),
    ),
  );
  return outcome?.kind;
}

/** Two users whose obligation is the same, in one calendar: each has an event, and leaves the other's alone. */
export const SHARED_CALENDARS: readonly Behaviour[] = [
  {
    name: "two owners each have their event of the same obligation, and are shown that one alone",
    run: (scene) =>
      inEveryWay(scene, async () => {
        const { id, one, other, event, one_id, other_id, events } = await shareObligation(scene);
        const { obligation_id } = event;
        assert.deepEqual(
          [events().get(one_id)?.title, events().get(other_id)?.title, events().size],
          ["One's", "The other's", 2],
        );
        assert.deepEqual(await listed(one, id), [{ event_id: one_id, obligation_id }]);
        assert.deepEqual(await listed(other, id), [{ event_id: other_id, obligation_id }]);
      }),
  },
  {
    name: "whoever made the calendar and whoever writes to it as well have an event each",
    run: (scene) =>
      inEveryWay(scene, async () => {
        const { id, account, client: maker, events } = await scene.newCalendar();
        const guest = await scene.client({ account, calendar: { id, role: "other" } });
        const event = eventOf();
        const maker_id = writtenId(await maker.createEvent(id, event));
        const guest_id = writtenId(await guest.createEvent(id, event));
        assert.deepEqual(new Set(events().map((one) => one.id)), new Set([maker_id, guest_id]));
        assert.equal(events().length, 2);
      }),
  },
  {
    name: "a creation that is repeated with other content takes over the own event alone",
    run: (scene) =>
      inEveryWay(scene, async () => {
        const { id, one, event, one_id, others, events } = await shareObligation(scene);
        assert.equal(writtenId(await one.createEvent(id, { ...event, title: "Again" })), one_id);
        assert.equal(events().size, 2);
        assert.deepEqual([events().get(one_id)?.title, events().get(others.id)], ["Again", others]);
      }),
  },
  {
    name: "a creation that got no answer finds the own event alone when it is repeated",
    run: (scene) =>
      inEveryWay(scene, async () => {
        const { id, one, other, events } = await shareCalendar(scene);
        const event = eventOf({ title: "Lost" });
        const other_id = writtenId(await other.createEvent(id, event));
        const others = events().get(other_id);
        const match = { method: "POST", path: scene.subject.paths.events };
        const lost = await scene.during({ match, kind: "drop_after" }, () => one.createEvent(id, event));
        assert.equal(lost.kind, "unknown");
        const one_id = writtenId(await one.createEvent(id, { ...event, title: "Repeated" }));
        assert.equal(events().size, 2);
        assert.deepEqual([events().get(one_id)?.title, events().get(other_id)], ["Repeated", others]);
      }),
  },
  {
    name: "an update, and another one after its user deleted the event, leave the other owner's as it is",
    run: (scene) =>
      inEveryWay(scene, async () => {
        const { id, one, event, one_id, others, events } = await shareObligation(scene);
        let event_id = one_id;
        for (const title of ["Second", "Third", "Fourth"]) {
          event_id = writtenId(await one.updateEvent(id, event_id, { ...event, title }));
          assert.deepEqual([events().get(event_id)?.title, events().get(others.id)], [title, others]);
          assert.equal(events().size, 2);
          scene.subject.user.deleteEvent(id, event_id);
        }
      }),
  },
  {
    name: "a deletion leaves the other owner's event, and a creation afterwards does not find it",
    run: (scene) =>
      inEveryWay(scene, async () => {
        const { id, one, event, one_id, others, events } = await shareObligation(scene);
        assert.equal((await one.deleteEvent(id, one_id)).kind, "gone");
        assert.deepEqual([...events().values()], [others]);
        const new_id = writtenId(await one.createEvent(id, event));
        assert.notEqual(new_id, others.id);
        assert.deepEqual([events().size, events().get(others.id)], [2, others]);
      }),
  },
  {
    name: "what is removed without its id is the owner's alone, wherever the others' events are listed",
    run: (scene) =>
      inEveryWay(scene, async () => {
        for (const page_size of [null, 1]) {
          scene.traits.limitPages?.(page_size);
          const { id, one, other, event, one_id, others, events } = await shareObligation(scene);
          const { obligation_id } = event;
          const own = events().get(one_id);
          assert.equal(await removeUntracked(other, id, obligation_id), "gone");
          assert.deepEqual([...events().values()], [own]);
          assert.equal(await removeUntracked(other, id, obligation_id), "gone");
          assert.deepEqual([...events().values()], [own]);
          writtenId(await other.createEvent(id, eventOf({ obligation_id, title: others.title })));
          assert.equal(await removeUntracked(one, id, obligation_id), "gone");
          assert.deepEqual([...events().values()].map(({ title }) => title), [others.title]);
        }
      }),
  },
  {
    name: "an owner who never wrote there removes nothing",
    async run(scene) {
      const { id, event, events } = await shareObligation(scene);
      const third = await scene.client({ calendar: { id, role: "other" } });
      const before = events();
      assert.equal(await removeUntracked(third, id, event.obligation_id), "gone");
      assert.deepEqual(events(), before);
    },
  },
];
