import assert from "node:assert/strict";
import { SignJWT } from "jose";
import { checkState, signState } from "../../../../supabase/functions/_shared/oauth/state.ts";

const FIRST = "first ".repeat(8);
const SECOND = "second ".repeat(8);
const OTHER = "other ".repeat(8);
const STATE_ID = "7b9cbf34-3a33-4f43-9d5f-5d2f1f0f4a10";

function sign(secret: string, change: (jwt: SignJWT) => SignJWT): Promise<string> {
  const jwt = new SignJWT().setProtectedHeader({ alg: "HS256" }).setJti(STATE_ID)
    .setAudience("calendar-connection").setExpirationTime("5m");
  return change(jwt).sign(new TextEncoder().encode(secret));
}

Deno.test("a state says which of the accepted secrets signed it, whichever place it has", async () => {
  for (const accepted of [[FIRST, SECOND], [SECOND, FIRST], [FIRST]]) {
    assert.deepEqual(await checkState(await signState(STATE_ID, FIRST), accepted), {
      kind: "valid",
      state_id: STATE_ID,
      secret: FIRST,
    });
  }
});

Deno.test("a state of a secret that is not accepted, or of none, is invalid", async () => {
  const state = await signState(STATE_ID, OTHER);
  for (const given of [state, "", "a.b.c", `${state}x`]) {
    assert.deepEqual(await checkState(given, [FIRST, SECOND]), { kind: "invalid" });
  }
});

Deno.test("an expired state is told from an invalid one with the previous secret too", async () => {
  const old = await sign(FIRST, (jwt) => jwt.setExpirationTime(1));
  assert.deepEqual(await checkState(old, [SECOND, FIRST]), {
    kind: "expired",
    state_id: STATE_ID,
  });
  assert.deepEqual(await checkState(old, [SECOND]), { kind: "invalid" });
});

Deno.test("what we signed for another purpose, or without a flow, is no state", async () => {
  for (
    const change of [
      (jwt: SignJWT) => jwt.setAudience("something-else"),
      (jwt: SignJWT) => jwt.setJti("no id"),
    ]
  ) {
    assert.deepEqual(await checkState(await sign(FIRST, change), [FIRST]), { kind: "invalid" });
  }
});
