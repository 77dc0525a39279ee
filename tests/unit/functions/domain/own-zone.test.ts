import assert from "node:assert/strict";
import type { EventTime } from "../../../../supabase/functions/_shared/domain/calendar-event.ts";
import { inOwnZone } from "../../../../supabase/functions/_shared/domain/own-zone.ts";

function seen(time_zone: string | null, start_at = "2027-07-05T09:00:00Z") {
  return { kind: "timed", start_at, end_at: "2027-07-05T09:30:00Z", time_zone } as const;
}

function legal(time_zone: string): EventTime {
  return {
    kind: "timed",
    start: "2027-07-01T11:00:00+02:00",
    end: "2027-07-01T11:30:00+02:00",
    time_zone,
  };
}

const DAY = { kind: "all_day", start_date: "2027-07-05", end_date: "2027-07-06" } as const;

Deno.test("a zone that shows the same time then is the deadline's own", () => {
  assert.deepEqual(inOwnZone(seen("Europe/Paris"), legal("Europe/Madrid")), seen("Europe/Madrid"));
  assert.deepEqual(inOwnZone(seen("Etc/UTC"), legal("UTC")), seen("UTC"));
});

Deno.test("one that shows another time then was chosen", () => {
  assert.deepEqual(inOwnZone(seen("Asia/Tokyo"), legal("Europe/Madrid")), seen("Asia/Tokyo"));
  // The same in winter, and another one in summer.
  assert.deepEqual(inOwnZone(seen("Africa/Lagos"), legal("Europe/Madrid")), seen("Africa/Lagos"));
});

Deno.test("where there are no two zones, nothing changes", () => {
  assert.deepEqual(inOwnZone(seen(null), legal("Europe/Madrid")), seen(null));
  assert.deepEqual(inOwnZone(seen("Europe/Paris"), DAY), seen("Europe/Paris"));
  assert.deepEqual(inOwnZone(seen("Europe/Paris"), null), seen("Europe/Paris"));
  assert.deepEqual(inOwnZone(DAY, legal("Europe/Madrid")), DAY);
});

Deno.test("a zone that nobody knows agrees with none", () => {
  assert.deepEqual(inOwnZone(seen("Middle-earth/Shire"), legal("Europe/Madrid")), seen("Middle-earth/Shire"));
  assert.deepEqual(inOwnZone(seen("Europe/Paris"), legal("Middle-earth/Shire")), seen("Europe/Paris"));
});
