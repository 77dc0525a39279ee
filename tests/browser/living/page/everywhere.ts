import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import { z } from "zod";
import { assertAccessible } from "../../support/axe.ts";
import { screenshot } from "../../support/screenshot.ts";
import { type Behaviour, type LivingScene, openSettings, type Resident } from "../living-scene.ts";

/** CSS pixels. WCAG 2.2, target size (minimum), and what the makers of phones ask for. */
const TARGET_MIN = { pointer: 24, touch: 44 } as const;

export const EVERYWHERE: readonly Behaviour[] = [
  ...(["ltr", "rtl"] as const).map((dir): Behaviour => ({
    name: `${dir}, 320 pixels wide: no tab is cut off, and arrow keys go the way that the strip runs`,
    async run(scene) {
      const resident = await scene.resident(["Audit"]);
      await scene.browser.visit(`tab-strip-${dir}`, { width: 320 }, async ({ page }) => {
        await page.addInitScript(`new MutationObserver((_, observer) => {
          if (document.documentElement === null) return;
          document.documentElement.dir = "${dir}";
          observer.disconnect();
        }).observe(document, { childList: true });`);
        await scene.signIn(page, resident);
        const tabs = page.getByRole("tab");
        await tabs.nth(4).waitFor();
        const boxes = await Promise.all((await tabs.all()).map((tab) => tab.boundingBox()));
        for (const box of boxes) {
          assert.ok(box && box.x >= 0 && box.x + box.width <= 320, JSON.stringify(box));
        }
        const [first, second] = boxes;
        assert.ok(first && second && (dir === "rtl" ? second.x < first.x : second.x > first.x));
        await tabs.nth(0).focus();
        await page.keyboard.press(dir === "rtl" ? "ArrowLeft" : "ArrowRight", { delay: 100 });
        await page.getByRole("tab", { selected: true, name: /^Calendar/ }).waitFor();
        await screenshot(page, `living-tab-strip-${dir}`);
      });
    },
  })),
  ...(["pointer", "touch"] as const).map((by): Behaviour => ({
    name: `by ${by}, everything can be hit within ${TARGET_MIN[by]} pixels`,
    async run(scene) {
      const resident = await scene.resident(["Audit"]);
      const width = by === "touch" ? 390 : 1280;
      await scene.look(`targets-${by}`, resident, async ({ page, card }) => {
        await openEverything(page, card);
        assert.deepEqual(await smallTargets(page, TARGET_MIN[by]), []);
        await screenshot(page, `living-targets-${by}`);
      }, { width, touch: by === "touch" });
    },
  })),
  {
    name: "with text of twice the size nothing is cut off",
    async run(scene) {
      const resident = await scene.resident(["Audit"]);
      for (const width of [1280, 640]) {
        await scene.look(`large-text-${width}`, resident, async ({ page, card }) => {
          await page.evaluate("document.documentElement.style.fontSize = '200%'");
          await openEverything(page, card);
          assert.equal(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true);
          assert.deepEqual(await clippedTexts(page), []);
          await assertAccessible(page, "large text", { best_practices: true });
          await screenshot(page, `living-large-text-${width}`);
        }, { width });
      }
    },
  },
  {
    name: "in forced colours a state is still told from its opposite",
    async run(scene) {
      const resident = await scene.resident(["Audit"]);
      for (const color_scheme of ["light", "dark"] as const) {
        await scene.look(`forced-${color_scheme}`, resident, async ({ page, card }) => {
          await openSettings(card);
          const style = async (element: Locator, property: string, pseudo: string | null = null) =>
            z.string().parse(
              await element.evaluate(
                // Deno does not know the types of a browser.
                (one, [property, pseudo]) =>
                  Reflect.get(globalThis, "getComputedStyle")(one, pseudo).getPropertyValue(property),
                [property, pseudo] as const,
              ),
            );
          const line = "border-block-end-color";
          assert.notEqual(
            await style(page.getByRole("tab", { name: /^Calendar/ }), line),
            await style(page.getByRole("tab", { name: "General" }), line),
            "the open tab",
          );
          const keep_up = card.getByRole("switch");
          const [track, thumb] = await switchColours(style, keep_up);
          assert.notEqual(track, thumb, "the switch that is on");
          await keep_up.uncheck();
          await card.getByText("Paused", { exact: true }).waitFor();
          const [track_off, thumb_off] = await switchColours(style, keep_up);
          assert.notEqual(track_off, thumb_off, "the switch that is off");
          assert.notEqual(track, track_off, "on and off");
          await keep_up.check();
          await card.getByText("Connected", { exact: true }).waitFor();
          await assertAccessible(page, "forced colours");
          await screenshot(page, `living-forced-colours-${color_scheme}`);
        }, { forced_colors: true, color_scheme });
      }
    },
  },
  {
    name: "whoever asks for more contrast gets at least seven to one",
    run: (scene) => moreContrast(scene),
  },
];

async function moreContrast(scene: LivingScene): Promise<void> {
  const resident: Resident = await scene.resident(["Audit"]);
  for (const color_scheme of ["light", "dark"] as const) {
    await scene.look(`contrast-${color_scheme}`, resident, async ({ page, card }) => {
      await openEverything(page, card);
      await assertAccessible(page, "more contrast", { best_practices: true });
      const found = z.array(z.string()).parse(
        await page.evaluate(
          `axe.run(document, { runOnly: { type: "rule", values: ["color-contrast-enhanced"] } })
          .then(({ violations }) => violations.flatMap(({ nodes }) => nodes.map(({ html }) => html.slice(0, 160))))`,
        ),
      );
      assert.deepEqual(found, []);
      await screenshot(page, `living-contrast-${color_scheme}`);
    }, { contrast: "more", color_scheme });
  }
}

async function switchColours(
  style: (element: Locator, property: string, pseudo?: string | null) => Promise<string>,
  element: Locator,
): Promise<readonly [track: string, thumb: string]> {
  return [await style(element, "background-color"), await style(element, "background-color", "::before")];
}

async function openEverything(page: Page, card: Locator): Promise<void> {
  await openSettings(card);
  await page.getByRole("button", { name: "Use a calendar link" }).click();
  await page.getByRole("button", { name: "Make a calendar link" }).waitFor();
  await page.getByRole("heading", { name: "Why is this not in my calendar?" }).click();
  await page.getByRole("button", { name: /^Audit/ }).waitFor();
  await page.getByRole("heading", { name: "Recent activity" }).click();
  await page.getByText(/^Audit was added/).waitFor();
}

/** What cannot be hit half of `min` above, below, before or after its middle. Links within a sentence are spared. */
async function smallTargets(page: Page, min: number): Promise<readonly string[]> {
  return z.array(z.string()).parse(
    await page.evaluate(`(() => {
      const reach = ${min} / 2 - 1;
      return [...document.querySelectorAll("button, a, input, select, summary")].filter((one) => {
        if (one.closest("p, li") && one.matches("a")) return false;
        if (one.getClientRects().length === 0) return false;
        one.scrollIntoView({ block: "center" });
        // A label is hit for its control.
        const own = [one, ...one.labels ?? []];
        const { left, top, width, height } = one.getBoundingClientRect();
        const [x, y] = [left + width / 2, top + height / 2];
        return [[0, -reach], [0, reach], [-reach, 0], [reach, 0]].some(([dx, dy]) => {
          const hit = document.elementFromPoint(x + dx, y + dy);
          return hit === null || !own.some((each) => each.contains(hit));
        });
      }).map((one) => one.outerHTML.slice(0, 120));
    })()`),
  );
}

/** Texts that do not fit where they are and are not seen whole. */
async function clippedTexts(page: Page): Promise<readonly string[]> {
  return z.array(z.string()).parse(
    await page.evaluate(`[...document.querySelectorAll(".ec-root *")].filter((one) => {
      if (one.closest(".ec-visually-hidden") || one.matches("input, select, option, svg, svg *")) return false;
      if (one.getClientRects().length === 0) return false;
      return getComputedStyle(one).overflowX !== "visible" && one.scrollWidth > one.clientWidth + 1;
    }).map((one) => one.outerHTML.slice(0, 120))`),
  );
}
