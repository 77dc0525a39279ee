import assert from "node:assert/strict";
import type { Locator } from "playwright-core";
import { until } from "../../../support/calendar-api.ts";
import { assertAccessible } from "../../support/axe.ts";
import { screenshot } from "../../support/screenshot.ts";
import { type Behaviour, type LivingScene, openSettings, type Resident, toastOf } from "../living-scene.ts";

/** What goes into an event. */
export const CONTENT: readonly Behaviour[] = [
  {
    name:
      "a title is shown while it is typed, counts with Enter, acts on the events that exist, and can be undone",
    async run(scene) {
      const resident = await scene.resident([]);
      await addTyped(scene, resident, "Q3 return", "VAT");
      await scene.untilTitles(resident.calendar_id, ["Q3 return"]);
      await scene.look("title", resident, async ({ page, card }) => {
        await openSettings(card);
        const preview = previewOf(card);
        await preview.getByText("Q3 return", { exact: true }).waitFor();
        await preview.getByText("✓ Q3 return", { exact: true }).waitFor();
        const title = card.getByRole("textbox", { name: "Title" });
        await title.fill("[{type}] {title}");
        await preview.getByText("[VAT] Q3 return", { exact: true }).waitFor();
        assert.equal(
          (await scene.integrationOf(resident)).settings.title_template,
          "{title}",
          "not saved yet",
        );
        await card.getByRole("button", { name: "Add {status}" }).click();
        await preview.getByText("[VAT] Q3 return Open", { exact: true }).waitFor();
        await preview.getByText("✓ [VAT] Q3 return Completed", { exact: true }).waitFor();
        await scene.untilTitles(resident.calendar_id, ["[VAT] Q3 return Open"]);
        await title.fill("Due: {title}");
        await title.press("Enter");
        await scene.untilTitles(resident.calendar_id, ["Due: Q3 return"]);
        await assertAccessible(page, "what goes into an event", { best_practices: true });
        await screenshot(page, `living-${scene.provider.name}-content`);
        const told = toastOf(page, "Titles are being changed.");
        // The next one is this change's.
        await told.first().waitFor({ state: "detached" });
        await card.getByRole("button", { name: "Use the title alone" }).click();
        await scene.untilTitles(resident.calendar_id, ["Q3 return"]);
        await told.getByRole("button", { name: "Undo" }).click();
        await scene.untilTitles(resident.calendar_id, ["Due: Q3 return"]);
        await until(async () => await title.inputValue() === "Due: {title}");
      });
    },
  },
  {
    name: "a title that could not be made is refused in words, and nothing is changed",
    async run(scene) {
      const resident = await scene.resident(["Audit"]);
      await scene.look("title-refused", resident, async ({ page, card }) => {
        await openSettings(card);
        const title = card.getByRole("textbox", { name: "Title" });
        const refused = [
          ["Deadline", "It must contain {title}."],
          ["{title} {due}", "Use braces only around title, type and status."],
          [`{title} ${"x".repeat(100)}`, "That is too long."],
        ] as const;
        for (const [template, words] of refused) {
          await title.fill(template);
          await card.getByRole("alert").filter({ hasText: words }).waitFor();
          await title.press("Enter");
          assert.equal(await title.getAttribute("aria-invalid"), "true");
        }
        await assertAccessible(page, "a refused title", { best_practices: true });
        await title.blur();
        assert.equal((await scene.integrationOf(resident)).settings.title_template, "{title}");
        await previewOf(card).getByText("Audit", { exact: true }).waitFor();
      });
    },
  },
  {
    name: "deadlines of types that are not chosen leave the calendar, and a list without a type is not sent",
    async run(scene) {
      const resident = await scene.resident([]);
      await addTyped(scene, resident, "Salaries", "Payroll");
      await addTyped(scene, resident, "Q3 return", "VAT");
      await scene.untilTitles(resident.calendar_id, ["Q3 return", "Salaries"]);
      await scene.look("types", resident, async ({ page, card }) => {
        await openSettings(card);
        const types = card.getByRole("group", { name: "Obligations" });
        await types.getByRole("radio", { name: "Of these types:" }).check();
        const payroll = types.getByRole("checkbox", { name: "Payroll" });
        await payroll.uncheck();
        await scene.untilTitles(resident.calendar_id, ["Q3 return"]);
        await previewOf(card).getByText("Q3 return", { exact: true }).waitFor();
        await types.getByRole("checkbox", { name: "VAT" }).uncheck();
        await types.getByRole("alert").waitFor();
        await assertAccessible(page, "no type", { best_practices: true });
        assert.deepEqual((await scene.integrationOf(resident)).settings.obligation_types, ["VAT"]);
        await payroll.check();
        await scene.untilTitles(resident.calendar_id, ["Salaries"]);
        await types.getByRole("radio", { name: "Of every type" }).check();
        await scene.untilTitles(resident.calendar_id, ["Q3 return", "Salaries"]);
      });
    },
  },
  {
    name:
      "the preview says when an event reminds in this calendar, and existing events get these reminders when asked",
    async run(scene) {
      const resident = await scene.resident([]);
      const day = "2031-03-14";
      await scene.sql`
        insert into public.obligations (user_id, title, deadline_date) values (${resident.id}, 'Audit', ${day})`;
      await scene.untilTitles(resident.calendar_id, ["Audit"]);
      const event = () => scene.events(resident.calendar_id)[0];
      await scene.look("reapply", resident, async ({ page, card }) => {
        await openSettings(card);
        const preview = previewOf(card);
        const one = scene.provider.name === "outlook";
        const before = one
          ? "Reminds 13 Mar 2031, 09:00"
          : "Reminds 7 Mar 2031, 09:00 and 13 Mar 2031, 09:00";
        await preview.getByText(before, { exact: true }).waitFor();
        await preview.getByText("14 Mar 2031, all day", { exact: true }).waitFor();
        await card.getByRole("combobox", { name: "Add a reminder" }).selectOption({
          label: "At the deadline",
        });
        // Neither rings once an all-day event has begun.
        const after = one
          ? "Reminds 14 Mar 2031, 00:00"
          : "Reminds 7 Mar 2031, 09:00, 13 Mar 2031, 09:00 and 14 Mar 2031, 00:00";
        await preview.getByText(after, { exact: true }).waitFor();

        const kept = event()?.reminders_minutes;
        const apply = card.getByRole("button", { name: "Apply to existing events…" });
        await apply.click();
        const dialog = page.getByRole("alertdialog");
        await dialog.getByText("Reminders that you set in your calendar yourself are replaced").waitFor();
        await assertAccessible(page, "before reminders are applied", { best_practices: true });
        await dialog.getByRole("button", { name: "Cancel" }).click();
        await dialog.waitFor({ state: "detached" });
        assert.deepEqual(event()?.reminders_minutes, kept);
        await apply.click();
        await dialog.getByRole("button", { name: "Apply", exact: true }).click();
        await toastOf(page, "One event gets these reminders.").waitFor();
        await until(() => Promise.resolve(event()?.reminders_minutes.join() === (one ? "0" : "9540,900,0")));
      });
    },
  },
  {
    name:
      "what becomes of a moved deadline is chosen with its consequence in words; accept is not offered by itself",
    async run(scene) {
      const resident = await scene.resident(["Audit"]);
      await scene.look("edits", resident, async ({ page, card }) => {
        await openSettings(card);
        const edits = card.getByRole("group", { name: "When you move a deadline in this calendar" });
        const restore = edits.getByRole("radio", { name: "Put it back" });
        await restore.waitFor();
        assert.equal(await edits.getByRole("radio").count(), 3);
        assert.ok(await restore.isChecked());
        await edits.getByText("with the legal date in its text").waitFor();
        await edits.getByRole("radio", { name: "Leave it where I put it" }).check();
        const toast = toastOf(page, "Moved deadlines stay where you put them.");
        await toast.waitFor();
        assert.equal((await scene.integrationOf(resident)).settings.calendar_edits, "keep");
        await toast.getByRole("button", { name: "Undo" }).click();
        await until(() => restore.isChecked());
        await until(async () => (await scene.integrationOf(resident)).settings.calendar_edits === "restore");
      });
    },
  },
];

function previewOf(card: Locator): Locator {
  return card.getByRole("group", { name: "Preview" });
}

async function addTyped(scene: LivingScene, resident: Resident, title: string, type: string): Promise<void> {
  await scene.sql`
    insert into public.obligations (user_id, title, obligation_type, deadline_date)
    values (${resident.id}, ${title}, ${type}, current_date + 30)`;
}
