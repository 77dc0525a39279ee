import assert from "node:assert/strict";
import { ADA } from "../../../support/subjects/subject.ts";
import type { Behaviour } from "../behaviour.ts";
import { eventOf, writtenId } from "../event.ts";

const NEW = { name: "Compliance deadlines", description: "Made for tests", time_zone: "Europe/Madrid" };
/** More calendars than any provider here lists on one page of ours. */
const MORE_THAN_A_PAGE = 101;
/** Successes that nothing can be read from. */
const UNREADABLE_PAGES = ["", "<html>welcome</html>", "[]", "null", '{"items":1,"value":1}'];

/** Calendars: our own ones, and those that are there already. */
export const CALENDARS: readonly Behaviour[] = [
  {
    name: "a calendar of our own is made, found and ours to write to",
    async run({ client, subject }) {
      const ours = await client();
      const name = `${NEW.name} ${crypto.randomUUID()}`;
      const made = await ours.createCalendar({ ...NEW, name });
      assert.ok(made.kind === "done");
      const { id } = made.value;
      assert.ok(subject.hasCalendar(ADA, id));
      for (const answer of [made, await ours.getCalendar({ id, role: "own" })]) {
        assert.ok(answer.kind === "done");
        const { time_zone, ...calendar } = answer.value;
        assert.deepEqual({ ...calendar, color: null }, {
          id,
          name,
          primary: false,
          writable: true,
          color: null,
        });
        assert.ok(time_zone === null || time_zone === NEW.time_zone);
      }
    },
  },
  {
    name: "a name that is taken is no obstacle",
    async run({ client, subject }) {
      const name = `${NEW.name} ${crypto.randomUUID()}`;
      for (let owner = 0; owner < 3; owner++) {
        const made = await (await client()).createCalendar({ ...NEW, name });
        assert.ok(made.kind === "done" && made.value.name.startsWith(name));
      }
      const named = subject.calendars(ADA).filter((calendar) => calendar.name.startsWith(name));
      assert.equal(new Set(named.map(({ id }) => id)).size, 3);
    },
  },
  {
    name: "names and descriptions are text, whatever is in them",
    async run({ client, subject }) {
      const name = `<b>É "quoted" & 'single' 🏭</b> ${crypto.randomUUID()}`;
      const made = await (await client()).createCalendar({ ...NEW, name });
      assert.ok(made.kind === "done");
      assert.ok(subject.calendars(ADA).some((calendar) => calendar.name === name));
    },
  },
  {
    name: "where the grant shows the person's calendars they are listed, the default one among them",
    concerns: (traits) => traits.has_default_calendar,
    async run({ client, newCalendar, provider, subject }) {
      const { id } = await newCalendar();
      const listed = await (await client({ access: "existing" })).listCalendars();
      assert.ok(provider.listsCalendars("existing") && listed.kind === "done");
      const ids = new Set(subject.calendars(ADA).map((calendar) => calendar.id));
      assert.deepEqual(new Set(listed.value.map((calendar) => calendar.id)), ids);
      assert.equal(listed.value.filter(({ primary, writable }) => primary && writable).length, 1);
      assert.ok(
        listed.value.some((calendar) => calendar.id === id && calendar.writable && !calendar.primary),
      );
    },
  },
  {
    name: "where no calendar is the default one, all of them are listed, and none as that",
    concerns: (traits) => !traits.has_default_calendar,
    async run({ client, newCalendar, subject }) {
      const { id } = await newCalendar();
      const listed = await (await client({ access: "existing" })).listCalendars();
      assert.ok(listed.kind === "done");
      const ids = new Set(subject.calendars(ADA).map((calendar) => calendar.id));
      assert.deepEqual(new Set(listed.value.map((calendar) => calendar.id)), ids);
      assert.ok(listed.value.every(({ primary }) => !primary));
      assert.ok(listed.value.some((calendar) => calendar.id === id && calendar.writable));
    },
  },
  {
    name: "events go to the person's default calendar where that was chosen",
    concerns: (traits) => traits.has_default_calendar,
    async run({ client, subject }) {
      const listed = await (await client({ access: "existing" })).listCalendars();
      const id = listed.kind === "done" ? listed.value.find(({ primary }) => primary)?.id : undefined;
      assert.ok(id);
      const calendar = { id, role: "primary" } as const;
      const chosen = await client({ access: "existing", calendar });
      const found = await chosen.getCalendar(calendar);
      assert.ok(found.kind === "done" && found.value.primary && found.value.writable);
      const event = eventOf({ title: "In the default calendar" });
      const event_id = writtenId(await chosen.createEvent(id, event));
      assert.deepEqual(subject.events(id).map(({ title }) => title), [event.title]);
      assert.equal((await chosen.deleteEvent(id, event_id)).kind, "gone");
      assert.deepEqual(subject.events(id), []);
    },
  },
  {
    name: "a calendar is empty until anything is in it, also what is not ours",
    async run({ newCalendar, subject }) {
      const { id, client } = await newCalendar();
      assert.deepEqual(await client.isEmptyCalendar(id), { kind: "done", value: true });
      const event_id = writtenId(await client.createEvent(id, eventOf()));
      assert.deepEqual(await client.isEmptyCalendar(id), { kind: "done", value: false });
      await client.deleteEvent(id, event_id);
      assert.deepEqual(await client.isEmptyCalendar(id), { kind: "done", value: true });
      subject.user.addEvent(id);
      assert.deepEqual(await client.isEmptyCalendar(id), { kind: "done", value: false });
    },
  },
  {
    name: "a calendar is deleted, and then it is missing",
    async run({ newCalendar, subject, traits }) {
      const { id, client } = await newCalendar();
      const expected = traits.denies_deletions ? "calendar_missing" : "done";
      assert.equal((await client.deleteCalendar(id)).kind, expected);
      assert.ok(!subject.hasCalendar(ADA, id));
      const choice = { id, role: "own" } as const;
      const answers = [
        await client.deleteCalendar(id),
        await client.getCalendar(choice),
        await client.isEmptyCalendar(id),
        await client.createEvent(id, eventOf()),
      ];
      assert.deepEqual(answers.map(({ kind }) => kind), answers.map(() => "calendar_missing"));
    },
  },
  {
    name: "a calendar that the person deleted is missing, also for the update of an event that was in it",
    async run({ newCalendar, subject }) {
      const { id, client, account } = await newCalendar();
      const event = eventOf();
      const event_id = writtenId(await client.createEvent(id, event));
      subject.user.deleteCalendar(account, id);
      assert.equal((await client.updateEvent(id, event_id, event)).kind, "calendar_missing");
      assert.equal((await client.getCalendar({ id, role: "own" })).kind, "calendar_missing");
    },
  },
  {
    name: "a calendar that is no longer ours to write to is missing",
    async run({ client, newCalendar, subject }) {
      const { id, account } = await newCalendar();
      const sharer = await client({ account, calendar: { id, role: "other" } });
      const event = eventOf();
      const event_id = writtenId(await sharer.createEvent(id, event));
      subject.user.withdrawWriting(account, id);
      assert.equal((await sharer.updateEvent(id, event_id, event)).kind, "calendar_missing");
      assert.equal((await sharer.createEvent(id, eventOf())).kind, "calendar_missing");
    },
  },
  {
    name: "what cannot be read is unknown: no calendar is empty, missing or gone for it",
    async run({ client, newCalendar, subject, traits }) {
      const calendar = await newCalendar();
      const { id } = calendar;
      const existing = await client({ access: "existing" });
      for (const body of UNREADABLE_PAGES) {
        const page = { kind: "body", status: 200, body, content_type: "application/json" } as const;
        subject.emulator.faults.set([{ ...page, match: { path: traits.paths.api } }]);
        const answers = [
          await existing.listCalendars(),
          await calendar.client.isEmptyCalendar(id),
          await calendar.client.getCalendar({ id, role: "own" }),
          await calendar.client.createCalendar(NEW),
          await calendar.client.createEvent(id, eventOf()),
        ];
        assert.deepEqual(answers.map(({ kind }) => kind), answers.map(() => "unknown"), body);
      }
    },
  },
  {
    name: "an unanswered creation of a calendar is found again, not doubled",
    concerns: (traits) => traits.finds_own_calendar,
    async run({ client, during, subject, traits }) {
      const owner = crypto.randomUUID();
      const ours = await client({ owner });
      const create = () => ours.createCalendar({ ...NEW, name: owner });
      const before = subject.calendars(ADA).length;
      const match = { method: "POST", path: traits.paths.calendars };
      assert.equal((await during({ match, kind: "drop_after" }, create)).kind, "unknown");
      assert.equal(subject.calendars(ADA).length, before + 1);
      const found = await create();
      assert.ok(found.kind === "done" && found.value.name === owner);
      assert.equal(subject.calendars(ADA).length, before + 1);
      assert.ok(subject.hasCalendar(ADA, found.value.id));
    },
  },
  {
    // On a connection that was kept open, the runtime's `fetch` repeats the request by itself.
    name: "a connection that is cut once, while a calendar is being made, makes no second one",
    async run({ client, newCalendar, subject, traits }) {
      await newCalendar();
      const ours = await client();
      const before = subject.calendars(ADA).length;
      const match = { method: "POST", path: traits.paths.calendars };
      subject.emulator.faults.set([{ match, kind: "drop_after", times: 1 }]);
      await ours.createCalendar({ ...NEW, name: crypto.randomUUID() });
      assert.equal(subject.calendars(ADA).length, before + 1);
    },
  },
  {
    // The last one, because every calendar that is made makes the lists after it longer.
    name: "the list is whole, however many calendars there are",
    async run({ client, subject, traits }) {
      for (let number = 0; number < MORE_THAN_A_PAGE; number++) {
        await (await client()).createCalendar({ ...NEW, name: crypto.randomUUID() });
      }
      const existing = await client({ access: "existing" });
      for (const page_size of [null, 20]) {
        traits.limitPages?.(page_size);
        const listed = await existing.listCalendars();
        assert.ok(listed.kind === "done");
        const ids = new Set(listed.value.map(({ id }) => id));
        assert.deepEqual(ids, new Set(subject.calendars(ADA).map(({ id }) => id)));
        assert.equal(listed.value.length, ids.size);
      }
    },
  },
];
