import assert from "node:assert/strict";
import type { EventTime } from "../../../../supabase/functions/_shared/domain/calendar-event.ts";
import {
  decideEdit,
  type KnownEdit,
  type KnownEvent,
} from "../../../../supabase/functions/_shared/domain/edits.ts";
import type {
  EventNews,
  SeenEvent,
  SeenTime,
} from "../../../../supabase/functions/_shared/domain/seen-event.ts";

const allDay = (start_date: string, end_date: string) => ({ kind: "all_day", start_date, end_date }) as const;
const LEGAL = allDay("2027-03-15", "2027-03-16");
const LATER = allDay("2027-03-19", "2027-03-20");
const LONGER = allDay("2027-03-15", "2027-03-17");
const NEXT = allDay("2027-04-01", "2027-04-02");
const SENT_TIMED: EventTime = {
  kind: "timed",
  start: "2027-03-15T09:00:00+01:00",
  end: "2027-03-15T09:30:00+01:00",
  time_zone: "Europe/Berlin",
};
const timed = (start_at: string, end_at: string, time_zone: string | null = "Europe/Berlin"): SeenTime => ({
  kind: "timed",
  start_at,
  end_at,
  time_zone,
});

const NO_EDIT: KnownEdit = {
  seen: null,
  is_kept: false,
  is_gone: false,
  original_event_id: null,
  has_guests: false,
};
const KNOWN: KnownEvent = {
  event_id: "event",
  etag: "ours",
  previous_etag: "before",
  sent_time: LEGAL,
  legal_time: LEGAL,
  attempted: "nothing",
  is_unseen: false,
  edit: null,
};

function shown(time: SeenTime, fields: Partial<SeenEvent> = {}): EventNews {
  return {
    kind: "shown",
    event: {
      event_id: "event",
      etag: "other",
      obligation_id: "obligation",
      time,
      is_series: false,
      has_guests: false,
      ...fields,
    },
  };
}

const GONE: EventNews = { kind: "gone", event_id: "event" };
const edited = (edit: Partial<KnownEdit>): Partial<KnownEvent> => ({ edit: { ...NO_EDIT, ...edit } });

/** What is known, what the listing says, and what that means. */
const TABLE: readonly (readonly [string, Partial<KnownEvent> | null, EventNews, string])[] = [
  ["an event that no mapping knows", null, shown(LEGAL, { obligation_id: null }), "not_ours"],
  ["an event that nobody knows is gone", null, GONE, "not_ours"],
  ["one with our tag that no mapping knows", null, shown(LEGAL), "copy"],

  ["the version that we wrote", {}, shown(LEGAL, { etag: "ours" }), "echo"],
  ["the version before, on a late page", {}, shown(LATER, { etag: "before" }), "echo"],
  ["the version that we wrote, whatever it shows", {}, shown(LATER, { etag: "ours" }), "echo"],
  ["another version at the same time", {}, shown(LEGAL), "noise"],
  ["a provider without versions, at the same time", { etag: null }, shown(LEGAL, { etag: null }), "noise"],
  ["a provider without versions, elsewhere", { etag: null }, shown(LATER, { etag: null }), "moved"],

  ["another day", {}, shown(LATER), "moved"],
  ["all-day made timed", {}, shown(timed("2027-03-15T09:00:00Z", "2027-03-15T09:30:00Z")), "moved"],
  ["another end", {}, shown(LONGER), "resized"],
  ["a series that begins on the deadline", {}, shown(LEGAL, { is_series: true }), "series"],
  ["a series that begins elsewhere", {}, shown(LATER, { is_series: true }), "moved"],
  ["guests alone", {}, shown(LEGAL, { has_guests: true }), "noise"],
  ["guests, and another day", {}, shown(LATER, { has_guests: true }), "moved"],

  [
    "the same instant in another zone",
    { sent_time: SENT_TIMED, legal_time: SENT_TIMED },
    shown(timed("2027-03-15T08:00:00Z", "2027-03-15T08:30:00Z", "UTC")),
    "noise",
  ],
  [
    "the same clock in another zone",
    { sent_time: SENT_TIMED, legal_time: SENT_TIMED },
    shown(timed("2027-03-15T09:00:00Z", "2027-03-15T09:30:00Z", null)),
    "moved",
  ],
  [
    "a longer meeting",
    { sent_time: SENT_TIMED, legal_time: SENT_TIMED },
    shown(timed("2027-03-15T08:00:00Z", "2027-03-15T09:30:00Z")),
    "resized",
  ],
  ["timed made all-day", { sent_time: SENT_TIMED, legal_time: SENT_TIMED }, shown(LEGAL), "moved"],

  ["our newer deadline is on its way, unseen", { legal_time: NEXT }, shown(LEGAL), "noise"],
  ["it was moved, and our newer deadline is on its way", { legal_time: NEXT }, shown(LATER), "overtaken"],
  ["it was moved to our newer deadline", { legal_time: NEXT }, shown(NEXT), "converged"],
  ["it was moved, and is to go", { legal_time: null }, shown(LATER), "overtaken"],
  ["it was not moved, and is to go", { legal_time: null }, shown(LEGAL), "noise"],
  ["it was deleted, and our newer deadline is on its way", { legal_time: NEXT }, GONE, "overtaken"],
  ["it was deleted, and is to go", { legal_time: null }, GONE, "overtaken"],
  ["what we sent is not known, and it is where it should be", { sent_time: null }, shown(LEGAL), "converged"],
  ["what we sent is not known, and it is elsewhere", { sent_time: null }, shown(LATER), "moved"],

  ["the same move again", edited({ seen: LATER }), shown(LATER), "known"],
  ["it was moved on", edited({ seen: LATER }), shown(NEXT), "moved"],
  [
    "its deadline followed it, and it was moved on before we wrote that",
    { legal_time: LATER, ...edited({ seen: LATER }) },
    shown(NEXT),
    "moved",
  ],
  [
    "its deadline followed it, and it was deleted before we wrote that",
    { legal_time: LATER, ...edited({ seen: LATER }) },
    GONE,
    "deleted",
  ],
  ["it was moved back by its user", edited({ seen: LATER }), shown(LEGAL), "converged"],
  [
    "it is kept, and as we wrote it there",
    { sent_time: LATER, ...edited({ seen: LATER, is_kept: true }) },
    shown(LATER),
    "known",
  ],
  [
    "it is kept, and was moved on",
    { sent_time: LATER, ...edited({ seen: LATER, is_kept: true }) },
    shown(NEXT),
    "moved",
  ],
  [
    "it is kept, and was moved on before we wrote it there",
    edited({ seen: LATER, is_kept: true }),
    shown(NEXT),
    "moved",
  ],
  [
    "it is kept, was moved on and seen there, and was moved on again before we wrote that",
    { sent_time: LATER, ...edited({ seen: LONGER, is_kept: true }) },
    shown(NEXT),
    "moved",
  ],
  [
    "it is kept, was moved on and seen there, and was deleted before we wrote that",
    { sent_time: LATER, ...edited({ seen: LONGER, is_kept: true }) },
    GONE,
    "deleted",
  ],
  [
    "it is kept, got longer, and is as long again as we wrote it there",
    { sent_time: LATER, ...edited({ seen: allDay("2027-03-19", "2027-03-22"), is_kept: true }) },
    shown(LATER),
    "resized",
  ],
  [
    "it is kept, was moved on, and stands again where we wrote it",
    { sent_time: LATER, ...edited({ seen: NEXT, is_kept: true }) },
    shown(LATER),
    "moved",
  ],
  [
    "it is kept, and was moved back before we wrote it there",
    edited({ seen: LATER, is_kept: true }),
    shown(LEGAL),
    "converged",
  ],
  [
    "it is kept, and was moved to its deadline",
    { sent_time: LATER, ...edited({ seen: LATER, is_kept: true }) },
    shown(LEGAL),
    "converged",
  ],
  [
    "it is kept, and got longer",
    { sent_time: LATER, ...edited({ seen: LATER, is_kept: true }) },
    shown(allDay("2027-03-19", "2027-03-22")),
    "resized",
  ],

  ["it was deleted", {}, GONE, "deleted"],
  [
    "it was kept elsewhere, and deleted",
    { sent_time: LATER, ...edited({ seen: LATER, is_kept: true }) },
    GONE,
    "deleted",
  ],
  ["it is still gone", edited({ is_gone: true, original_event_id: "event" }), GONE, "known"],
  ["it is deleted again", edited({ original_event_id: "event" }), GONE, "deleted"],
  [
    "the original of a restored copy is gone",
    { event_id: "copy", ...edited({ original_event_id: "event" }) },
    GONE,
    "known",
  ],
  [
    "the original of a restored copy is back",
    { event_id: "copy", ...edited({ original_event_id: "event" }) },
    shown(LEGAL),
    "returned",
  ],
  [
    "it is back before it was restored",
    edited({ is_gone: true, original_event_id: "event" }),
    shown(LEGAL),
    "returned",
  ],
  [
    "what its user hid is back",
    { event_id: null, etag: null, ...edited({ is_gone: true, original_event_id: "event" }) },
    shown(LEGAL),
    "returned",
  ],
  [
    "what its user hid is still gone",
    { event_id: null, etag: null, ...edited({ is_gone: true, original_event_id: "event" }) },
    GONE,
    "known",
  ],
  ["another event than the known one", { event_id: "known" }, shown(LEGAL), "copy"],

  ["a write without an outcome may have moved it", { attempted: "anything" }, shown(LATER), "echo"],
  ["a write without an outcome may have taken it away", { attempted: "anything" }, GONE, "echo"],
  [
    "what a write without an outcome may have put back",
    {
      attempted: "the_same",
      ...edited({ seen: LATER }),
    },
    shown(LEGAL),
    "noise",
  ],
  [
    "the same, and its user moved it elsewhere since",
    {
      attempted: "the_same",
      ...edited({ seen: LATER }),
    },
    shown(NEXT),
    "moved",
  ],
  [
    "what a write without an outcome may have restored",
    {
      attempted: "the_same",
      ...edited({ is_gone: true, original_event_id: "event" }),
    },
    shown(LEGAL),
    "echo",
  ],
  [
    "the same, and it stands elsewhere",
    {
      attempted: "the_same",
      ...edited({ is_gone: true, original_event_id: "event" }),
    },
    shown(LATER),
    "moved",
  ],
  [
    "its deadline followed it, and its user moved it back before that was written",
    {
      legal_time: LATER,
      ...edited({ seen: LATER }),
    },
    shown(LEGAL),
    "moved",
  ],
  [
    "its deadline followed where it had been made longer, too",
    {
      legal_time: LATER,
      ...edited({ seen: allDay("2027-03-19", "2027-03-22") }),
    },
    shown(LEGAL),
    "moved",
  ],
  [
    "what was moved before is longer now",
    edited({ seen: LATER }),
    shown(allDay("2027-03-19", "2027-03-22")),
    "known",
  ],
  [
    "it is where its new deadline is, and longer",
    { legal_time: NEXT },
    shown(allDay("2027-04-01", "2027-04-03")),
    "resized",
  ],
  ["the calendar was made anew, and it is not there yet", { is_unseen: true }, GONE, "echo"],
  ["no version of it is known, and it was moved", { is_unseen: true }, shown(LATER), "moved"],
];

for (const [name, known, news, kind] of TABLE) {
  Deno.test(`${name}: ${kind}`, () => {
    assert.equal(decideEdit(news, known && { ...KNOWN, ...known }).kind, kind);
  });
}

Deno.test("a decision holds what is recorded", () => {
  const moved = shown(LATER);
  assert.ok(moved.kind === "shown");
  assert.deepEqual(decideEdit(moved, KNOWN), { kind: "moved", event: moved.event });
  assert.deepEqual(decideEdit(GONE, KNOWN), { kind: "deleted", event_id: "event" });
  assert.deepEqual(decideEdit(GONE, { ...KNOWN, legal_time: NEXT }), {
    kind: "overtaken",
    event_id: "event",
    event: null,
  });
  const met = shown(NEXT);
  assert.ok(met.kind === "shown");
  assert.deepEqual(decideEdit(met, { ...KNOWN, legal_time: NEXT }), {
    kind: "converged",
    event: met.event,
    time: NEXT,
  });
});

Deno.test("it is total: whatever is known and told, there is one decision", () => {
  const times: readonly (EventTime | null)[] = [null, LEGAL, LATER, SENT_TIMED];
  const edits: readonly (KnownEdit | null)[] = [
    null,
    ...[LEGAL, LATER, null].flatMap((seen) =>
      [true, false].flatMap((is_gone) =>
        ["event", "copy", null].map((original_event_id): KnownEdit => ({
          ...NO_EDIT,
          seen,
          is_kept: seen !== null,
          is_gone,
          original_event_id,
        }))
      )
    ),
  ];
  const news = [
    GONE,
    ...[LEGAL, LATER, LONGER].flatMap((time) => ["ours", "other", null].map((etag) => shown(time, { etag }))),
  ];
  const kinds = new Set<string>();
  for (const sent_time of times) {
    for (const legal_time of times) {
      for (const edit of edits) {
        for (const event_id of ["event", "copy", null]) {
          for (const attempted of ["nothing", "the_same", "anything"] as const) {
            for (const each of news) {
              const known = { ...KNOWN, sent_time, legal_time, edit, event_id, attempted };
              const { kind } = decideEdit(each, known);
              kinds.add(kind);
              // Nothing but a deletion counts as one, and what is gone was not moved.
              if (kind === "deleted") assert.equal(each.kind, "gone");
              if (kind === "moved" || kind === "resized") assert.equal(each.kind, "shown");
              if (attempted === "anything") assert.ok(kind !== "moved" && kind !== "deleted");
            }
          }
        }
      }
    }
  }
  assert.deepEqual([...kinds].sort(), [
    "converged",
    "copy",
    "deleted",
    "echo",
    "known",
    "moved",
    "noise",
    "overtaken",
    "resized",
    "returned",
  ]);
});
