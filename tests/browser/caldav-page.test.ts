import assert from "node:assert/strict";
import { startCalDavEmulator } from "../../local/providers/caldav/server.ts";
import { newFile } from "../../supabase/functions/_shared/providers/caldav/event-file.ts";
import { eventOf } from "../integration/providers/event.ts";
import { GRACE } from "../support/subjects/subject.ts";
import { openBrowser } from "./support/browser.ts";

/** The page shows the month of today first. */
const TODAY = "2027-03-10T12:00:00Z";
const UID = "permit";

Deno.test({
  name: "on the page of the CalDAV emulator a person moves, renames, deletes and puts back an event",
  sanitizeOps: false,
  sanitizeResources: false,
}, async () => {
  const emulator = await startCalDavEmulator();
  const { state } = emulator;
  const calendar = state.accounts.get(GRACE)?.calendars.get("personal");
  assert.ok(calendar);
  const due = { kind: "instant", at: "2027-03-14T08:00:00Z", time_zone: "Europe/Madrid" } as const;
  const text = newFile(eventOf({ title: "Permit", due }), UID, new Date());
  state.store(calendar, `${UID}.ics`, { uid: UID, text });
  const file = () => calendar.files.get(`${UID}.ics`)?.text ?? "";
  const browser = await openBrowser();
  try {
    await browser.visit("caldav emulator page", {}, async ({ page }) => {
      const said = (words: string | RegExp) => page.getByRole("status").filter({ hasText: words }).waitFor();
      await page.clock.setFixedTime(TODAY);
      await page.goto(emulator.url);
      await page.getByLabel("Account").selectOption(GRACE);

      await page.locator("#grid").getByRole("button", { name: "09:00 Permit" })
        .dragTo(page.locator('td[data-day="2027-03-20"]'));
      await said(/Permit is now on .*20 Mar 2027 at 09:00\./);
      assert.match(file(), /DTSTART;TZID=Europe\/Madrid:20270320T090000/);

      await page.locator("#agenda").getByRole("button", { name: /20 Mar 2027, 09:00 Permit/ }).click();
      await page.getByLabel("Title").fill("Licence");
      await page.getByLabel(/^Time/).fill("");
      await page.getByRole("button", { name: "Save" }).click();
      await said(/Licence is now on .*20 Mar 2027\./);
      assert.match(
        file(),
        /DTSTART;VALUE=DATE:20270320[^]*SUMMARY:Licence|SUMMARY:Licence[^]*DTSTART;VALUE=DATE:20270320/,
      );

      await page.locator("#agenda").getByRole("button", { name: /20 Mar 2027, Licence/ }).click();
      await page.getByRole("button", { name: "Delete" }).click();
      await said("Licence is deleted.");
      assert.equal(file(), "");
      await page.getByRole("button", { name: "Put back Licence" }).click();
      await said("Licence is back.");
      assert.match(file(), /SUMMARY:Licence/);
    });
  } finally {
    await browser.close();
    await emulator.close();
  }
});
