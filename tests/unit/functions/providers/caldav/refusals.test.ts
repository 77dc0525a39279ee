import assert from "node:assert/strict";
import { judgeRefusedPassword } from "../../../../../supabase/functions/_shared/providers/caldav/refusals.ts";

const REFUSAL_S = 300;
const FIRST = "2026-12-01T12:00:00.000Z";
const at = (seconds: number) => new Date(Date.parse(FIRST) + seconds * 1000);

Deno.test("one refusal of a password is none yet, and says when to ask again", () => {
  assert.deepEqual(judgeRefusedPassword(null, at(0), REFUSAL_S), {
    kind: "refused_once",
    first_refused_at: FIRST,
    ask_again_at: "2026-12-01T12:05:00.000Z",
  });
});

Deno.test("a second refusal soon after is the same one", () => {
  for (const seconds of [0, 1, 299.999]) {
    assert.deepEqual(judgeRefusedPassword(FIRST, at(seconds), REFUSAL_S), {
      kind: "refused_once",
      first_refused_at: FIRST,
      ask_again_at: "2026-12-01T12:05:00.000Z",
    });
  }
});

Deno.test("a second refusal, minutes later, is a lost connection", () => {
  for (const seconds of [300, 301, 86_400]) {
    assert.deepEqual(judgeRefusedPassword(FIRST, at(seconds), REFUSAL_S), { kind: "lost" });
  }
  assert.deepEqual(judgeRefusedPassword(FIRST, at(1), 1), { kind: "lost" });
});
