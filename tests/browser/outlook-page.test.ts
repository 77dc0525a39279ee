import assert from "node:assert/strict";
import { newEvent, parseEventBody } from "../../local/providers/outlook/event-body.ts";
import { startOutlookEmulator } from "../../local/providers/outlook/server.ts";
import { GRACE } from "../support/subjects/subject.ts";
import { openBrowser } from "./support/browser.ts";

const TODAY = "2027-03-10T12:00:00Z";

Deno.test({
  name: "on the page of Outlook's emulator a person moves, renames, deletes and puts back an event",
  sanitizeOps: false,
  sanitizeResources: false,
}, async () => {
  const outlook = await startOutlookEmulator({
    client: { id: "client", secret: "secret", redirect_uris: [] },
  });
  const { state } = outlook;
  const calendar = [...state.accounts.get(GRACE)?.calendars.values() ?? []].find(({ isDefault }) =>
    isDefault
  );
  assert.ok(calendar);
  const at = (clock: string) => ({ dateTime: `2027-03-14T${clock}:00`, timeZone: "Romance Standard Time" });
  const body = { subject: "Permit", start: at("09:00"), end: at("09:30") };
  const made = newEvent(parseEventBody(body), state.nextChangeKey());
  const { id } = made;
  calendar.events.set(id, made);
  const event = () => {
    const shown = calendar.events.get(id);
    assert.ok(shown, "the event is not there");
    return shown;
  };
  const browser = await openBrowser();
  try {
    await browser.visit("outlook emulator page", {}, async ({ page }) => {
      const said = (text: string | RegExp) => page.getByRole("status").filter({ hasText: text }).waitFor();
      await page.clock.setFixedTime(TODAY);
      await page.goto(outlook.url);
      await page.getByLabel("Account").selectOption(GRACE);

      const before = event().changeKey;
      await page.locator("#grid").getByRole("button", { name: "09:00 Permit" })
        .dragTo(page.locator('td[data-day="2027-03-20"]'));
      await said(/Permit is now on .*20 Mar 2027 at 09:00\./);
      assert.deepEqual(event().start, {
        dateTime: "2027-03-20T09:00:00",
        timeZone: "Romance Standard Time",
      });
      assert.notEqual(event().changeKey, before);

      await page.locator("#agenda").getByRole("button", { name: /20 Mar 2027, 09:00 Permit/ }).click();
      await page.getByLabel("Title").fill("Licence");
      await page.getByLabel(/^Time/).fill("");
      await page.getByRole("button", { name: "Save" }).click();
      await said(/Licence is now on .*20 Mar 2027\./);
      assert.deepEqual([event().subject, event().isAllDay, event().end.dateTime], [
        "Licence",
        true,
        "2027-03-21T00:00:00",
      ]);

      await page.locator("#agenda").getByRole("button", { name: /20 Mar 2027, Licence/ }).click();
      await page.getByRole("button", { name: "Delete" }).click();
      await said("Licence is deleted.");
      assert.equal(calendar.events.has(id), false);
      await page.getByRole("button", { name: "Put back Licence" }).click();
      await said("Licence is back.");
      assert.equal(event().subject, "Licence");
    });
  } finally {
    await browser.close();
    await outlook.close();
  }
});
