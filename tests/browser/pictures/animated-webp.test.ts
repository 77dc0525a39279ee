import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { startGoogleEmulator } from "../../../local/providers/google/server.ts";
import { openBrowser } from "../support/browser.ts";
import { type AnimatedFrame, animatedWebp } from "./animated-webp.ts";
import { openWebpEncoder } from "./webp-encoder.ts";

const SIZE = { width: 80, height: 60 };
const CLIP = { x: 0, y: 0, ...SIZE };

/** What a browser makes of the file: of each frame how long it is shown, and the colour in two places. */
async function decoded(page: Page, file: Uint8Array): Promise<unknown> {
  return await page.evaluate(`(async () => {
    const decoder = new ImageDecoder({ type: "image/webp", data: Uint8Array.fromBase64("${file.toBase64()}") });
    await decoder.tracks.ready;
    const { frameCount, repetitionCount } = decoder.tracks.selectedTrack;
    const frames = [];
    for (let frameIndex = 0; frameIndex < frameCount; frameIndex++) {
      const { image } = await decoder.decode({ frameIndex });
      const context = new OffscreenCanvas(image.displayWidth, image.displayHeight).getContext("2d");
      context.drawImage(image, 0, 0);
      const colourAt = (x, y) => [...context.getImageData(x, y, 1, 1).data].slice(0, 3).join(" ");
      frames.push([image.duration / 1000, colourAt(5, 5), colourAt(60, 40)]);
    }
    return { is_for_ever: repetitionCount === Infinity, frames };
  })()`);
}

Deno.test({
  name: "a moving picture shows each change as long as it should, and keeps what did not change",
  sanitizeOps: false,
  sanitizeResources: false,
}, async () => {
  // A page of this machine: browsers decode for no other without TLS.
  const google = await startGoogleEmulator({ client: { id: "client", secret: "secret", redirect_uris: [] } });
  const browser = await openBrowser();
  try {
    await browser.visit("animated webp", {}, async ({ page, newTab }) => {
      const encoder = await openWebpEncoder(await newTab());
      const shot = async (background: string, left: number) => {
        await page.setContent(
          `<body style="margin:0;background:${background}"><div style="position:absolute;left:${left}px;top:30px;width:21px;height:21px;background:rgb(0,0,255)"></div>`,
        );
        return await encoder.change(await page.screenshot({ clip: CLIP }));
      };
      const frames: AnimatedFrame[] = [];
      const first = await shot("rgb(255,0,0)", 1);
      assert.deepEqual([first?.x, first?.y, first?.width, first?.height], [0, 0, SIZE.width, SIZE.height]);
      assert.ok(first);
      frames.push({ ...first, duration_ms: 100 });
      assert.equal(await shot("rgb(255,0,0)", 1), null, "nothing has changed");
      const second = await shot("rgb(255,0,0)", 51);
      assert.ok(second && second.x === 0 && second.y === 30 && second.width === 72 && second.height === 21);
      frames.push({ ...second, duration_ms: 250 });
      await page.goto(google.url);
      assert.deepEqual(await decoded(page, animatedWebp(SIZE.width, SIZE.height, frames)), {
        is_for_ever: true,
        frames: [[100, "255 0 0", "255 0 0"], [250, "255 0 0", "0 0 255"]],
      });
      assert.throws(
        () => animatedWebp(SIZE.width, SIZE.height, [{ ...second, x: 1, duration_ms: 1 }]),
        /1, 30/,
      );
    });
  } finally {
    await browser.close();
    await google.close();
  }
});
