import assert from "node:assert/strict";
import { until } from "../../support/calendar-api.ts";
import { ADA, GRACE } from "../../support/subjects/subject.ts";
import type { SettingsScene } from "../support/settings-scene.ts";
import { clipAround, type Gallery } from "./gallery.ts";

const MARGIN = 16;
const SETTINGS = ".ec-settings";

/** Two accounts that are connected. */
export async function takeConnected(scene: SettingsScene, gallery: Gallery): Promise<void> {
  const user = await scene.newUser();
  await addObligations(scene, user.id, 14);
  await scene.connect(user.api, ADA);
  await user.api.connect({ provider: "outlook", redirect_to: scene.redirect_to, account: GRACE });
  await scene.untilIdle();
  await dismissNotices(scene, user.id);
  await gallery.take("connected", { scale: 2 }, async ({ page, still }) => {
    await scene.signIn(page, user);
    for (const account of [ADA, GRACE]) {
      await page.getByRole("article", { name: account }).getByText("Connected", { exact: true }).waitFor();
    }
    await still("connected", await clipAround(page, `${SETTINGS} .ec-head, ${SETTINGS} .ec-whole`, MARGIN));
  });
}

/** A calendar that stopped to ask, on a phone. */
export async function takeStopped(scene: SettingsScene, gallery: Gallery): Promise<void> {
  const { sql } = scene;
  const user = await scene.newUser();
  await addObligations(scene, user.id, 120);
  await scene.connect(user.api, ADA);
  await user.api.untilStatus(({ progress }) => progress.synced === 120 && progress.pending === 0);
  await sql`update calendar_sync.options set deletions_free = default, deletions_share = default`;
  await sql`delete from public.obligations where user_id = ${user.id} and deadline_date > current_date + 24`;
  await user.api.untilStatus(({ status }) => status === "paused");
  await dismissNotices(scene, user.id);
  await gallery.take(
    "stopped",
    { width: 390, scale: 2 },
    async ({ page, still }) => {
      await scene.signIn(page, user);
      const card = page.getByRole("article", { name: ADA });
      await card.getByText("Stopped to ask you", { exact: true }).waitFor();
      await still("stopped", await clipAround(page, `${SETTINGS} .ec-provider:has(article)`, MARGIN));
    },
  );
}

/** Deadlines whose events somebody moved. */
export async function takeMoved(scene: SettingsScene, gallery: Gallery): Promise<void> {
  const user = await scene.newUser();
  await addObligations(scene, user.id, 6);
  const { calendar_id } = await scene.connect(user.api, ADA);
  await scene.untilIdle();
  assert.ok(calendar_id);
  for (const event of scene.events(calendar_id).slice(0, 2)) {
    assert.ok(event.time.kind === "all_day");
    const answer: Response = await fetch(`${scene.provider.emulator.url}/emulator/edit`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        account: ADA,
        calendar_id,
        event_id: event.id,
        edit: { kind: "move", day: later(event.time.start_date), time: null },
      }),
    });
    assert.equal(answer.status, 204);
  }
  await user.api.request("POST", "/sync", {});
  await until(async () => {
    const [row] = await scene.sql<{ count: number }[]>`
      select count(*)::integer from public.calendar_proposals where user_id = ${user.id}`;
    return row?.count === 2;
  });
  await scene.untilIdle();
  await gallery.take("moved", { scale: 2 }, async ({ page, still }) => {
    await scene.signIn(page, user);
    const panel = page.getByRole("region", { name: "Deadlines that you moved" });
    await panel.getByRole("button", { name: /^Propose new date/ }).nth(1).waitFor();
    await still("moved", await clipAround(page, "#ec-moves", MARGIN));
  });
}

const TITLES = [
  "Air emissions report",
  "Waste register update",
  "Noise measurement",
  "Hazardous substances inventory",
  "Renew discharge permit",
  "Water sampling",
];

/** One a day from tomorrow on. */
async function addObligations({ sql }: SettingsScene, user_id: string, count: number): Promise<void> {
  await sql`
    insert into public.obligations (user_id, title, deadline_date)
    select ${user_id}, (${
    sql.array(TITLES)
  }::text[])[1 + (day - 1) % ${TITLES.length}::integer], current_date + day
    from generate_series(1, ${count}::integer) as day`;
}

/** As if their user had read them. */
async function dismissNotices({ sql }: SettingsScene, user_id: string): Promise<void> {
  await sql`update calendar_sync.notices set dismissed_at = now() where user_id = ${user_id}`;
}

function later(day: string): string {
  return new Date(Date.parse(day) + 5 * 86_400_000).toISOString().slice(0, 10);
}
