import type { Locator, Page } from "playwright-core";
import { z } from "zod";
import { type AnimatedFrame, animatedWebp } from "./animated-webp.ts";
import type { WebpEncoder } from "./webp-encoder.ts";

/** A part of a page, in CSS pixels. */
export interface Clip {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A moving picture of what somebody does on a page, with a pointer. */
export interface Film {
  /** Moves the pointer to the middle of an element. */
  pointAt(element: Locator): Promise<void>;
  /** The same, and clicks there. */
  click(element: Locator): Promise<void>;
  /** Types into what has the focus. */
  type(text: string): Promise<void>;
  /** Shows for so long what there is to see. */
  rest(duration_ms: number): Promise<void>;
  /** Shows what happens, as long as it takes in truth, until it is so. */
  watch(isSo: () => Promise<boolean>): Promise<void>;
  /** The whole as WebP. */
  file(): Uint8Array;
}

const STEPS = 9;
const STEP_MS = 45;
const LETTERS_A_FRAME = 2;
const TYPING_MS = 110;
const CLICK_MS = 160;

/**
 * Begins a film.
 *
 * @param clip what of the page is seen
 * @param encoder that has not seen a frame
 */
export async function beginFilm(page: Page, clip: Clip, encoder: WebpEncoder): Promise<Film> {
  const frames: AnimatedFrame[] = [];
  let size = { width: 0, height: 0 };
  let pointer = { x: clip.x + clip.width * 0.6, y: clip.y + clip.height * 0.55 };
  await page.evaluate(POINTER);

  const shoot = async (duration_ms: number) => {
    const change = await encoder.change(await page.screenshot({ clip }));
    const last = frames.at(-1);
    if (change !== null) {
      if (last === undefined) size = change;
      frames.push({ ...change, duration_ms });
    } else if (last !== undefined) {
      frames[frames.length - 1] = { ...last, duration_ms: last.duration_ms + duration_ms };
    }
  };
  const put = async ({ x, y }: { readonly x: number; readonly y: number }) => {
    pointer = { x, y };
    await page.mouse.move(x, y);
    await page.evaluate(`document.getElementById("film-pointer").style.translate = "${x}px ${y}px"`);
  };
  const pointAt = async (element: Locator) => {
    const box = z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() }).parse(
      await element.boundingBox(),
    );
    const from = pointer;
    const to = { x: box.x + Math.min(box.width / 2, 90), y: box.y + box.height / 2 };
    for (let step = 1; step <= STEPS; step++) {
      const way = eased(step / STEPS);
      await put({ x: from.x + (to.x - from.x) * way, y: from.y + (to.y - from.y) * way });
      await shoot(STEP_MS);
    }
  };
  await put(pointer);
  return {
    pointAt,
    async click(element) {
      await pointAt(element);
      await page.mouse.down();
      await shoot(CLICK_MS);
      await page.mouse.up();
    },
    async type(text) {
      for (let at = 0; at < text.length; at += LETTERS_A_FRAME) {
        await page.keyboard.type(text.slice(at, at + LETTERS_A_FRAME));
        await shoot(TYPING_MS);
      }
    },
    rest: shoot,
    async watch(isSo) {
      for (let is_so = false; !is_so;) {
        const began_at = performance.now();
        is_so = await isSo();
        await shoot(0);
        const last = frames.at(-1);
        const took_ms = Math.round(performance.now() - began_at);
        if (last) frames[frames.length - 1] = { ...last, duration_ms: last.duration_ms + took_ms };
      }
    },
    file: () => animatedWebp(size.width, size.height, frames),
  };
}

/** Slow at both ends. */
function eased(way: number): number {
  return way * way * (3 - 2 * way);
}

/** Lies over everything and takes no click. */
const POINTER = `{
  const pointer = document.createElement("div");
  pointer.id = "film-pointer";
  pointer.innerHTML = '<svg width="24" height="24" viewBox="0 0 24 24"><path d="M4 2v17l4.5-4 2.8 6.5 3-1.3-2.8-6.4H18z" fill="#111" stroke="#fff" stroke-width="1.5"/></svg>';
  Object.assign(pointer.style, { position: "fixed", left: "-4px", top: "-2px", zIndex: "2147483647", pointerEvents: "none", lineHeight: "0" });
  document.body.append(pointer);
}`;
