import assert from "node:assert/strict";
import { z } from "zod";
import type { Engine } from "../../support/engine.ts";
import { testEngine } from "../../support/engine-test.ts";

const Progress = z.object({ pending: z.number(), synced: z.number(), failed: z.number() });

testEngine(
  "which obligations a calendar shows and how their titles are made are settings that act on what is there",
  [
    {
      name:
        "of the types that were chosen the events stay, the others go, and come back when they are chosen again",
      async show(engine) {
        const scene = await openScene(engine);
        await scene.insert("VAT", "Payroll", null);
        await scene.settle();
        assert.deepEqual(await scene.shown(), ["Payroll", "VAT", null]);
        await scene.choose({ obligation_types: ["VAT"] });
        assert.deepEqual(await scene.progress(), { pending: 2, synced: 1, failed: 0 });
        await scene.settle();
        assert.deepEqual(await scene.shown(), ["VAT"]);
        assert.deepEqual(await scene.progress(), { pending: 0, synced: 1, failed: 0 });
        await scene.choose({ obligation_types: ["Payroll", "VAT"] });
        await scene.settle();
        assert.deepEqual(await scene.shown(), ["Payroll", "VAT"]);
        await scene.choose({ obligation_types: null });
        await scene.settle();
        assert.deepEqual(await scene.shown(), ["Payroll", "VAT", null]);
      },
    },
    {
      name: "an obligation whose type changes comes and goes, and nothing is wanted in vain",
      async show(engine) {
        const scene = await openScene(engine);
        await scene.choose({ obligation_types: ["VAT"] });
        await scene.insert("Payroll");
        await scene.settle();
        assert.deepEqual(await scene.shown(), []);
        assert.deepEqual(await scene.evidence(), [], "it was never wanted");
        await engine.sql`update public.obligations set obligation_type = 'VAT'`;
        await scene.settle();
        assert.deepEqual(await scene.shown(), ["VAT"]);
        await engine.sql`update public.obligations set obligation_type = null`;
        await scene.settle();
        assert.deepEqual(await scene.shown(), []);
        assert.deepEqual(await scene.evidence(), [true]);
      },
    },
    {
      name: "a user who chooses fewer types agrees that as many events go as that takes",
      async show(engine) {
        const scene = await openScene(engine);
        await scene.insert(...Array.from({ length: 60 }, (_, index) => index < 50 ? "Payroll" : "VAT"));
        await scene.settle();
        await scene.choose({ obligation_types: ["VAT"] });
        await scene.settle();
        assert.deepEqual(await engine.statusOf(scene.id), { status: "active", code: null });
        assert.equal((await scene.shown()).length, 10);
        // Other types are not fewer types, but those that were shown are not among them.
        await scene.choose({ obligation_types: ["Payroll"] });
        await scene.settle();
        assert.deepEqual(await engine.statusOf(scene.id), { status: "active", code: null });
        assert.equal((await scene.shown()).length, 50);
      },
    },
    {
      name: "obligations that lose their types by themselves are no agreement: the calendar stops and asks",
      async show(engine) {
        const scene = await openScene(engine);
        await scene.choose({ obligation_types: ["VAT"] });
        await scene.insert(...Array.from({ length: 60 }, () => "VAT"));
        await scene.settle();
        await engine.sql`update public.obligations set obligation_type = null`;
        await scene.settle();
        assert.deepEqual(await engine.statusOf(scene.id), { status: "paused", code: "mass_deletion" });
        assert.equal((await scene.shown()).length, 60);
      },
    },
    {
      name: "another title template has every event looked at, and then a type that changes too",
      async show(engine) {
        const scene = await openScene(engine);
        await scene.insert("VAT", null);
        await scene.settle();
        await scene.choose({ title_template: "[{type}] {title}" });
        assert.deepEqual(await scene.progress(), { pending: 2, synced: 0, failed: 0 });
        await scene.settle();
        await engine
          .sql`update public.obligations set obligation_type = 'Payroll' where obligation_type = 'VAT'`;
        const [looked] = await engine.sql`
        select count(*)::int as obligations from public.calendar_integrations as integration
        cross join lateral calendar_sync.compare(integration.id, calendar_sync.keys_after(integration.id, null, 100)) as found
        where found.differs`;
        assert.deepEqual({ ...looked }, { obligations: 1 });
        await scene.settle();
        assert.deepEqual(await scene.progress(), { pending: 0, synced: 2, failed: 0 });
      },
    },
    {
      name: "while titles are those of the obligations, another type rewrites nothing",
      async show(engine) {
        const scene = await openScene(engine);
        await scene.insert("VAT");
        await scene.settle();
        const hash = async () => {
          const [row] = await engine.sql`select deadline_hash from public.calendar_event_mappings`;
          return row?.["deadline_hash"];
        };
        const before = await hash();
        await engine.sql`update public.obligations set obligation_type = 'Payroll'`;
        await scene.settle();
        assert.equal(await hash(), before);
      },
    },
    {
      name: "settings that concern new events, or edits, have nothing looked at",
      async show(engine) {
        const scene = await openScene(engine);
        await scene.insert("VAT");
        await scene.settle();
        await scene.choose({
          reminders_minutes: [5],
          all_day_reminder_time: "12:00",
          calendar_edits: "keep",
        });
        assert.deepEqual([...await engine.sql`select kind from calendar_sync.changes`], []);
      },
    },
  ],
);

async function openScene(engine: Engine) {
  const { id, user_id } = await engine.integration();
  await engine.drain();
  return {
    id,
    /** Does all that is due, once what was written a moment ago may be written again. */
    async settle() {
      await engine.pass(5);
      await engine.drain();
    },
    async insert(...types: readonly (string | null)[]) {
      await engine.sql`
        insert into public.obligations (user_id, title, obligation_type, deadline_date)
        select ${user_id}, 'Report', type, date '2027-03-15' from unnest(${types}::text[]) as type`;
    },
    choose: (settings: Readonly<Record<string, string | number[] | string[] | null>>) =>
      engine.asUser(
        user_id,
        (sql) => sql`select public.calendar_update_integration(${id}, p_settings => ${sql.json(settings)})`,
      ),
    /** The types of the obligations that have an event. */
    async shown() {
      const rows = await engine.sql`
        select obligation.obligation_type from public.calendar_event_mappings as mapping
        join public.obligations as obligation on obligation.id = mapping.obligation_id order by 1`;
      return rows.map((row) => row["obligation_type"]);
    },
    async progress() {
      const [row] = await engine.sql`select calendar_sync.progress(${id}) as progress`;
      return Progress.parse(row?.["progress"]);
    },
    /** For each period of evidence, whether the event was there. */
    async evidence() {
      const rows = await engine.sql`
        select period.in_calendar from public.obligations as obligation
        cross join lateral calendar_sync.evidence(obligation.id) as period`;
      return rows.map((row) => row["in_calendar"]);
    },
  };
}
