import assert from "node:assert/strict";
import { testEventOf } from "../../../../supabase/functions/_shared/domain/test-event.ts";
import type { CalendarEvent } from "../../../../supabase/functions/_shared/domain/calendar-event.ts";
import { ADA } from "../../../support/subjects/subject.ts";
import type { Behaviour } from "../behaviour.ts";
import { eventOf, writtenId } from "../event.ts";

function newTest(): CalendarEvent {
  const event = testEventOf(crypto.randomUUID(), "2027-03-15T09:00:00Z", "Europe/Paris");
  assert.ok(event);
  return event;
}

/** The event that a user has written to see that events arrive, and the pages of events. */
export const TEST_EVENTS: readonly Behaviour[] = [
  {
    name: "a test event that is written again after a lost answer is one event, without reminders and guests",
    async run({ newCalendar, during, subject, traits }) {
      const calendar = await newCalendar();
      const change = { kind: "create", calendar_id: calendar.id, event: newTest() } as const;
      const path = traits.paths.batch ?? subject.paths.events;
      await during(
        { kind: "drop_after", match: { path } },
        () => calendar.client.applyChanges([change], new AbortController().signal),
      );
      const [written] = await calendar.apply([change]);
      const { id, title, reminders_minutes, invites_nobody, obligation_id, leaves_free } = calendar.only();
      assert.equal(id, writtenId(written));
      assert.deepEqual({ title, reminders_minutes, invites_nobody, obligation_id, leaves_free }, {
        title: change.event.title,
        reminders_minutes: [],
        invites_nobody: true,
        obligation_id: change.event.obligation_id,
        leaves_free: true,
      });
    },
  },
  {
    name: "a test event of which no answer is known is removed by its tag, and no other event with it",
    async run({ newCalendar }) {
      const calendar = await newCalendar();
      const test = newTest();
      const other = eventOf({ title: "A deadline" });
      await calendar.apply(
        [test, other].map((event) => ({ kind: "create", calendar_id: calendar.id, event })),
      );
      const removal = {
        kind: "remove_untracked",
        calendar_id: calendar.id,
        obligation_id: test.obligation_id,
      } as const;
      for (let time = 0; time < 2; time++) {
        assert.deepEqual((await calendar.apply([removal])).map(({ kind }) => kind), ["gone"]);
        assert.deepEqual(calendar.titles(), ["A deadline"]);
      }
    },
  },
  {
    name: "the address of an event's page opens that event, and no other one",
    concerns: ({ has_event_pages }) => has_event_pages,
    async run({ newCalendar, provider }) {
      const calendar = await newCalendar();
      const [written] = await calendar.apply([{
        kind: "create",
        calendar_id: calendar.id,
        event: newTest(),
      }]);
      const event_id = writtenId(written);
      const place = { event_id, calendar_id: calendar.id, account_id: null, account_email: ADA };
      const url = provider.eventUrl?.(place) ?? "";
      const opened = await fetch(url, { redirect: "manual" });
      await opened.body?.cancel();
      assert.equal(opened.status, 302);
      const shown = new URL(opened.headers.get("location") ?? "", url).searchParams;
      assert.deepEqual([shown.get("account"), shown.get("event")], [ADA, event_id]);
      await calendar.apply([{ kind: "delete", calendar_id: calendar.id, event_id }]);
      const missing = await fetch(url, { redirect: "manual" });
      assert.equal(missing.status, 404);
      assert.match(await missing.text(), /No such event/);
    },
  },
];
