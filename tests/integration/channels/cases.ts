import assert from "node:assert/strict";
import type { Stack } from "../../../local/stack.ts";
import { until } from "../../support/calendar-api.ts";
import { openScene, type Scene } from "../../support/scene.ts";
import { ADA, type ConsentProvider, GRACE } from "../../support/subjects/subject.ts";

const CREATED_WITHIN_MS = 15_000;
const ENDED_WITHIN_MS = 10_000;

/** Somebody who is called when a calendar changes, as the provider knows it. */
export interface Watcher {
  /** What the provider calls the channel. */
  readonly id: string;
  readonly calendar_id: string;
  readonly url: string;
  readonly expires_at_ms: number;
}

/** What the cases have to know of a provider. */
export interface PushProvider {
  readonly name: ConsentProvider;
  /** The last part of our address. */
  readonly path: string;
  watchers(stack: Stack): readonly Watcher[];
  /** New channels live for so long; null: as long as usual. */
  setLife(stack: Stack, seconds: number | null): void;
  /** Calls that make a channel, and that end one. */
  readonly create: { readonly method: string; readonly path: string };
  readonly stop: { readonly method: string; readonly path: string };
  /** Whether the provider lets a channel live longer; else it is replaced. */
  readonly renews: boolean;
  /** The id that the row of a channel has, or what it says the provider calls it. */
  idOf(row: { readonly id: string; readonly resource_id: string | null }): string | null;
}

/** Shows of a provider what becomes of channels, from connecting to disconnecting. */
export function testChannels(provider: PushProvider): void {
  Deno.test({
    name: `${provider.name}: push channels, from connecting to disconnecting`,
    sanitizeOps: false,
    sanitizeResources: false,
  }, async (t) => {
    const scene = await openScene(provider.name, { GOOGLE_PUSH: "on", MICROSOFT_PUSH: "on" });
    try {
      await showLife(t, scene, provider);
    } finally {
      await scene.close();
    }
  });
}

async function showLife(t: Deno.TestContext, scene: Scene, provider: PushProvider): Promise<void> {
  const { stack, sql } = scene;
  const { faults } = scene.provider.emulator;
  const watching = (calendar_id: string) =>
    provider.watchers(stack).filter((watcher) => watcher.calendar_id === calendar_id);
  const untilWatching = async (calendar_id: string, timeout_ms = CREATED_WITHIN_MS) => {
    await until(() => Promise.resolve(watching(calendar_id).length === 1), timeout_ms);
    const [watcher] = watching(calendar_id);
    assert.ok(watcher);
    return watcher;
  };
  const untilNobody = (calendar_id: string) =>
    until(() => Promise.resolve(watching(calendar_id).length === 0), ENDED_WITHIN_MS);
  /** Waits until there is one channel alone, and the provider has reached us on it. */
  const untilVerified = async (integration_id: string) => {
    const rows = () =>
      sql<{ id: string; resource_id: string | null; state: string; is_verified: boolean }[]>`
        select id, resource_id, state, verified_at is not null as is_verified from calendar_sync.channels
        where integration_id = ${integration_id}`;
    await until(
      async () => {
        const [row, ...others] = await rows();
        return row?.state === "active" && row.is_verified && others.length === 0;
      },
      CREATED_WITHIN_MS,
      rows,
    );
    const [row] = await rows();
    assert.ok(row);
    return row;
  };

  await t.step("made within 15 s of connecting, and verified", async () => {
    const user = await scene.connectedUser(ADA);
    const watcher = await untilWatching(user.calendar_id);
    assert.equal(watcher.url, `${stack.apiUrl}/functions/v1/calendar-webhook/${provider.path}`);
    assert.equal(provider.idOf(await untilVerified(user.integration.id)), watcher.id);
    await scene.deleteUsers(user.id);
  });

  for (const events of ["keep", "remove"]) {
    await t.step(`ended before disconnecting with ${events} is answered`, async () => {
      const user = await scene.connectedUser(ADA);
      await untilWatching(user.calendar_id);
      await untilVerified(user.integration.id);
      const path = `/?integration_id=${user.integration.id}&events=${events}`;
      const left = await user.api.request("DELETE", path);
      assert.equal(left.status, events === "keep" ? 204 : 202);
      assert.deepEqual(watching(user.calendar_id), []);
      await scene.deleteUsers(user.id);
    });
  }

  await t.step(
    "a provider that does not answer keeps nobody from leaving for longer than five seconds",
    async () => {
      const user = await scene.connectedUser(GRACE);
      await untilWatching(user.calendar_id);
      await untilVerified(user.integration.id);
      faults.set([{ kind: "hang", match: provider.stop, times: 1 }]);
      const began_at = performance.now();
      const left = await user.api.request("DELETE", `/?integration_id=${user.integration.id}&events=remove`);
      const took_ms = performance.now() - began_at;
      assert.equal(left.status, 202);
      assert.ok(took_ms < 8_000, `${took_ms} ms`);
      await untilNobody(user.calendar_id);
      await scene.deleteUsers(user.id);
    },
  );

  await t.step(
    "ended within 10 s where an administrator pauses, made anew when the calendar goes on",
    async () => {
      const user = await scene.connectedUser(ADA);
      await untilWatching(user.calendar_id);
      await untilVerified(user.integration.id);
      await sql`select calendar_admin.pause(${user.integration.id}, 'A test.')`;
      await untilNobody(user.calendar_id);
      await sql`select calendar_admin.resume(${user.integration.id})`;
      await untilWatching(user.calendar_id);
      await scene.deleteUsers(user.id);
    },
  );

  await t.step("ended when its user is erased", async () => {
    const user = await scene.connectedUser(ADA);
    await untilWatching(user.calendar_id);
    await untilVerified(user.integration.id);
    await sql`select calendar_admin.erase_user(${user.id})`;
    await untilNobody(user.calendar_id);
    await scene.deleteUsers(user.id);
  });

  for (const leave of ["disconnect_user", "erase_user"]) {
    await t.step(`ended after ${leave} with keep, and then no token is left`, async () => {
      const user = await scene.connectedUser(ADA);
      await untilWatching(user.calendar_id);
      await untilVerified(user.integration.id);
      const [own] = await sql<{ tokens: string[] }[]>`
        select array[refresh_token_secret_id, access_token_secret_id] as tokens
        from public.calendar_integrations where id = ${user.integration.id}`;
      await sql.unsafe(`select calendar_admin.${leave}($1, 'keep')`, [user.id]);
      await untilNobody(user.calendar_id);
      await until(async () =>
        (await sql`
          select from vault.secrets
          where id = any (${own?.tokens ?? []}::uuid[]) or description = 'calendar_sync: ends push channels'`)
          .length === 0
      );
      await scene.deleteUsers(user.id);
    });
  }

  await t.step("one that ends soon is renewed when a fifth of its life is left", async () => {
    provider.setLife(stack, 60);
    const user = await scene.connectedUser(ADA);
    const first = await untilWatching(user.calendar_id);
    provider.setLife(stack, null);
    await until(
      () =>
        Promise.resolve(
          watching(user.calendar_id).some(({ expires_at_ms }) => expires_at_ms > first.expires_at_ms),
        ),
      62_000,
    );
    const left_s = (first.expires_at_ms - Date.now()) / 1000;
    // A fifth of a minute, up to a twentieth and a tick sooner.
    assert.ok(left_s > 0 && left_s <= 27, `${left_s} s before the end`);
    const second = await untilWatching(user.calendar_id);
    assert.equal(second.id === first.id, provider.renews);
    assert.equal(provider.idOf(await untilVerified(user.integration.id)), second.id);
    await scene.deleteUsers(user.id);
  });

  await t.step("one whose answer is lost is taken up by its first call", async () => {
    faults.set([{ kind: "drop_after", match: provider.create, times: 1 }]);
    const user = await scene.connectedUser(ADA);
    await untilWatching(user.calendar_id);
    await sql`insert into public.obligations (user_id, title, deadline_date) values (${user.id}, 'Event', '2027-01-01')`;
    // A cut call may have been repeated, and the channel replaced: the one that counts is the one that is there in the end.
    const row = await untilVerified(user.integration.id);
    assert.deepEqual(watching(user.calendar_id).map(({ id }) => id), [provider.idOf(row)]);
    await scene.deleteUsers(user.id);
  });
}
