import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { startGoogleEmulator } from "../../local/providers/google/server.ts";
import { GRACE } from "../support/subjects/subject.ts";
import { assertAccessible } from "./support/axe.ts";
import { openBrowser } from "./support/browser.ts";
import { screenshot } from "./support/screenshot.ts";

const TODAY = "2027-03-10T12:00:00Z";
const OBLIGATION_ID = "11111111-2222-4333-8444-555555555555";
const day = (number: number) => `2027-03-${number}`;
/** As a British reader writes it. */
const words = (number: number) => new RegExp(`${number} Mar 2027`);

Deno.test({
  name: "a person changes events on an emulator's page",
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const google = await startGoogleEmulator({ client: { id: "client", secret: "secret", redirect_uris: [] } });
  const calendar = google.state.accounts.get(GRACE)?.calendars.get(GRACE);
  assert.ok(calendar);
  const at = (number: number, clock: string) => ({
    dateTime: `${day(number)}T${clock}:00Z`,
    timeZone: "UTC",
  });
  const reset = () => {
    calendar.events.clear();
    const now = new Date().toISOString();
    const known = { status: "confirmed", etag: "", created: now, updated: now, sequence: 0 };
    google.state.storeEvent(calendar, {
      ...known,
      id: "report",
      summary: "Energy report",
      start: { date: day(12) },
      end: { date: day(13) },
      description: "Annual declaration.\nhttps://app.example/obligations/7",
      reminders: { useDefault: false, overrides: [{ method: "popup", minutes: 900 }] },
      source: { title: "EcoComply", url: "https://app.example/obligations/7" },
      extendedProperties: { private: { obligation_id: OBLIGATION_ID } },
    });
    google.state.storeEvent(calendar, {
      ...known,
      id: "permit",
      summary: "Permit",
      start: at(14, "09:00"),
      end: at(14, "09:30"),
    });
  };
  const eventOf = (id: string) => {
    const event = calendar.events.get(id);
    assert.ok(event);
    return event;
  };
  const browser = await openBrowser();
  const visit = (name: string, test: (page: Page) => Promise<void>, viewer = {}) =>
    t.step(name, () =>
      browser.visit(name, viewer, async ({ page }) => {
        reset();
        await page.clock.setFixedTime(TODAY);
        await page.goto(google.url);
        await page.getByLabel("Account").selectOption(GRACE);
        await page.locator("#grid button.event").first().waitFor();
        await test(page);
      }));
  const said = (page: Page, text: string | RegExp) =>
    page.getByRole("status").filter({ hasText: text }).waitFor();
  try {
    await visit("dragging an event to another day moves it there, at the same time", async (page) => {
      const before = eventOf("permit").etag;
      await page.locator("#grid").getByRole("button", { name: "09:00 Permit" })
        .dragTo(page.locator(`td[data-day="${day(20)}"]`));
      await said(page, /Permit is now on .*20 Mar 2027 at 09:00\./);
      assert.deepEqual(eventOf("permit").start, { dateTime: `${day(20)}T09:00:00+00:00`, timeZone: "UTC" });
      assert.notEqual(eventOf("permit").etag, before);
      await page.locator(`td[data-day="${day(20)}"]`).getByRole("button", { name: "Permit" }).waitFor();
    });

    await visit("with the keyboard alone, an event is moved, renamed and given a time", async (page) => {
      await page.locator("#agenda").getByRole("button", { name: "Energy report" }).focus();
      await page.keyboard.press("Enter");
      await page.getByLabel("Title").fill("Energy audit");
      await page.getByLabel("Day", { exact: true }).fill(day(18));
      await page.getByLabel(/^Time/).fill("15:30");
      await page.keyboard.press("Enter");
      await said(page, /Energy audit is now on .*18 Mar 2027 at 15:30\./);
      const { summary, start } = eventOf("report");
      assert.equal(summary, "Energy audit");
      assert.match(start.dateTime ?? "", new RegExp(`^${day(18)}T15:30:00`));
      await page.locator("#agenda").getByRole("button", { name: "15:30 Energy audit" }).and(
        page.locator("button", { hasText: words(18) }),
      ).waitFor();
      assert.match(await page.evaluate("document.activeElement.textContent") + "", /Energy audit/);
    });

    await visit("an opened event shows what the provider keeps of it", async (page) => {
      await page.locator("#agenda").getByRole("button", { name: "Energy report" }).click();
      const dialog = page.getByRole("dialog", { name: "Energy report" });
      const rows = await dialog.locator("dt, dd").allInnerTexts();
      assert.deepEqual(rows.filter((_, index) => index % 2 === 0), [
        "When",
        "Calendar",
        "Reminders",
        "Description",
        "Link",
        "Obligation",
      ]);
      const shown = (name: string) => rows[rows.indexOf(name) + 1] ?? "";
      assert.match(shown("When"), /12 Mar 2027, all day$/);
      assert.equal(shown("Reminders"), "1 day before at 09:00");
      assert.equal(shown("Description"), "Annual declaration.\nhttps://app.example/obligations/7");
      assert.equal(shown("Obligation"), OBLIGATION_ID);
      const link = dialog.getByRole("link", { name: "https://app.example/obligations/7" });
      assert.equal(await link.getAttribute("href"), "https://app.example/obligations/7");
      await page.keyboard.press("Escape");
      await page.locator("#agenda").getByRole("button", { name: "Permit" }).click();
      const permit = page.getByRole("dialog", { name: "Permit" });
      assert.match(await permit.locator("dd").first().innerText(), /14 Mar 2027, 09:00$/);
      await permit.getByText("UTC", { exact: true }).waitFor();
    });

    await visit("the month of the next event is shown, until somebody chooses another", async (page) => {
      const month = page.locator("#month");
      assert.equal(await month.innerText(), "March 2027");
      google.state.storeEvent(calendar, {
        ...eventOf("report"),
        start: { date: "2027-05-03" },
        end: { date: "2027-05-04" },
      });
      google.state.storeEvent(calendar, { ...eventOf("permit"), status: "cancelled" });
      await month.getByText("May 2027").waitFor();
      await page.getByRole("button", { name: "Previous month" }).click();
      await month.getByText("April 2027").waitFor();
      google.state.storeEvent(calendar, { ...eventOf("permit"), status: "confirmed" });
      await page.locator("#agenda").getByRole("button", { name: "Permit" }).waitFor();
      assert.equal(await month.innerText(), "April 2027");
    });

    await visit("each calendar has a colour of its own", async (page) => {
      const own = { ...calendar, id: "own", summary: "EcoComply", primary: false, events: new Map() };
      google.state.accounts.get(GRACE)?.calendars.set(own.id, own);
      google.state.storeEvent(own, { ...eventOf("report"), id: "other", summary: "Other" });
      await page.locator("#agenda").getByRole("button", { name: "Other" }).waitFor();
      const colourOf = (title: string) =>
        page.locator("#grid button.event", { hasText: title }).getAttribute("style");
      const [other, report, permit] = await Promise.all(["Other", "Energy report", "Permit"].map(colourOf));
      google.state.accounts.get(GRACE)?.calendars.delete(own.id);
      assert.notEqual(other, report);
      assert.equal(permit, report);
    });

    await visit("the address says whose calendars are shown", async (page) => {
      await page.goto(`${google.url}/?account=${encodeURIComponent(GRACE)}`);
      await page.locator("#grid button.event").first().waitFor();
      assert.equal(await page.getByLabel("Account").inputValue(), GRACE);
    });

    await visit("a page around it is told what it shows, by obligation", async (page) => {
      // Of this machine, like the demo.
      await page.goto(`${google.url}/emulator/view`);
      const told = await page.evaluate(`new Promise((resolve) => {
        addEventListener("message", ({ data }) => resolve(data), { once: true });
        const frame = document.createElement("iframe");
        frame.src = "${google.url}/?account=${encodeURIComponent(GRACE)}";
        document.body.append(frame);
      })`);
      assert.deepEqual(told, { kind: "calendar", versions: { [OBLIGATION_ID]: eventOf("report").etag } });
    });

    await visit("an event is deleted and put back", async (page) => {
      await page.locator("#agenda").getByRole("button", { name: "Permit" }).click();
      await page.getByRole("button", { name: "Delete" }).click();
      await said(page, "Permit is deleted.");
      assert.equal(eventOf("permit").status, "cancelled");
      await page.getByRole("button", { name: "Put back Permit" }).click();
      await said(page, "Permit is back.");
      assert.equal(eventOf("permit").status, "confirmed");
      await page.locator("#agenda").getByRole("button", { name: "Permit" }).waitFor();
      assert.equal(await page.getByRole("button", { name: /Put back/ }).count(), 0);
    });

    await visit(
      "what is not said is not changed, and a form that is cancelled changes nothing",
      async (page) => {
        const before = eventOf("report");
        await page.locator("#agenda").getByRole("button", { name: "Energy report" }).click();
        await page.getByRole("button", { name: "Save" }).click();
        await page.locator("#agenda").getByRole("button", { name: "Energy report" }).click();
        await page.getByLabel("Title").fill("Something else");
        await page.getByRole("button", { name: "Cancel" }).click();
        await page.locator("#agenda").getByRole("button", { name: "Energy report" }).click();
        assert.equal(await page.getByLabel("Title").inputValue(), "Energy report");
        assert.deepEqual(eventOf("report"), before);
      },
    );

    const looks = [
      ...[320, 1280].flatMap((width) =>
        (["light", "dark"] as const).map((color_scheme) => ({ width, color_scheme }))
      ),
      { width: 560, forced_colors: true },
    ];
    for (const look of looks) {
      const name = `emulator page, ${Object.values(look).join(", ")}`;
      await visit(`${name}: it is accessible and fits`, async (page) => {
        await page.locator("#agenda").getByRole("button", { name: "Permit" }).click();
        await page.getByRole("button", { name: "Delete" }).click();
        await page.getByRole("button", { name: "Put back Permit" }).waitFor();
        await assertAccessible(page, name);
        await screenshot(page, name);
        await page.locator("#agenda").getByRole("button", { name: "Energy report" }).click();
        await assertAccessible(page, `${name}, with its form`);
        assert.equal(await page.evaluate("document.documentElement.scrollWidth"), look.width);
        await screenshot(page, `${name}, with its form`);
      }, look);
    }
  } finally {
    await browser.close();
    await google.close();
  }
});
