import assert from "node:assert/strict";
import { calendarEventOf } from "../../../../supabase/functions/_shared/domain/calendar-event.ts";
import type { Obligation } from "../../../../supabase/functions/_shared/domain/obligation.ts";
import {
  hashEvent,
  planObligation,
  type Situation,
} from "../../../../supabase/functions/_shared/domain/plan.ts";
import { DEFAULT_SETTINGS } from "../../../support/default-settings.ts";

const OBLIGATION: Obligation = {
  obligation_id: "00000000-0000-4000-8000-000000000001",
  title: "Permit renewal",
  description: "",
  obligation_type: null,
  status: "open",
  due: { kind: "date", date: "2026-12-31" },
  url: null,
};
const SETTINGS = { ...DEFAULT_SETTINGS, reminders_minutes: [10] };
const EVENT = calendarEventOf(OBLIGATION, SETTINGS);
assert.ok(EVENT);
const HASH = await hashEvent(EVENT);

function situation(change: Partial<Situation>): Situation {
  return {
    obligation: OBLIGATION,
    settings: SETTINGS,
    calendar_id: "here",
    removing: false,
    mapping: null,
    kept: null,
    has_guests: false,
    attempted_in: [],
    is_repetition: false,
    is_gone: false,
    ...change,
  };
}

function mapping(calendar_id: string, content_hash: string) {
  return { calendar_id, external_event_id: "event", content_hash, etag: "version" };
}

/** Every combination of what decides; the plan's kind is a table that can be read. */
const TABLE = [
  // wanted, removing, mapping, attempted here → kind
  [true, false, "none", false, "create"],
  [true, false, "none", true, "create"],
  [true, false, "same", false, "nothing"],
  [true, false, "same", true, "update"],
  [true, false, "changed", false, "update"],
  [true, false, "changed", true, "update"],
  [true, false, "elsewhere", false, "move"],
  [true, false, "elsewhere", true, "move"],
  [true, true, "none", false, "nothing"],
  [true, true, "none", true, "nothing"],
  [true, true, "same", false, "delete"],
  [true, true, "same", true, "delete"],
  [true, true, "changed", false, "delete"],
  [true, true, "changed", true, "delete"],
  [true, true, "elsewhere", false, "delete"],
  [true, true, "elsewhere", true, "delete"],
  [false, false, "none", false, "nothing"],
  [false, false, "none", true, "nothing"],
  [false, false, "same", false, "delete"],
  [false, false, "same", true, "delete"],
  [false, false, "changed", false, "delete"],
  [false, false, "changed", true, "delete"],
  [false, false, "elsewhere", false, "delete"],
  [false, false, "elsewhere", true, "delete"],
  [false, true, "none", false, "nothing"],
  [false, true, "none", true, "nothing"],
  [false, true, "same", false, "delete"],
  [false, true, "same", true, "delete"],
  [false, true, "changed", false, "delete"],
  [false, true, "changed", true, "delete"],
  [false, true, "elsewhere", false, "delete"],
  [false, true, "elsewhere", true, "delete"],
] as const;

const MAPPINGS = {
  none: null,
  same: mapping("here", HASH),
  changed: mapping("here", "older"),
  elsewhere: mapping("there", HASH),
};

Deno.test("the plan follows the table for every combination of what decides it", async () => {
  for (const [wanted, removing, known, attempted, kind] of TABLE) {
    const plan = await planObligation(situation({
      obligation: wanted ? OBLIGATION : null,
      removing,
      mapping: MAPPINGS[known],
      attempted_in: attempted ? ["here"] : [],
    }));
    assert.equal(plan.kind, kind, JSON.stringify({ wanted, removing, known, attempted }));
    // A write finds by itself what was left in its own calendar; whatever else is done has to look.
    const writes = kind === "create" || kind === "update" || kind === "move";
    assert.deepEqual(
      plan.leftovers,
      attempted && !writes ? ["here"] : [],
      JSON.stringify({ wanted, removing, known }),
    );
  }
});

Deno.test("a move deletes where the event is and creates where it belongs", async () => {
  const plan = await planObligation(situation({ mapping: MAPPINGS.elsewhere }));
  assert.ok(plan.kind === "move");
  assert.deepEqual(plan.from, { calendar_id: "there", event_id: "event" });
});

Deno.test("a deletion goes to the calendar that holds the event, not to the one that is set now", async () => {
  const plan = await planObligation(situation({ obligation: null, mapping: MAPPINGS.elsewhere }));
  assert.ok(plan.kind === "delete");
  assert.equal(plan.calendar_id, "there");
});

Deno.test("an attempt to move an event away may have taken it away and no more: it is written again where it belongs", async () => {
  const plan = await planObligation(situation({ mapping: MAPPINGS.same, attempted_in: ["there"] }));
  assert.ok(plan.kind === "update");
  assert.deepEqual([plan.event_id, plan.leftovers], ["event", ["there"]]);
});

Deno.test("what interrupted attempts may have left in calendars chosen meanwhile is looked for, whatever the plan", async () => {
  const attempted_in = ["first", "here", "there"];
  const moved = await planObligation(situation({ mapping: MAPPINGS.elsewhere, attempted_in }));
  assert.deepEqual([moved.kind, moved.leftovers], ["move", ["first", "there"]]);
  const created = await planObligation(situation({ attempted_in }));
  assert.deepEqual([created.kind, created.leftovers], ["create", ["first", "there"]]);
  const gone = await planObligation(situation({ obligation: null, attempted_in }));
  assert.deepEqual([gone.kind, gone.leftovers], ["nothing", ["first", "here", "there"]]);
});

Deno.test("reminders alone change nothing, so that a user's own change survives", async () => {
  const settings = { ...SETTINGS, reminders_minutes: [5, 6] };
  const plan = await planObligation(situation({ settings, mapping: MAPPINGS.same }));
  assert.equal(plan.kind, "nothing");
});

Deno.test("each visible field changes the hash", async () => {
  const changes: Partial<Obligation>[] = [
    { title: "Other" },
    { description: "Other" },
    { due: { kind: "date", date: "2027-01-01" } },
    { due: { kind: "instant", at: "2026-12-31T00:00:00Z", time_zone: null } },
    { url: "https://example.com/" },
    { status: "completed" },
  ];
  for (const change of changes) {
    const event = calendarEventOf({ ...OBLIGATION, ...change }, SETTINGS);
    assert.ok(event);
    assert.notEqual(await hashEvent(event), HASH, JSON.stringify(change));
  }
});

Deno.test("an update names the version that we know, unless an attempt without an outcome may have written another", async () => {
  const certain = await planObligation(situation({ mapping: MAPPINGS.changed }));
  const uncertain = await planObligation(situation({ mapping: MAPPINGS.changed, attempted_in: ["here"] }));
  assert.ok(certain.kind === "update" && uncertain.kind === "update");
  const repeated = await planObligation(
    situation({ mapping: MAPPINGS.changed, attempted_in: ["here"], is_repetition: true }),
  );
  assert.ok(repeated.kind === "update");
  assert.deepEqual([certain.etag, uncertain.etag, repeated.etag], ["version", null, "version"]);
});

Deno.test("an event that is put back is written over in the version that was seen; in a new calendar none was", async () => {
  const mapping = { ...MAPPINGS.changed, content_hash: "" };
  const put_back = await planObligation(situation({ mapping }));
  const in_new_calendar = await planObligation(situation({ mapping: { ...mapping, etag: null } }));
  assert.ok(put_back.kind === "update" && in_new_calendar.kind === "update");
  assert.deepEqual([put_back.etag, in_new_calendar.etag], ["version", null]);
});

Deno.test("an event with guests is not taken away from where they know it", async () => {
  const plan = await planObligation(situation({ mapping: MAPPINGS.elsewhere, has_guests: true }));
  assert.deepEqual([plan.kind, plan.leftovers], ["create", []]);
});

Deno.test("an event that its user keeps elsewhere is written there, and once only", async () => {
  const kept = { kind: "all_day", start_date: "2027-01-05", end_date: "2027-01-06" } as const;
  const plan = await planObligation(situation({ mapping: MAPPINGS.same, kept }));
  assert.ok(plan.kind === "update");
  assert.deepEqual([plan.event.time, plan.event.description], [kept, "Legal date: 2026-12-31"]);
  const written = mapping("here", plan.content_hash);
  assert.equal((await planObligation(situation({ mapping: written, kept }))).kind, "nothing");
  assert.equal((await planObligation(situation({ mapping: written }))).kind, "update");
});

Deno.test("what its user deleted is restored, unless an attempt may have made anything else of it", async () => {
  const deleted = { mapping: { ...MAPPINGS.changed, etag: null }, is_gone: true };
  const kindOf = async (change: Partial<Situation>) =>
    (await planObligation(situation({ ...deleted, ...change }))).kind;
  assert.equal(await kindOf({}), "restore");
  assert.equal(await kindOf({ attempted_in: ["here"], is_repetition: true }), "restore");
  assert.equal(await kindOf({ attempted_in: ["here"] }), "update");
  assert.equal(await kindOf({ is_gone: false }), "update");
  assert.equal(await kindOf({ obligation: null }), "delete");
  // It was overtaken, so that a version is known.
  assert.equal(await kindOf({ mapping: MAPPINGS.changed }), "update");
});
