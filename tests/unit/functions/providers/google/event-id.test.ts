import assert from "node:assert/strict";
import {
  eventId,
  generationOf,
} from "../../../../../supabase/functions/_shared/providers/google/event-id.ts";

const OWNER = "7d1f2a90-6a1b-4a57-8f0e-3f5d5b9f6c01";
const OBLIGATION = "3f0c4c7e-58a1-4f0e-9a36-0f5d6f3f7a10";

Deno.test("an event id names obligation, owner and generation, today and in every later version of this program", () => {
  const id = eventId(OWNER, OBLIGATION, 7);
  assert.match(id, /^[a-v0-9]{5,1024}$/);
  assert.equal(id, "obl3f0c4c7e58a14f0e9a360f5d6f3f7a10o6532f1a8f6fda20bg7");
});

Deno.test("it differs by owner, by obligation and by generation, and not by how the obligation is spelt", () => {
  const ids = [
    eventId(OWNER, OBLIGATION, 0),
    eventId(OWNER, OBLIGATION, 1),
    eventId("7d1f2a90-6a1b-4a57-8f0e-3f5d5b9f6c02", OBLIGATION, 0),
    eventId(OWNER, "3f0c4c7e-58a1-4f0e-9a36-0f5d6f3f7a11", 0),
  ];
  assert.equal(new Set(ids).size, ids.length);
  assert.equal(eventId(OWNER, OBLIGATION.toUpperCase(), 0), ids[0]);
});

Deno.test("a generation is read from the own event's id, and from no other", () => {
  for (const generation of [0, 1, 31]) {
    assert.equal(generationOf(eventId(OWNER, OBLIGATION, generation), OWNER, OBLIGATION), generation);
  }
  const own = eventId(OWNER, OBLIGATION, 3);
  for (
    const id of [
      eventId("another owner", OBLIGATION, 3),
      eventId(OWNER, crypto.randomUUID(), 3),
      own.slice(0, -1),
      `${own}a`,
      `a${own}`,
      "made by hand",
      "",
    ]
  ) {
    assert.equal(generationOf(id, OWNER, OBLIGATION), -1, id);
  }
});
