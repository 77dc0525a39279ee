import encode from "@jsquash/webp/encode.js";
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { z } from "zod";
import type { AnimatedFrame } from "./animated-webp.ts";

/** Makes WebP of screenshots. A tab of the browser that took them reads them, libwebp writes. */
export interface WebpEncoder {
  /**
   * A still file: without loss if it fits, else as good as fits.
   *
   * @param png a screenshot
   * @throws AssertionError where no quality fits
   */
  still(png: Uint8Array, max_bytes: number): Promise<Uint8Array>;
  /**
   * What a screenshot changes of the one before, without loss; null: nothing. The first one is whole.
   *
   * @param png as large as the one before
   */
  change(png: Uint8Array): Promise<Omit<AnimatedFrame, "duration_ms"> | null>;
}

const QUALITIES = [95, 90, 85, 80, 70];
/** Here the quality is the effort. */
const WITHOUT_LOSS = { lossless: 1, method: 6, quality: 75 };
const Pixels = z.object({
  x: z.number(),
  y: z.number(),
  width: z.number(),
  height: z.number(),
  rgba: z.string(),
});

/**
 * @param tab where nothing else is shown
 */
export async function openWebpEncoder(tab: Page): Promise<WebpEncoder> {
  await tab.evaluate(SCRIPT);
  return {
    async still(png, max_bytes) {
      const pixels = imageOf(Pixels.parse(await tab.evaluate(`wholeOf("${png.toBase64()}")`)));
      for (
        const options of [
          WITHOUT_LOSS,
          ...QUALITIES.map((quality) => ({ quality, method: 6, use_sharp_yuv: 1 })),
        ]
      ) {
        const image = await encode(pixels, options);
        if (image.byteLength <= max_bytes) return new Uint8Array(image);
      }
      assert.fail(`A picture does not fit into ${max_bytes} bytes.`);
    },
    async change(png) {
      const changed = Pixels.nullable().parse(await tab.evaluate(`changeOf("${png.toBase64()}")`));
      if (changed === null) return null;
      const { x, y, width, height } = changed;
      return { x, y, width, height, image: new Uint8Array(await encode(imageOf(changed), WITHOUT_LOSS)) };
    },
  };
}

function imageOf({ width, height, rgba }: z.infer<typeof Pixels>): ImageData {
  return new ImageData(new Uint8ClampedArray(Uint8Array.fromBase64(rgba)), width, height);
}

const SCRIPT = `
const bytesOf = ({ data }) => new Uint8Array(data.buffer).toBase64();
const pixelsOf = async (png) => {
  const image = await createImageBitmap(await (await fetch("data:image/png;base64," + png)).blob());
  const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
  context.drawImage(image, 0, 0);
  return context.getImageData(0, 0, image.width, image.height);
};
globalThis.wholeOf = async (png) => {
  const pixels = await pixelsOf(png);
  return { x: 0, y: 0, width: pixels.width, height: pixels.height, rgba: bytesOf(pixels) };
};
let before = null;
globalThis.changeOf = async (png) => {
  const shown = before;
  before = await pixelsOf(png);
  if (shown === null) return wholeOf(png);
  const { width, height } = before;
  const [one, other] = [new Uint32Array(before.data.buffer), new Uint32Array(shown.data.buffer)];
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let at = 0; at < one.length; at++) {
    if (one[at] === other[at]) continue;
    const [x, y] = [at % width, Math.floor(at / width)];
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  if (right < 0) return null;
  left -= left % 2;
  top -= top % 2;
  const changed = new ImageData(right - left + 1, bottom - top + 1);
  const pixels = new Uint32Array(changed.data.buffer);
  for (let at = 0; at < pixels.length; at++) {
    const from = (top + Math.floor(at / changed.width)) * width + left + at % changed.width;
    // What is the same stays transparent, which takes hardly a byte.
    if (one[from] !== other[from]) pixels[at] = one[from];
  }
  return { x: left, y: top, width: changed.width, height: changed.height, rgba: bytesOf(changed) };
};
`;
