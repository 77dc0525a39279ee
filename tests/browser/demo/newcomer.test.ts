import assert from "node:assert/strict";
import { z } from "zod";
import { ROOT } from "../../../local/paths.ts";
import { ADA } from "../../support/subjects/subject.ts";
import { openBrowser } from "../support/browser.ts";
import { answerConsent } from "../support/consent.ts";

/** From the open page to the first event. `npm start` may be waited for by a machine that is busy with other tests. */
const CLICKS_MAX_MS = 30_000;
const Ready = z.object({ demoUrl: z.url(), users: z.array(z.object({ email: z.string() })) });

Deno.test({
  name: "from npm start to the first event in the calendar, by clicks alone",
  sanitizeOps: false,
  sanitizeResources: false,
}, async () => {
  const began_at = performance.now();
  const npm = new Deno.Command("npm", {
    args: ["start", "--silent", "--", "--port", "0", "--json"],
    cwd: ROOT,
    stdout: "piped",
    stderr: "null",
  }).spawn();
  try {
    const ready = Ready.parse(JSON.parse(await firstLine(npm.stdout)));
    const ready_at = performance.now();
    const browser = await openBrowser();
    try {
      await browser.visit("newcomer", { width: 1440 }, async ({ page }) => {
        const opened_at = performance.now();
        await page.goto(ready.demoUrl);
        await page.getByRole("button", { name: `Sign in as ${ready.users[0]?.email}` }).click();
        await page.getByRole("button", { name: "Connect Google Calendar", exact: true }).click();
        await answerConsent(page, { account: ADA });
        const agenda = page.frameLocator("iframe[title='Google Calendar, emulated']").locator("#agenda");
        await agenda.getByRole("button", { name: /Waste register update/ }).waitFor();
        const clicks_ms = performance.now() - opened_at;
        const ready_ms = ready_at - began_at;
        console.log(
          `npm start is ready after ${seconds(ready_ms)}, the first event is seen ${
            seconds(clicks_ms)
          } later: ` +
            `${seconds(ready_ms + clicks_ms)} in all (target 30 s)`,
        );
        assert.ok(clicks_ms < CLICKS_MAX_MS);
      });
    } finally {
      await browser.close();
    }
  } finally {
    npm.kill("SIGTERM");
    await npm.status;
  }
});

async function firstLine(output: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (const part of output.pipeThrough(new TextDecoderStream())) {
    text += part;
    if (text.includes("\n")) return text.slice(0, text.indexOf("\n"));
  }
  throw new Error(`npm start ended and said ${text}`);
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
