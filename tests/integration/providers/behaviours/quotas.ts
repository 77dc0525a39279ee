import assert from "node:assert/strict";
import type { Change } from "../../../../supabase/functions/_shared/providers/calendar-client.ts";
import type { Behaviour } from "../behaviour.ts";
import { countKinds, creations, events, writtenId } from "../event.ts";

const MANY = 200;

/** What the provider really allows, which the emulator then holds us to. */
export const QUOTAS: readonly Behaviour[] = [
  {
    name: "200 changes of any kind stay within what the provider allows",
    async run({ newCalendar, subject }) {
      const calendar = await newCalendar();
      const calendar_id = calendar.id;
      subject.setQuotas(true);
      const list = events(MANY / 2);
      const written = await calendar.apply(creations(calendar_id, list));
      const changes = list.map((event, index): Change => {
        const event_id = writtenId(written[index]);
        return index % 2 === 0
          ? { kind: "update", calendar_id, event_id, event: { ...event, title: "Updated" } }
          : { kind: "delete", calendar_id, event_id };
      });
      const outcomes = await calendar.apply(changes);
      assert.deepEqual(countKinds(outcomes), { done: MANY / 4, gone: MANY / 4 });
      assert.deepEqual(subject.emulator.state.quota_violations, []);
    },
  },
  {
    name: "200 creations at once stay within what the provider allows",
    async run({ newCalendar, subject }) {
      const calendar = await newCalendar();
      subject.setQuotas(true);
      (await calendar.apply(creations(calendar.id, events(MANY)))).forEach(writtenId);
      assert.equal(calendar.events().length, MANY);
      assert.deepEqual(subject.emulator.state.quota_violations, []);
    },
  },
];
