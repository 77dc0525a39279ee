import assert from "node:assert/strict";
import { createCallBudget } from "../../../../supabase/functions/_shared/providers/call-budget.ts";
import { eventOf, writtenId } from "../event.ts";
import { listed, never } from "../listing.ts";
import { openScene, type Scene, type TestCalendar } from "../scene.ts";
import { OUTLOOK } from "../subjects/outlook.ts";

const LAG_MS = 60_000;

/** An event that its user moved from our calendar to the default one. */
interface Moved extends Scene {
  readonly calendar: TestCalendar;
  readonly elsewhere: string;
  readonly event: ReturnType<typeof eventOf>;
  readonly event_id: string;
  /** What its user does to an event in another calendar. */
  edit(calendar_id: string, event_id: string, change: unknown): Promise<void>;
}

function test(name: string, run: (moved: Moved) => Promise<void>): void {
  Deno.test({ name, sanitizeOps: false, sanitizeResources: false }, async (t) => {
    const scene = await openScene(OUTLOOK);
    try {
      for (const [way, switchTo] of Object.entries(scene.traits.ways)) {
        await t.step({
          name: way,
          fn: async () => {
            switchTo();
            const calendar = await scene.newCalendar();
            const calendars = await calendar.client.listCalendars();
            const elsewhere = calendars.kind === "done" && calendars.value.find(({ primary }) => primary)?.id;
            assert.ok(elsewhere);
            const edit = async (calendar_id: string, event_id: string, change: unknown) => {
              const body = JSON.stringify({ account: calendar.account, calendar_id, event_id, change });
              const url = `${scene.subject.emulator.url}/emulator/user_edit`;
              const { status } = await fetch(url, { method: "POST", body });
              assert.equal(status, 204);
            };
            const event = eventOf({ title: "Report" });
            const event_id = writtenId(await calendar.client.createEvent(calendar.id, event));
            await edit(calendar.id, event_id, { move_to: elsewhere });
            await run({ ...scene, calendar, elsewhere, event, event_id, edit });
            for (const { id } of scene.subject.events(elsewhere)) {
              scene.subject.user.deleteEvent(elsewhere, id);
            }
          },
        });
      }
    } finally {
      await scene.close();
    }
  });
}

test("an event in another calendar is not in the listing of ours", async ({ calendar }) => {
  const news = await calendar.client.listChanges?.(calendar.id, null, never());
  assert.deepEqual(news, { kind: "done", value: { news: [], is_complete: true, cursor: null } });
});

test("it is gone from ours, while an event that a listing leaves out is there", async (moved) => {
  const { calendar, event_id, subject } = moved;
  const late = writtenId(await calendar.client.createEvent(calendar.id, eventOf({ title: "Late" })));
  const deleted = writtenId(await calendar.client.createEvent(calendar.id, eventOf({ title: "Deleted" })));
  subject.user.deleteEvent(calendar.id, deleted);
  subject.emulator.state.listing_lag_ms = LAG_MS;
  const found = await calendar.client.findEvents(calendar.id, [event_id, late, deleted], never());
  subject.emulator.state.listing_lag_ms = 0;
  assert.ok(found.kind === "done");
  // Moved just now, it is not listed elsewhere yet.
  assert.deepEqual(found.value.map(({ kind }) => kind), ["shown", "shown", "gone"]);
  const later = await calendar.client.findEvents(calendar.id, [event_id, late], never());
  assert.ok(later.kind === "done");
  assert.deepEqual(later.value.map(({ kind }) => kind), ["gone", "shown"]);
});

test("restored, it stands in our calendar alone, however often that is repeated", async (moved) => {
  const { calendar, elsewhere, event, event_id, subject } = moved;
  const id = writtenId(await calendar.client.updateEvent(calendar.id, event_id, event));
  assert.notEqual(id, event_id);
  assert.deepEqual(await listed(calendar.client, calendar.id), [{
    event_id: id,
    obligation_id: event.obligation_id,
  }]);
  assert.deepEqual(subject.events(elsewhere), []);
  // The answer may have been lost: the same is asked for again.
  assert.equal(writtenId(await calendar.client.updateEvent(calendar.id, event_id, event)), id);
  assert.equal(writtenId(await calendar.client.updateEvent(calendar.id, id, event)), id);
  assert.deepEqual(calendar.titles(), ["Report"]);
});

test("cut after any of its calls and repeated, the restoring ends in the same way", async (moved) => {
  const { calendar, elsewhere, event, event_id, subject } = moved;
  const update = { kind: "update", calendar_id: calendar.id, event_id, event, etag: null } as const;
  for (let calls = 1; calls <= 12; calls++) {
    const client = await calendar.clientWith(createCallBudget(calls));
    await client.applyChanges([update], never());
    const shown = [...subject.events(calendar.id), ...subject.events(elsewhere)];
    assert.ok(shown.length <= 1, `${shown.length} events after ${calls} calls`);
  }
  await calendar.apply([update]);
  assert.deepEqual(calendar.titles(), ["Report"]);
  assert.deepEqual(subject.events(elsewhere), []);
});

test("with guests it stays where its user put it, and another one stands in our calendar", async (moved) => {
  const { calendar, elsewhere, event, event_id, subject, edit } = moved;
  await edit(elsewhere, event_id, { attendees: [{ emailAddress: { address: "guest@example.com" } }] });
  const id = writtenId(await calendar.client.updateEvent(calendar.id, event_id, event));
  assert.notEqual(id, event_id);
  assert.equal(writtenId(await calendar.client.updateEvent(calendar.id, event_id, event)), id);
  assert.deepEqual(calendar.titles(), ["Report"]);
  assert.deepEqual(subject.events(elsewhere).map((shown) => [shown.id, shown.invites_nobody]), [
    [event_id, false],
  ]);
});

test("an update of the version that we know follows it, since it is the same event", async (moved) => {
  const { calendar, elsewhere, event, event_id, subject } = moved;
  const etag = 'W/"known"';
  const [outcome] = await calendar.apply([
    { kind: "update", calendar_id: calendar.id, event_id, event: { ...event, title: "New" }, etag },
  ]);
  assert.equal(outcome?.kind === "done" && outcome.event_id, event_id);
  assert.deepEqual(subject.events(elsewhere).map(({ title }) => title), ["New"]);
  assert.deepEqual(calendar.events(), []);
});

test("moved back by its user, it is the event that it was", async ({ calendar, elsewhere, event, event_id, edit }) => {
  await edit(elsewhere, event_id, { move_to: calendar.id });
  assert.equal(writtenId(await calendar.client.updateEvent(calendar.id, event_id, event)), event_id);
  assert.deepEqual(calendar.titles(), ["Report"]);
});

test("a search for orphans does not see it, and a removal takes it away where it is", async (moved) => {
  const { calendar, elsewhere, event_id, subject } = moved;
  assert.deepEqual(await listed(calendar.client, calendar.id), []);
  assert.equal(calendar.client.listMovedEvents, undefined);
  assert.equal((await calendar.client.deleteEvent(calendar.id, event_id)).kind, "gone");
  assert.deepEqual(subject.events(elsewhere), []);
});

test("copies are their user's: none is taken over, listed as ours or removed", async (moved) => {
  const { calendar, elsewhere, event, event_id, edit, subject } = moved;
  await edit(elsewhere, event_id, { copy_to: elsewhere });
  await edit(elsewhere, event_id, { copy_to: calendar.id });
  const { obligation_id } = event;
  const copies = () =>
    [elsewhere, calendar.id].map((id) =>
      subject.events(id).filter((shown) => shown.title === "Report").map(({ id }) => id)
    );
  const [there = [], here = []] = copies();
  const copy_there = there.filter((id) => id !== event_id);
  const change = { ...event, title: "Restored" };
  const id = writtenId(await calendar.client.updateEvent(calendar.id, event_id, change));
  assert.deepEqual(copies(), [copy_there, here]);
  assert.deepEqual(await listed(calendar.client, calendar.id), [{ event_id: id, obligation_id }]);
  subject.user.deleteEvent(calendar.id, id);
  writtenId(await calendar.client.updateEvent(calendar.id, id, change));
  await calendar.apply([{ kind: "remove_untracked", calendar_id: calendar.id, obligation_id }]);
  assert.deepEqual(await listed(calendar.client, calendar.id), []);
  assert.deepEqual(copies(), [copy_there, here]);
});
