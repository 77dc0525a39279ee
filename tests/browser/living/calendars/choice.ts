import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import { until } from "../../../support/calendar-api.ts";
import { logLines } from "../../../support/log-proof.ts";
import { ADA } from "../../../support/subjects/subject.ts";
import { assertAccessible } from "../../support/axe.ts";
import { answerConsent } from "../../support/consent.ts";
import { screenshot } from "../../support/screenshot.ts";
import { type Behaviour, type LivingScene, toastOf, untilBadge } from "../living-scene.ts";
import { addCalendar } from "./account-calendars.ts";

const TITLES = ["Audit", "Report", "Water sample"];

export const CHOICE: readonly Behaviour[] = [
  {
    name: "the deadlines move to another calendar of the account, and back again when that is undone",
    async run(scene) {
      const { provider } = scene;
      const [family, holidays] = [`Family ${provider.name}`, "Public holidays"];
      const family_id = addCalendar(scene, { account: ADA, name: family, color: "#aa3366" });
      addCalendar(scene, { account: ADA, name: holidays, color: "#116644", writable: false });
      const resident = await scene.resident(TITLES, { access: "existing" });
      await scene.look("choice", resident, async ({ page, card }) => {
        const dialog = await openPicker(page, card);
        const choice = dialog.getByRole("radio", { name: family });
        await choice.waitFor();
        const read_only = dialog.getByRole("radio", { name: `${holidays} You may only read this calendar.` });
        assert.equal(await read_only.isDisabled(), true, "it is listed, and may only be read");
        assert.equal(await dialog.getByRole("radio", { name: /^A calendar of its own/ }).isChecked(), true);
        await dialog.getByRole("radio", { name: /Main calendar$/ }).waitFor();
        const swatch = choice.locator('[aria-hidden="true"][style]');
        assert.match(
          await swatch.getAttribute("style") ?? "",
          /rgb\(170, 51, 102\)/,
          "it has its own colour",
        );

        const added = `Added meanwhile, ${provider.name}`;
        addCalendar(scene, { account: ADA, name: added, color: "#335577" });
        await dialog.getByRole("button", { name: "Refresh the list" }).click();
        await dialog.getByRole("radio", { name: added }).waitFor();
        await choice.check();
        await assertAccessible(page, "the calendars", { best_practices: true });
        await screenshot(page, `living-${provider.name}-choice`);

        await dialog.getByRole("button", { name: "Use this calendar" }).click();
        await dialog.waitFor({ state: "detached" });
        const toast = toastOf(page, `Your deadlines move to “${family}”.`);
        await toast.waitFor();
        await scene.untilTitles(family_id, TITLES);
        await scene.untilTitles(resident.calendar_id, []);
        await card.getByText(family, { exact: true }).waitFor();

        await toast.getByRole("button", { name: "Undo" }).click();
        await scene.untilTitles(family_id, []);
        const { calendar_id } = await scene.integrationOf(resident);
        await scene.untilTitles(calendar_id ?? "", TITLES);
        await card.getByText("Compliance deadlines", { exact: true }).waitFor();
        await untilBadge(card, "Connected");
      });
    },
  },
  {
    name:
      "to use an existing calendar Google is asked for more, and the list is open when its user comes back",
    only: "google",
    async run(scene) {
      const club_id = addCalendar(scene, { account: ADA, name: "Club", color: "#225588" });
      const resident = await scene.resident(TITLES);
      await scene.look("more-access", resident, async ({ page, card }) => {
        const dialog = await openPicker(page, card);
        await dialog.getByText("a calendar of their own").waitFor();
        assert.equal(await dialog.getByRole("radio").count(), 0);
        await assertAccessible(page, "more access", { best_practices: true });
        await screenshot(page, "living-google-more-access");
        await dialog.getByRole("button", { name: "Show my calendars" }).click();
        await answerConsent(page, { account: ADA });
        await dialog.getByRole("radio", { name: "Club" }).check();
        await dialog.getByRole("button", { name: "Use this calendar" }).click();
        await dialog.waitFor({ state: "detached" });
        await scene.untilTitles(club_id, TITLES);
        await scene.untilTitles(resident.calendar_id, []);
        await card.getByText("Club", { exact: true }).waitFor();
      });
    },
  },
  {
    name: "a list that cannot be had says so, and can be asked for again",
    only: "outlook",
    async run(scene) {
      const resident = await scene.resident([]);
      await scene.look("no-list", resident, async ({ page, card, allow }) => {
        allow(/status of 502/);
        scene.provider.emulator.faults.set([
          { match: { method: "GET", path: "/calendars" }, kind: "status", status: 503 },
        ]);
        const dialog = await openPicker(page, card);
        await dialog.getByText("Your calendars could not be listed.").waitFor();
        const reference = await dialog.getByText(/^Reference: /).innerText();
        const lines = logLines(scene.output).filter(({ action, request_id }) =>
          action === "request" && `Reference: ${request_id}` === reference
        );
        assert.deepEqual(lines.map((line) => [line["route"], line["status"]]), [[
          "/calendar/calendars",
          502,
        ]]);
        await assertAccessible(page, "no list", { best_practices: true });
        scene.provider.emulator.faults.clear();
        await dialog.getByRole("button", { name: "Refresh the list" }).click();
        await dialog.getByRole("radio", { name: /Main calendar$/ }).waitFor();
        assert.equal(await dialog.getByText("Your calendars could not be listed.").count(), 0);
      });
    },
  },
  {
    name: "a calendar that was deleted is made again, with everything in it",
    async run(scene) {
      await withoutCalendar(scene, "made-again", async ({ page, card, resident }) => {
        await screenshot(page, `living-${scene.provider.name}-calendar-missing`);
        await card.getByRole("button", { name: "Make it again" }).click();
        await untilBadge(card, "Connected");
        const { calendar_id } = await scene.integrationOf(resident);
        assert.notEqual(calendar_id, resident.calendar_id);
        await scene.untilTitles(calendar_id ?? "", ["Audit!", "Report!", "Water sample!"]);
      });
    },
  },
  {
    name: "or another one is chosen instead",
    async run(scene) {
      const name = `Instead, ${scene.provider.name}`;
      const instead = addCalendar(scene, { account: ADA, name, color: "#665511" });
      await withoutCalendar(scene, "another-instead", async ({ page, card }) => {
        await card.getByRole("button", { name: "Choose another calendar" }).click();
        const dialog = page.getByRole("dialog", { name: "Choose a calendar" });
        await dialog.getByRole("radio", { name }).check();
        await dialog.getByRole("button", { name: "Use this calendar" }).click();
        await untilBadge(card, "Connected");
        await scene.untilTitles(instead, ["Audit!", "Report!", "Water sample!"]);
        const toast = toastOf(page, `Your deadlines move to “${name}”.`);
        await toast.waitFor();
        assert.equal(await toast.getByRole("button", { name: "Undo" }).count(), 0, "there is no way back");
      });
    },
  },
];

async function openPicker(page: Page, card: Locator): Promise<Locator> {
  await card.getByRole("button", { name: "Change calendar" }).click();
  const dialog = page.getByRole("dialog", { name: "Choose a calendar" });
  await dialog.waitFor();
  return dialog;
}

/** Somebody has deleted the calendar, and a deadline has changed since. */
async function withoutCalendar(
  scene: LivingScene,
  name: string,
  test: (
    look: {
      readonly page: Page;
      readonly card: Locator;
      readonly resident: Awaited<ReturnType<LivingScene["resident"]>>;
    },
  ) => Promise<void>,
): Promise<void> {
  const resident = await scene.resident(TITLES, { access: "existing" });
  await scene.look(name, resident, async ({ page, card }) => {
    scene.provider.user.deleteCalendar(ADA, resident.calendar_id);
    await scene.sql`update public.obligations set title = title || '!' where user_id = ${resident.id}`;
    await resident.api.untilStatus(({ status }) => status === "paused");
    await card.getByRole("button", { name: "Sync now" }).click();
    await untilBadge(card, "Calendar missing");
    await until(async () => await card.getByRole("button", { name: "Sync now" }).count() === 0);
    await test({ page, card, resident });
  });
}
