import assert from "node:assert/strict";
import { until } from "../../../support/calendar-api.ts";
import { assertAccessible } from "../../support/axe.ts";
import { screenshot } from "../../support/screenshot.ts";
import {
  type Behaviour,
  isFocused,
  type LivingScene,
  openSettings,
  type Resident,
  switchOf,
  toastOf,
  untilBadge,
} from "../living-scene.ts";

export const SETTINGS: readonly Behaviour[] = [
  {
    name: "reminders come and go, and what was changed can be taken back",
    async run(scene) {
      const resident = await scene.resident(["Old"]);
      const before = await remindersOf(scene, resident);
      const untilReminders = (wanted: readonly number[]) =>
        resident.api.untilStatus(({ settings }) =>
          JSON.stringify([...settings.reminders_minutes].sort((a, b) => a - b)) ===
            JSON.stringify([...wanted].sort((a, b) => a - b))
        );
      await scene.look("reminders", resident, async ({ page, card }) => {
        await openSettings(card);
        const group = card.getByRole("group", { name: "Reminders" });
        const add = group.getByRole("combobox", { name: "Add a reminder" });
        const shown = (words: string) => group.getByRole("listitem").filter({ hasText: words });

        await add.selectOption({ label: "1 hour before" });
        await shown("1 hour before").waitFor();
        await untilReminders([...before, 60]);
        await toastOf(page, "Reminders changed.").getByRole("button", { name: "Undo" }).click();
        await shown("1 hour before").waitFor({ state: "detached" });
        await untilReminders(before);

        await add.selectOption({ label: "Another time…" });
        const amount = group.getByRole("textbox", { name: "How long before" });
        const unit = group.getByRole("combobox", { name: "Unit" });
        for (
          const [refused, of] of [["soon", "days"], ["", "hours"], ["5", "weeks"], ["-1", "days"]] as const
        ) {
          await amount.fill(refused);
          await unit.selectOption(of);
          await group.getByRole("button", { name: "Add", exact: true }).click();
          await group.getByRole("alert").filter({ hasText: "at most 4 weeks" }).waitFor();
        }
        await assertAccessible(page, "a refused reminder", { best_practices: true });
        await screenshot(page, `living-${scene.provider.name}-reminder-refused`);
        await amount.fill("5");
        await unit.selectOption("minutes");
        await amount.press("Enter");
        await shown("5 minutes before").waitFor();
        await untilReminders([...before, 5]);
        assert.equal(await amount.count(), 0);

        await scene.addDeadlines(resident, ["New"]);
        await scene.untilTitles(resident.calendar_id, ["New", "Old"]);
        const reminders = (title: string) =>
          scene.events(resident.calendar_id).find((event) => event.title === title)?.reminders_minutes ?? [];
        // Five minutes before 09:00 of an all-day event: as soon as it begins.
        assert.ok(reminders("New").includes(0), "an event made from now on reminds so");
        assert.ok(!reminders("Old").includes(0), "one that is there keeps its own");

        await group.getByRole("button", { name: "Remove the reminder 5 minutes before" }).click();
        await shown("5 minutes before").waitFor({ state: "detached" });
        await untilReminders(before);
      });
    },
  },
  {
    name:
      "all-day deadlines remind at the time that was chosen, and the page says that none does on the day itself",
    async run(scene) {
      const resident = await scene.resident([]);
      const untilTime = (time: string) =>
        resident.api.untilStatus(({ settings }) => settings.all_day_reminder_time === time);
      await scene.look("all-day-time", resident, async ({ page, card }) => {
        await openSettings(card);
        const group = card.getByRole("group", { name: "Reminders" });
        const time = group.getByLabel("All-day deadlines are due at");
        assert.equal(await time.inputValue(), "09:00");
        await group.getByText("the reminder comes at midnight").waitFor();
        await time.fill("17:30");
        await time.blur();
        await untilTime("17:30");
        await toastOf(page, "Reminders changed.").getByRole("button", { name: "Undo" })
          .click();
        await untilTime("09:00");
        // By Enter as well, and the keyboard stays where it is.
        await time.fill("08:15");
        await time.press("Enter");
        await untilTime("08:15");
        assert.ok(await isFocused(time));
        await time.fill("");
        await time.blur();
        assert.equal(await time.inputValue(), "08:15", "no time is no change");
        await assertAccessible(page, "a time of all-day deadlines", { best_practices: true });
      });
    },
  },
  {
    name: "undoing one change leaves a later one as it is",
    async run(scene) {
      const resident = await scene.resident([]);
      const before = await remindersOf(scene, resident);
      await scene.look("undo-one", resident, async ({ page, card }) => {
        await openSettings(card);
        await card.getByRole("combobox", { name: "Add a reminder" }).selectOption({ label: "1 hour before" });
        const undo = toastOf(page, "Reminders changed.").getByRole("button", { name: "Undo" });
        await undo.waitFor();
        await card.getByRole("radio", { name: "Remove its event" }).check();
        await toastOf(page, "Completed deadlines leave your calendar.").waitFor();
        await undo.click();
        await until(async () => (await remindersOf(scene, resident)).length === before.length);
        assert.equal((await scene.integrationOf(resident)).settings.completed_events, "remove");
      });
    },
  },
  {
    name: "the events of completed obligations go, and come back when that is undone",
    async run(scene) {
      const resident = await scene.resident(["Audit", "Report"]);
      await scene.sql`
        update public.obligations set status = 'completed' where user_id = ${resident.id} and title = 'Audit'`;
      await scene.untilTitles(resident.calendar_id, ["✓ Audit", "Report"]);
      await scene.look("completed", resident, async ({ page, card }) => {
        await openSettings(card);
        const remove = card.getByRole("radio", { name: "Remove its event" });
        const keep = card.getByRole("radio", { name: "Keep its event, with a ✓ before the title" });
        assert.equal(await keep.isChecked(), true);
        await remove.check();
        const toast = toastOf(page, "Completed deadlines leave your calendar.");
        await toast.waitFor();
        await scene.untilTitles(resident.calendar_id, ["Report"]);
        await toast.getByRole("button", { name: "Undo" }).click();
        await until(() => keep.isChecked());
        await scene.untilTitles(resident.calendar_id, ["✓ Audit", "Report"]);
      });
    },
  },
  {
    name: "a calendar whose sync is switched off stays as it is until it is switched on",
    async run(scene) {
      const resident = await scene.resident(["First"]);
      await scene.look("auto-sync", resident, async ({ page, card }) => {
        const keep_up = await switchOf(card);
        await keep_up.uncheck();
        await untilBadge(card, "Paused");
        const told = toastOf(page, "Syncing is off. Your calendar stays as it is.");
        await told.waitFor();
        assert.equal((await scene.integrationOf(resident)).sync_enabled, false);
        assert.equal(await card.getByRole("button", { name: "Sync now" }).count(), 0);
        await assertAccessible(page, "switched off", { best_practices: true });
        await screenshot(page, `living-${scene.provider.name}-switched-off`);

        const writes = scene.writes();
        await scene.addDeadlines(resident, ["Second"]);
        await card.getByRole("button", { name: "Switch on" }).click();
        await until(() => keep_up.isChecked());
        await scene.untilTitles(resident.calendar_id, ["First", "Second"]);
        assert.equal(scene.writes() - writes, 1);
        await untilBadge(card, "Connected");

        // The next one is this change's.
        await told.waitFor({ state: "detached" });
        await keep_up.uncheck();
        await untilBadge(card, "Paused");
        await told.getByRole("button", { name: "Undo" }).click();
        await untilBadge(card, "Connected");
        assert.equal((await scene.integrationOf(resident)).sync_enabled, true);
      });
    },
  },
];

async function remindersOf(scene: LivingScene, resident: Resident): Promise<readonly number[]> {
  return (await scene.integrationOf(resident)).settings.reminders_minutes;
}
