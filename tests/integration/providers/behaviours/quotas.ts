import assert from "node:assert/strict";
import type { Change } from "../../../../supabase/functions/_shared/providers/calendar-client.ts";
import type { Behaviour } from "../behaviour.ts";
import { countKinds, creations, events, writtenId } from "../event.ts";
import { manyOf } from "../subject.ts";

const MANY = 200;

/** What the provider really allows, which the emulator then holds us to. */
export const QUOTAS: readonly Behaviour[] = [
  {
    name: "many changes of any kind stay within what the provider allows",
    async run({ newCalendar, subject, traits }) {
      const many = manyOf(traits, MANY);
      const calendar = await newCalendar();
      const calendar_id = calendar.id;
      subject.setQuotas(true);
      const list = events(many / 2);
      const written = await calendar.apply(creations(calendar_id, list));
      const changes = list.map((event, index): Change => {
        const event_id = writtenId(written[index]);
        return index % 2 === 0
          ? { kind: "update", calendar_id, event_id, event: { ...event, title: "Updated" } }
          : { kind: "delete", calendar_id, event_id };
      });
      const outcomes = await calendar.apply(changes);
      assert.deepEqual(countKinds(outcomes), { done: many / 4, gone: many / 4 });
      assert.deepEqual(subject.emulator.state.quota_violations, []);
    },
  },
  {
    name: "many creations at once stay within what the provider allows",
    async run({ newCalendar, subject, traits }) {
      const many = manyOf(traits, MANY);
      const calendar = await newCalendar();
      subject.setQuotas(true);
      (await calendar.apply(creations(calendar.id, events(many)))).forEach(writtenId);
      assert.equal(calendar.events().length, many);
      assert.deepEqual(subject.emulator.state.quota_violations, []);
    },
  },
];
