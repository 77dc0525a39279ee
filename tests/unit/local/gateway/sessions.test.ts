import assert from "node:assert/strict";
import { Sessions } from "../../../../local/gateway/sessions.ts";

function tokenOf(refreshed: ReturnType<Sessions["refresh"]>): string {
  assert.equal(refreshed.kind, "refreshed");
  return refreshed.kind === "refreshed" ? refreshed.refresh_token : "";
}

Deno.test("a refresh token is good for another one", () => {
  const sessions = new Sessions();
  const { session, refresh_token } = sessions.begin("ada");
  const refreshed = sessions.refresh(refresh_token);
  assert.equal(refreshed.kind === "refreshed" && refreshed.session.id, session.id);
  assert.notEqual(tokenOf(refreshed), refresh_token);
});

Deno.test("whoever lost the answer gets the same token again", () => {
  const sessions = new Sessions();
  const { refresh_token } = sessions.begin("ada");
  const next = tokenOf(sessions.refresh(refresh_token));
  assert.equal(tokenOf(sessions.refresh(refresh_token)), next);
});

Deno.test("a token from before that ends the session", () => {
  const sessions = new Sessions();
  const { session, refresh_token } = sessions.begin("ada");
  const latest = tokenOf(sessions.refresh(tokenOf(sessions.refresh(refresh_token))));
  assert.equal(sessions.refresh(refresh_token).kind, "already_used");
  assert.equal(sessions.refresh(latest).kind, "unknown");
  assert.equal(sessions.has(session.id), false);
});

Deno.test("a sign-out ends the sessions of its scope, and of its user only", () => {
  for (
    const [scope, alive] of [["local", [false, true]], ["others", [true, false]], ["global", [
      false,
      false,
    ]]] as const
  ) {
    const sessions = new Sessions();
    const [own, other, grace] = [sessions.begin("ada"), sessions.begin("ada"), sessions.begin("grace")];
    sessions.signOut(own.session.id, scope);
    assert.deepEqual([own, other].map(({ session }) => sessions.has(session.id)), alive, scope);
    assert.equal(sessions.refresh(own.refresh_token).kind, alive[0] ? "refreshed" : "unknown");
    assert.equal(sessions.has(grace.session.id), true);
  }
});

Deno.test("a token that was never given is unknown", () => {
  assert.equal(new Sessions().refresh("nonsense").kind, "unknown");
});
