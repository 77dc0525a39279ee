import assert from "node:assert/strict";
import { transactionId } from "../../../../../supabase/functions/_shared/providers/outlook/transaction-id.ts";

const OWNER = "7d1f2a90-6a1b-4a57-8f0e-3f5d5b9f6c01";
const OBLIGATION = "3f0c4c7e-58a1-4f0e-9a36-0f5d6f3f7a10";

Deno.test("a transaction id is a version 5 UUID, today and in every later version of this program", () => {
  const id = transactionId(OWNER, OBLIGATION, "own", 0);
  assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(id, "f3050687-60a5-561d-867d-ce6d545464c6");
});

Deno.test("it differs by owner, by obligation, by calendar and by generation, and by nothing else", () => {
  const ids = [
    transactionId(OWNER, OBLIGATION, "own", 0),
    transactionId(OWNER, OBLIGATION, "own", 1),
    transactionId("7d1f2a90-6a1b-4a57-8f0e-3f5d5b9f6c02", OBLIGATION, "own", 0),
    transactionId(OWNER, OBLIGATION, "primary", 0),
    transactionId(OWNER, "3f0c4c7e-58a1-4f0e-9a36-0f5d6f3f7a11", "own", 0),
  ];
  assert.equal(new Set(ids).size, ids.length);
  assert.equal(transactionId(OWNER, OBLIGATION.toUpperCase(), "own", 0), ids[0]);
});
