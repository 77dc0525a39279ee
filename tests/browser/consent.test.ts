import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { startGoogleEmulator } from "../../local/providers/google/server.ts";
import { ADA, GRACE } from "../support/subjects/subject.ts";
import { openBrowser } from "./support/browser.ts";
import { answerConsent, type ConsentAnswer } from "./support/consent.ts";

const EVENTS = "https://www.googleapis.com/auth/calendar.events";
const LIST = "https://www.googleapis.com/auth/calendar.calendarlist.readonly";

Deno.test({
  name: "a person answers Google's consent page",
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const host = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    () => new Response("<!doctype html>", { headers: { "content-type": "text/html" } }),
  );
  const redirect_uri = `http://127.0.0.1:${host.addr.port}/callback`;
  const google = await startGoogleEmulator({
    client: { id: "client", secret: "secret", redirect_uris: [redirect_uri] },
  });
  const browser = await openBrowser();
  const answered = async (page: Page, answer: ConsentAnswer) => {
    const query = new URLSearchParams({
      client_id: "client",
      redirect_uri,
      response_type: "code",
      scope: `openid email ${EVENTS} ${LIST}`,
    });
    await page.goto(`${google.url}/o/oauth2/v2/auth?${query}`);
    await answerConsent(page, answer);
    return new URL(page.url()).searchParams;
  };
  try {
    for (
      const [what, answer, scope] of [
        ["allowing everything grants it", { account: GRACE }, `openid email ${EVENTS} ${LIST}`],
        ["a box that is unticked is not granted", { account: ADA, untick: [LIST] }, `openid email ${EVENTS}`],
        [
          "with every box unticked nothing but the sign-in is",
          { account: ADA, untick: [EVENTS, LIST] },
          "openid email",
        ],
      ] as const
    ) {
      await t.step(what, () =>
        browser.visit(what, {}, async ({ page }) => {
          assert.equal((await answered(page, answer)).get("scope"), scope);
        }));
    }

    await t.step("cancelling says so", () =>
      browser.visit("cancel", {}, async ({ page }) => {
        assert.equal(
          (await answered(page, { account: ADA, decision: "Cancel" })).get("error"),
          "access_denied",
        );
      }));
  } finally {
    await browser.close();
    await google.close();
    await host.shutdown();
  }
});
