import assert from "node:assert/strict";
import type { BrowserContext } from "playwright-core";
import { accessibilityViolations } from "./support/axe.ts";
import { openBrowser } from "./support/browser.ts";
import { artefactPath } from "./support/artefacts.ts";
import { calendarCalls, layoutShift, scriptsOf } from "./support/measure.ts";

const sanitizers = { sanitizeOps: false, sanitizeResources: false };

Deno.test(
  { name: "what the browser tests rest on notices what it is there for", ...sanitizers },
  async (t) => {
    const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, answer);
    const url = `http://127.0.0.1:${server.addr.port}`;
    const browser = await openBrowser();
    try {
      for (
        const [what, event, script] of [
          ["an error in the console", "console", `console.error("oh")`],
          ["an uncaught error", "weberror", `setTimeout(() => { throw new Error("oh") })`],
          ["an unhandled rejection", "weberror", `Promise.reject(new Error("oh"))`],
          ["an answer that is an error", "console", `fetch("/missing")`],
          ["a request without an answer", "requestfailed", `fetch("http://127.0.0.1:1/").catch(() => {})`],
        ] as const
      ) {
        await t.step(`${what} fails a test that does not expect it`, async () => {
          const name = `support-${what}`;
          const happens = browser.visit(name, {}, async ({ page, context }) => {
            await page.goto(url);
            const told = EVENTS[event](context);
            await page.evaluate(`void (() => { ${script} })()`);
            await told;
          });
          await assert.rejects(happens, /something went wrong in the page/);
          // A trace costs more than all the rest: it is made where somebody asks for it.
          const paths = [artefactPath(`failed-${name}-0`, "png"), artefactPath(`failed-${name}`, "zip")]
            .slice(0, Deno.env.has("BROWSER_TRACE") ? 2 : 1);
          for (const path of paths) {
            assert.ok((await Deno.stat(path)).size > 0, path);
            await Deno.remove(path);
          }
        });
      }

      await t.step(
        "and does not fail one that does",
        () =>
          browser.visit("allowed", {}, async ({ page, allow }) => {
            allow(/status of 404/);
            await page.goto(url);
            await page.evaluate(`fetch("/missing").then(() => {})`);
          }),
      );

      await t.step(
        "axe finds a picture without words, under a strict policy",
        () =>
          browser.visit("axe", {}, async ({ page }) => {
            await page.goto(url);
            const [violation = ""] = await accessibilityViolations(page);
            assert.match(violation, /^image-alt \(critical\): .*\n {2}img/);
          }),
      );

      await t.step("a jump of the layout is measured", () =>
        browser.visit("jump", {}, async ({ page }) => {
          await page.goto(url);
          assert.equal(await layoutShift(page), 0);
          await page.evaluate(
            `new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => {
          document.querySelector("h1").style.marginTop = "300px";
          requestAnimationFrame(() => requestAnimationFrame(resolve));
        })))`,
          );
          assert.ok(await layoutShift(page) > 0.01);
        }));

      await t.step(
        "calls and scripts are counted",
        () =>
          browser.visit("calls", {}, async ({ page, context, newTab }) => {
            const [calls, all_calls, scripts] = [
              calendarCalls(page),
              calendarCalls(context),
              scriptsOf(page),
            ];
            await page.goto(url);
            await page.evaluate(`fetch("/functions/v1/calendar/status?a=b").then(() => {})`);
            await page.evaluate(`fetch("/functions/v1/calendar-sync", { method: "POST" }).then(() => {})`);
            const second = await newTab();
            await second.goto(url);
            await second.evaluate(`fetch("/functions/v1/calendar", { method: "DELETE" }).then(() => {})`);
            assert.deepEqual(calls.made, ["GET /status"]);
            assert.deepEqual([all_calls.count(), all_calls.count("DELETE ")], [2, 1]);
            assert.equal(await scripts.total(), SCRIPT.length);
          }),
      );
    } finally {
      await browser.close();
      await server.shutdown();
    }
  },
);

const EVENTS = {
  console: (context: BrowserContext) => context.waitForEvent("console"),
  weberror: (context: BrowserContext) => context.waitForEvent("weberror"),
  requestfailed: (context: BrowserContext) => context.waitForEvent("requestfailed"),
};

const SCRIPT = `document.title = "loaded";`;

function answer(request: Request): Response {
  const { pathname } = new URL(request.url);
  if (pathname === "/missing") return new Response("no", { status: 404 });
  if (pathname === "/favicon.ico") return new Response(null, { status: 204 });
  if (pathname === "/own.js") {
    return new Response(SCRIPT, { headers: { "content-type": "text/javascript" } });
  }
  return new Response(
    `<!doctype html><html lang="en"><title>Page</title><main><h1>Page</h1><img src="/own.png"></main><script src="/own.js"></script>`,
    {
      headers: {
        "content-type": "text/html",
        "content-security-policy": "default-src 'self' 'unsafe-inline'; script-src 'self'; connect-src *",
      },
    },
  );
}
