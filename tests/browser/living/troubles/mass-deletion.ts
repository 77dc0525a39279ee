import assert from "node:assert/strict";
import { assertAccessible } from "../../support/axe.ts";
import { screenshot } from "../../support/screenshot.ts";
import { type Behaviour, type LivingScene, type Look, type Resident, untilBadge } from "../living-scene.ts";

const TITLES = Array.from({ length: 12 }, (_, index) => `Permit ${String(index + 1).padStart(2, "0")}`);

export const MASS_DELETION: readonly Behaviour[] = [
  {
    name: "many deletions at once are asked about, and done once they are agreed to",
    run: (scene) =>
      stopped(scene, "deletions-agreed", async ({ page, card }, resident) => {
        await card.getByText("10 of 12 events would be deleted at once.").waitFor();
        assert.deepEqual(scene.titles(resident.calendar_id), TITLES, "nothing has gone");
        await assertAccessible(page, "stopped", { best_practices: true });
        const ask = card.getByRole("button", { name: "Delete them…" });
        await ask.click();
        const dialog = page.getByRole("alertdialog", { name: "Delete 10 events?" });
        await assertAccessible(page, "agreeing", { best_practices: true });
        await screenshot(page, `living-${scene.provider.name}-mass-deletion`);
        await dialog.getByRole("button", { name: "Cancel" }).click();
        await dialog.waitFor({ state: "detached" });
        assert.equal((await scene.integrationOf(resident)).status, "paused");

        await ask.click();
        await dialog.getByRole("button", { name: "Delete 10 events" }).click();
        await untilBadge(card, "Connected");
        await scene.untilTitles(resident.calendar_id, TITLES.slice(10));
        await card.getByText("2 deadlines", { exact: true }).waitFor();
      }),
  },
  {
    name: "whoever restores the obligations instead loses nothing",
    run: (scene) =>
      stopped(scene, "deletions-restored", async ({ card }, resident) => {
        const ids = scene.events(resident.calendar_id).map(({ id }) => id).sort();
        await scene.sql`
          insert into public.obligations (id, user_id, title, deadline_date)
          select id, user_id, title, deadline_date from restored_obligations where user_id = ${resident.id}`;
        await card.getByRole("button", { name: "I restored them, check again" }).click();
        await untilBadge(card, "Connected");
        await resident.api.untilStatus(({ progress }) => progress.pending === 0);
        assert.deepEqual(scene.events(resident.calendar_id).map(({ id }) => id).sort(), ids);
      }),
  },
];

/** Ten of twelve obligations are deleted while a calendar may lose five. */
async function stopped(
  scene: LivingScene,
  name: string,
  test: (look: Look, resident: Resident) => Promise<void>,
): Promise<void> {
  const { sql } = scene;
  const resident = await scene.resident(TITLES);
  await sql`create table if not exists restored_obligations as select * from public.obligations with no data`;
  await sql`update calendar_sync.options set deletions_free = 5`;
  try {
    await scene.look(name, resident, async (look) => {
      await sql`insert into restored_obligations select * from public.obligations
        where user_id = ${resident.id} and title <= 'Permit 10'`;
      await sql`delete from public.obligations where user_id = ${resident.id} and title <= 'Permit 10'`;
      await resident.api.untilStatus(({ status }) => status === "paused");
      await look.card.getByRole("button", { name: "Sync now" }).click();
      await untilBadge(look.card, "Stopped to ask you");
      await test(look, resident);
    });
  } finally {
    await sql`update calendar_sync.options set deletions_free = 100000000`;
  }
}
