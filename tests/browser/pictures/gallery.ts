import type { Page } from "playwright-core";
import { ROOT } from "../../../local/paths.ts";
import { until } from "../../support/calendar-api.ts";
import type { TestBrowser, Viewer, Visit } from "../support/browser.ts";
import type { Clip } from "./film.ts";
import { openWebpEncoder, type WebpEncoder } from "./webp-encoder.ts";

/** Where the pictures of README and docs are. */
export const PICTURES = `${ROOT}/docs/images`;
/** Of a picture that stands still, and of one that moves. */
export const STILL_MAX_BYTES = 120_000;
export const MOVING_MAX_BYTES = 1_000_000;

/** Takes pictures for README and docs, each in light and in dark. */
export interface Gallery {
  /**
   * Looks at something twice, in light and in dark.
   *
   * @param take returns the pictures by name, without `.webp`
   */
  take(name: string, viewer: Viewer, take: (look: PictureLook) => Promise<void>): Promise<void>;
}

/** A browser in which pictures are taken. */
export interface PictureLook extends Visit {
  readonly encoder: WebpEncoder;
  /** Keeps a part of the page. */
  still(name: string, clip: Clip): Promise<void>;
  /** Keeps a file that is made already. */
  keep(name: string, file: Uint8Array): Promise<void>;
}

/** What has not moved for so long stays. */
const STILL_MS = 1_000;
const SCHEMES = [["light", ""], ["dark", "-dark"]] as const;

/** @param browser that is open */
export function openGallery(browser: TestBrowser): Gallery {
  return {
    async take(name, viewer, take) {
      for (const [color_scheme, ending] of SCHEMES) {
        await browser.visit(`picture-${name}${ending}`, { ...viewer, color_scheme }, async (visit) => {
          // A busy machine's database may let a call wait too long; the page asks again, and pictures wait for what it shows then.
          visit.allow(/status of 50\d/);
          const encoder = await openWebpEncoder(await visit.newTab());
          await visit.page.bringToFront();
          const keep = async (picture: string, file: Uint8Array) => {
            await Deno.writeFile(`${PICTURES}/${picture}${ending}.webp`, file);
            console.log(`${picture}${ending}.webp: ${Math.round(file.length / 1000)} kB`);
          };
          await take({
            ...visit,
            encoder,
            keep,
            async still(picture, clip) {
              const png = await visit.page.screenshot({ clip, fullPage: true, animations: "disabled" });
              await keep(picture, await encoder.still(png, STILL_MAX_BYTES));
            },
          });
        });
      }
    },
  };
}

/**
 * Around elements, from the first's beginning to the last's end, once nothing moves them any more.
 *
 * @param margin in CSS pixels
 */
export async function clipAround(page: Page, selector: string, margin: number): Promise<Clip> {
  await page.waitForLoadState("networkidle");
  return await until(async () => {
    const clip = await boxAround(page, selector, margin);
    await page.evaluate(`new Promise((resolve) => setTimeout(resolve, ${STILL_MS}))`);
    const later = await boxAround(page, selector, margin);
    return JSON.stringify(clip) === JSON.stringify(later) && clip;
  });
}

async function boxAround(page: Page, selector: string, margin: number): Promise<Clip> {
  const boxes = await Promise.all((await page.locator(selector).all()).map((one) => one.boundingBox()));
  const found = boxes.filter((box) => box !== null);
  const scrolled = Number(await page.evaluate("scrollY"));
  const [x, y] = [Math.min(...found.map((box) => box.x)), Math.min(...found.map((box) => box.y))];
  const right = Math.max(...found.map((box) => box.x + box.width));
  const bottom = Math.max(...found.map((box) => box.y + box.height));
  return {
    x: Math.max(0, x - margin),
    y: Math.max(0, y + scrolled - margin),
    width: right - x + 2 * margin,
    height: bottom - y + 2 * margin,
  };
}
