import assert from "node:assert/strict";
import { transactionId } from "../../../../../supabase/functions/_shared/providers/outlook/transaction-id.ts";

const OBLIGATION = "3f0c4c7e-58a1-4f0e-9a36-0f5d6f3f7a10";

Deno.test("a transaction id is a version 5 UUID, today and in every later version of this program", () => {
  const id = transactionId(OBLIGATION, "own", 0);
  assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(id, "dc0cfbdd-92e5-545c-b4fb-7c3862615abe");
});

Deno.test("it differs by obligation, by calendar and by generation, and by nothing else", () => {
  const ids = [
    transactionId(OBLIGATION, "own", 0),
    transactionId(OBLIGATION, "own", 1),
    transactionId(OBLIGATION, "primary", 0),
    transactionId("3f0c4c7e-58a1-4f0e-9a36-0f5d6f3f7a11", "own", 0),
  ];
  assert.equal(new Set(ids).size, ids.length);
  assert.equal(transactionId(OBLIGATION.toUpperCase(), "own", 0), ids[0]);
});
