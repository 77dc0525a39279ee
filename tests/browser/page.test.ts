import assert from "node:assert/strict";
import { z } from "zod";
import { assertAccessible } from "./support/axe.ts";
import { openBrowser } from "./support/browser.ts";
import { layoutShift } from "./support/measure.ts";
import { screenshot } from "./support/screenshot.ts";
import { openSettingsScene } from "./support/settings-scene.ts";

const Config = z.strictObject({
  supabaseUrl: z.string(),
  publishableKey: z.string(),
  demoUsers: z.array(z.strictObject({ email: z.string(), password: z.string() })),
});

Deno.test(
  { name: "the Settings page opens", sanitizeOps: false, sanitizeResources: false },
  async (t) => {
    const scene = await openSettingsScene();
    const browser = await openBrowser();
    const { stack, settingsUrl } = scene;
    try {
      for (const width of [320, 1280]) {
        for (const color_scheme of ["light", "dark"] as const) {
          const name = `signed-out-${width}-${color_scheme}`;
          await t.step(
            `${width} pixels wide, ${color_scheme}: complete, accessible, without a jump`,
            () =>
              browser.visit(name, { width, color_scheme }, async ({ page }) => {
                await page.goto(settingsUrl);
                await page.getByRole("heading", { level: 1 }).waitFor();
                await assertAccessible(page, name);
                assert.equal(await layoutShift(page), 0);
                assert.equal(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true);
                await screenshot(page, name);
              }),
          );
        }
      }

      await t.step(
        "it is told which project it belongs to, and the demo users",
        () =>
          browser.visit("config", {}, async ({ page }) => {
            await page.goto(settingsUrl);
            const config = Config.parse(
              JSON.parse(await page.locator("#settings-config").textContent() ?? ""),
            );
            assert.deepEqual(config, {
              supabaseUrl: stack.apiUrl,
              publishableKey: stack.publishableKey,
              demoUsers: stack.users.map(({ email, password }) => ({ email, password })),
            });
          }),
      );

      await t.step(
        "its policy lets no script run but its own",
        () =>
          browser.visit("policy", {}, async ({ page, allow }) => {
            allow(/Content Security Policy/);
            await page.goto(settingsUrl);
            await page.evaluate(`{
            const script = document.createElement("script");
            script.textContent = "window.injected = true";
            document.body.append(script);
          }`);
            assert.equal(await page.evaluate("window.injected"), undefined);
          }),
      );

      await t.step(
        "from an address that is not allowed it says so, and not that its reader is offline",
        () =>
          browser.visit("foreign-origin", {}, async ({ page, allow }) => {
            allow(/CORS|ERR_FAILED/);
            await using server = Deno.serve(
              { hostname: "127.0.0.1", port: 0, onListen: () => {} },
              (request) => withoutHeaders(request.url.replace(new URL(request.url).origin, stack.apiUrl)),
            );
            const elsewhere = `http://127.0.0.1:${server.addr.port}`;
            const user = await scene.newUser();
            await page.goto(`${elsewhere}/settings`);
            await page.getByLabel("Email", { exact: true }).fill(user.email);
            await page.getByLabel("Password", { exact: true }).fill(user.password);
            await page.getByRole("button", { name: "Sign in", exact: true }).click();
            await page.getByText("This page's address is not allowed here").first()
              .waitFor();
            assert.equal(await page.getByText("offline").count(), 0);
          }),
      );

      await t.step(
        "the gateway's root and another name of this machine lead to it",
        () =>
          browser.visit("root", {}, async ({ page }) => {
            await page.goto(stack.apiUrl);
            assert.equal(page.url(), settingsUrl);
            await page.goto(`${settingsUrl.replace("127.0.0.1", "localhost")}?calendar_error=access_denied`);
            assert.equal(new URL(page.url()).origin, stack.apiUrl);
          }),
      );
    } finally {
      await browser.close();
      await scene.close();
    }
  },
);

/** Served from another origin, the page may connect to whatever it likes. */
async function withoutHeaders(url: string): Promise<Response> {
  const answer = await fetch(url);
  return new Response(answer.body, {
    headers: { "content-type": answer.headers.get("content-type") ?? "text/plain" },
  });
}
