import assert from "node:assert/strict";
import { checkState } from "../../../supabase/functions/_shared/oauth/state.ts";
import { consent } from "../../support/calendar-api.ts";
import type { Scene } from "../../support/scene.ts";
import { GRACE } from "../../support/subjects/subject.ts";

/** The secrets that a scene begins with. */
export const FIRST_SECRETS = {
  CALENDAR_STATE_SECRET: "the first state secret of this test",
  CALENDAR_SYNC_SECRET: "the first sync secret of this test",
} as const;
const SECOND_SECRETS = {
  CALENDAR_STATE_SECRET: "the second state secret of this test",
  CALENDAR_SYNC_SECRET: "the second sync secret of this test",
} as const;

/**
 * Changes both secrets of ours as docs/deploy/deploy.md says, while somebody connects and somebody else writes.
 *
 * @param switchWorker the example that does so, with the secret in place
 */
export async function testRotation(
  t: Deno.TestContext,
  scene: Scene,
  switchWorker: (secret: string) => Promise<unknown>,
): Promise<void> {
  const { sql, stack, redirect_to } = scene;
  const functions = [stack.function("calendar"), stack.function("calendar-sync")];
  const setSecrets = (changes: Record<string, string | undefined>) =>
    Promise.all(functions.map((process) => process.setSecrets(changes)));
  const wakeUp = async (secret: string) => {
    const response = await fetch(`${stack.apiUrl}/functions/v1/calendar-sync`, {
      method: "POST",
      headers: { "x-calendar-sync-secret": secret },
    });
    await response.body?.cancel();
    return response.status;
  };
  const user = await scene.connectedUser();
  const insert = (title: string) =>
    sql`insert into public.obligations (user_id, title, deadline_date) values (${user.id}, ${title}, '2027-02-03')`;
  const { api } = await scene.newUser();
  const begun = [await api.authorizeUrl({ redirect_to }), await api.authorizeUrl({ redirect_to })] as const;
  const stateOf = (page: string) => new URL(page).searchParams.get("state") ?? "";

  await setSecrets({
    ...SECOND_SECRETS,
    CALENDAR_STATE_SECRET_PREVIOUS: FIRST_SECRETS.CALENDAR_STATE_SECRET,
    CALENDAR_SYNC_SECRET_PREVIOUS: FIRST_SECRETS.CALENDAR_SYNC_SECRET,
  });

  await t.step(
    "a connection that was begun with the previous secret ends well with the new one",
    async () => {
      const landed = await consent(begun[0], GRACE);
      const connection = landed.searchParams.get("calendar_connection");
      assert.ok(connection, landed.toString());
      const response = await api.request("POST", "/confirm", { connection });
      assert.equal(response.status, 200, await response.text());
    },
  );

  await t.step("one that begins now is signed with the new one alone", async () => {
    const state = stateOf(await api.authorizeUrl({ redirect_to }));
    assert.equal((await checkState(state, [SECOND_SECRETS.CALENDAR_STATE_SECRET])).kind, "valid");
    assert.equal((await checkState(state, [FIRST_SECRETS.CALENDAR_STATE_SECRET])).kind, "invalid");
  });

  // Nothing but the database has called these processes yet.
  await t.step("deadlines are synced before the database has the new secret", async () => {
    await insert("Before the switch");
    await scene.untilTitles(user.calendar_id, ["Before the switch"]);
  });

  await t.step("the worker may be woken with either, and with nothing else", async () => {
    assert.equal(await wakeUp(FIRST_SECRETS.CALENDAR_SYNC_SECRET), 202);
    assert.equal(await wakeUp(SECOND_SECRETS.CALENDAR_SYNC_SECRET), 202);
    for (
      const wrong of ["", "a secret of somebody else's, long enough", FIRST_SECRETS.CALENDAR_STATE_SECRET]
    ) {
      assert.equal(await wakeUp(wrong), 401);
    }
  });

  await switchWorker(SECOND_SECRETS.CALENDAR_SYNC_SECRET);
  await setSecrets({ CALENDAR_STATE_SECRET_PREVIOUS: undefined, CALENDAR_SYNC_SECRET_PREVIOUS: undefined });

  await t.step("deadlines are synced after it, when the previous secret opens nothing any more", async () => {
    await insert("After the switch");
    await scene.untilTitles(user.calendar_id, ["After the switch", "Before the switch"]);
    assert.equal(await wakeUp(FIRST_SECRETS.CALENDAR_SYNC_SECRET), 401);
    assert.equal(await wakeUp(SECOND_SECRETS.CALENDAR_SYNC_SECRET), 202);
    const landed = await consent(begun[1], GRACE);
    assert.equal(landed.searchParams.get("calendar_error"), "invalid_state");
  });
}
