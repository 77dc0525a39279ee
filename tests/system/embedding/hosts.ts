// Host applications, used in a browser. HOSTS names the folder in which they are installed, and the one of Next.js is built: its
// rewrite leads to PROJECT_PORT.
import assert from "node:assert/strict";
import { freePort } from "../../../local/free-port.ts";
import { openBrowser } from "../../browser/support/browser.ts";
import { answerConsent } from "../../browser/support/consent.ts";
import { PATIENCE_MS } from "../../support/calendar-api.ts";
import { checkOwnPath } from "../../support/own-path.ts";
import { relayTo } from "../../support/relay.ts";
import { openScene } from "../../support/scene.ts";
import { ADA } from "../../support/subjects/subject.ts";

const FOLDER = Deno.env.get("HOSTS");
if (FOLDER === undefined) throw new Error("HOSTS has to name the folder of the built hosts.");
const PROJECT_PORT = Number(Deno.env.get("PROJECT_PORT"));

/** What runs in a host's folder, by its name. Vite writes the address of the project into what it builds. */
const HOSTS = {
  vite: {
    build: ["node_modules/vite/bin/vite.js", "build", "--logLevel=error"],
    serve: ["node_modules/vite/bin/vite.js", "preview", "--host=127.0.0.1", "--strictPort"],
  },
  next: {
    build: null,
    serve: ["node_modules/next/dist/bin/next", "start", "--hostname=127.0.0.1"],
  },
} as const;

Deno.test(
  { name: "the packed component in a host", sanitizeOps: false, sanitizeResources: false },
  async (t) => {
    const hosts = Object.entries(HOSTS).map(([name, { build, serve }]) => {
      const port = freePort();
      return { name, build, serve, port, url: `http://127.0.0.1:${port}/` };
    });
    const requests: Request[] = [];
    const scene = await openScene(
      "google",
      { CALENDAR_REDIRECT_URLS: hosts.map(({ url }) => url).join() },
      { record: (request) => void requests.push(request) },
    );
    const browser = await openBrowser();
    try {
      const { apiUrl, publishableKey } = scene.stack;
      const env = {
        SUPABASE_URL: apiUrl,
        SUPABASE_PUBLISHABLE_KEY: publishableKey,
        VITE_SUPABASE_URL: apiUrl,
        VITE_SUPABASE_PUBLISHABLE_KEY: publishableKey,
      };
      for (const { name, build, serve, port, url } of hosts) {
        const cwd = `${FOLDER}/${name}`;
        if (build !== null) assert.ok((await node(build, cwd, env).status).success, `${name} does not build`);
        await using _server = await served([...serve, `--port=${port}`], cwd, env, url);

        await t.step(
          `${name}: sign in, connect, and be back in the host with a connected calendar`,
          async () => {
            const user = await scene.newUser();
            await browser.visit(`host-${name}`, {}, async ({ page }) => {
              await page.goto(url);
              await page.getByText("Sign in to see and connect your calendars.").waitFor();
              await page.getByLabel("Email").fill(user.email);
              await page.getByLabel("Password").fill(user.password);
              await page.getByRole("button", { name: "Sign in", exact: true }).click();
              await page.getByRole("button", { name: "Connect Google Calendar" }).click();
              await answerConsent(page, { account: ADA });
              await page.getByText(`Google Calendar is connected as ${ADA}`).first().waitFor();
              assert.equal(page.url(), url);
              await page.getByRole("article", { name: ADA }).waitFor();
            });
          },
        );

        if (name === "next") {
          await t.step("next: the Calendar API at its own path", async (t) => {
            const listener = Deno.listen({ hostname: "127.0.0.1", port: PROJECT_PORT });
            using _project = relayTo(Number(new URL(apiUrl).port), listener);
            const own = url.replace(/\/$/, "");
            await checkOwnPath(t, scene, { url: own, redirect_to: url, keeps_cookies: false, requests });
          });
        }
      }
    } finally {
      await browser.close();
      await scene.close();
    }
  },
);

function node(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Deno.ChildProcess {
  return new Deno.Command("node", { args: [...args], cwd, env, stdout: "null", stderr: "inherit" }).spawn();
}

/** Starts a host's server, and waits until it answers. */
async function served(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
  url: string,
): Promise<AsyncDisposable> {
  const server = node(args, cwd, env);
  const until_ms = performance.now() + PATIENCE_MS;
  while (!await fetch(url).then((answer) => answer.body?.cancel().then(() => true), () => false)) {
    if (performance.now() > until_ms) throw new Error(`Nothing answers at ${url}.`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    async [Symbol.asyncDispose]() {
      server.kill("SIGTERM");
      await server.status;
    },
  };
}
