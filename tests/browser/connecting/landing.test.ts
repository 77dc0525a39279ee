import assert from "node:assert/strict";
import { ADA } from "../../support/subjects/subject.ts";
import { assertAccessible } from "../support/axe.ts";
import { openBrowser } from "../support/browser.ts";
import { answerConsent } from "../support/consent.ts";
import { screenshot } from "../support/screenshot.ts";
import { openSettingsScene } from "../support/settings-scene.ts";

Deno.test({
  name: "whoever connects sees the next five deadlines arrive, with ways to the calendar and back",
  // The stack's servers and the browser outlive a step, and end with the scene.
  sanitizeOps: false,
  sanitizeResources: false,
}, async () => {
  const scene = await openSettingsScene();
  const browser = await openBrowser();
  try {
    const user = await scene.newUser();
    await scene.sql`
      insert into public.obligations (user_id, title, deadline_date, url)
      select ${user.id}, 'Permit ' || n, date '2031-03-10' + n, 'https://host.example/obligations/' || n
      from generate_series(1, 7) as n`;
    await scene.sql`
      insert into public.obligations (user_id, title, deadline_date) values (${user.id}, 'Long ago', '2020-01-01')`;
    await browser.visit("landing", {}, async ({ page }) => {
      await scene.signIn(page, user);
      await page.getByRole("button", { name: "Connect Google Calendar" }).click();
      await answerConsent(page, { account: ADA });
      const list = page.getByRole("list", { name: "Your next deadlines, as they arrive" });
      await list.getByRole("listitem").nth(4).waitFor();
      assert.deepEqual(
        (await list.getByRole("listitem").allInnerTexts()).map((text) => /^Permit \d/.exec(text)?.[0]),
        ["Permit 1", "Permit 2", "Permit 3", "Permit 4", "Permit 5"],
      );
      const first = await page.getByText(/^The first arrived \d+(\.\d)? s after you connected\.$/)
        .innerText();
      console.log(first);
      const hrefOf = (name: string) => list.getByRole("link", { name, exact: true }).getAttribute("href");
      assert.equal(await hrefOf("Permit 2"), "https://host.example/obligations/2");
      const [{ calendar_id } = { calendar_id: null }] = await user.api.status();
      const event = scene.events(calendar_id ?? "").find(({ title }) => title === "Permit 2");
      const shown = await fetch(await hrefOf("See it in Google Calendar: Permit 2") ?? "");
      await shown.body?.cancel();
      assert.equal(new URL(shown.url).searchParams.get("event"), event?.id);
      const titles = scene.titles(calendar_id ?? "");
      for (let n = 1; n <= 5; n++) assert.ok(titles.includes(`Permit ${n}`));
      await assertAccessible(page, "deadlines that arrived", { best_practices: true });
      await screenshot(page, "landing");
    });
  } finally {
    await browser.close();
    await scene.close();
  }
});
