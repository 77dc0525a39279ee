import assert from "node:assert/strict";
import { z } from "zod";
import { consent } from "./calendar-api.ts";
import type { Scene } from "./scene.ts";
import { GRACE } from "./subjects/subject.ts";

/** Where docs/deploy/install.md has an application offer the Calendar API. */
const OWN_PATH = "/api/v1/integrations/calendar";

const Address = z.object({ url: z.string() });
const Connected = z.object({ provider: z.string(), status: z.string() });

/** A server in front of the Calendar API, such as an application's own. */
export interface OwnServer {
  /** Without a slash at its end. */
  readonly url: string;
  /** Where the application wants its users back. */
  readonly redirect_to: string;
  /** Whether it keeps the application's cookies to itself. */
  readonly keeps_cookies: boolean;
  /** What has reached the project behind it so far. */
  readonly requests: readonly Request[];
}

/** Uses the Calendar API at the application's own path: all of it is there as it is in the project, and nothing else of the project. */
export async function checkOwnPath(
  t: Deno.TestContext,
  scene: Scene,
  { url, redirect_to, keeps_cookies, requests }: OwnServer,
): Promise<void> {
  const { api } = await scene.newUser();
  const origin = new URL(redirect_to).origin;
  const call = (
    method: string,
    path: string,
    options: { body?: unknown; headers?: Record<string, string> } = {},
  ) =>
    fetch(`${url}${OWN_PATH}${path}`, {
      method,
      headers: { ...api.headers(), "content-type": "application/json", ...options.headers },
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      redirect: "manual",
    });

  await t.step("an account is connected through it", async () => {
    const query = new URLSearchParams({ provider: "google", redirect_to, access: "dedicated" });
    const begun = await call("GET", `/authorize?${query}`);
    assert.equal(begun.status, 200, await begun.clone().text());
    const landed = await consent(Address.parse(await begun.json()).url, GRACE);
    const connection = landed.searchParams.get("calendar_connection");
    assert.ok(connection, landed.href);
    const confirmed = await call("POST", "/confirm", { body: { connection } });
    assert.equal(confirmed.status, 200, await confirmed.clone().text());
    assert.equal(Connected.parse(await confirmed.json()).provider, "google");
  });

  await t.step("it answers as the project does", async () => {
    const [own, direct] = [await call("GET", "/providers"), await api.request("GET", "/providers")];
    assert.deepEqual([own.status, await own.json()], [direct.status, await direct.json()]);
    for (const header of ["content-type", "cache-control", "x-content-type-options"]) {
      assert.equal(own.headers.get(header), direct.headers.get(header), header);
    }
    const refused = await fetch(`${url}${OWN_PATH}/providers`);
    assert.equal(refused.status, 401, await refused.text());
  });

  await t.step("the callback's redirect leads where the Calendar API says", async () => {
    const [path, init] = ["/callback?error=access_denied&state=none", { redirect: "manual" } as const];
    const [own, direct] = [
      await fetch(`${url}${OWN_PATH}${path}`, init),
      await fetch(`${scene.stack.apiUrl}/functions/v1/calendar${path}`, init),
    ];
    assert.equal(own.status, 303, await own.text());
    await direct.body?.cancel();
    assert.equal(own.headers.get("location"), direct.headers.get("location"));
  });

  await t.step("browsers of the application's origin may ask, others may not", async () => {
    const preflight = (from: string) =>
      call("OPTIONS", "/status", { headers: { origin: from, "access-control-request-method": "GET" } });
    const [allowed, other] = [await preflight(origin), await preflight("https://other.example")];
    assert.equal(allowed.headers.get("access-control-allow-origin"), origin);
    assert.equal(other.headers.get("access-control-allow-origin"), null);
    for (const { body } of [allowed, other]) await body?.cancel();
  });

  await t.step(
    keeps_cookies ? "cookies of the application stay with it" : "cookies of the application go with the call",
    async () => {
      const own = crypto.randomUUID();
      const headers = { cookie: "session=of-the-application", "x-client-info": own };
      const answer = await call("GET", "/providers", { headers });
      assert.equal(answer.status, 200, await answer.text());
      const [passed_on] = requests.filter((request) => request.headers.get("x-client-info") === own);
      assert.ok(passed_on);
      const cookie = passed_on.headers.get("cookie");
      assert.equal(cookie, keeps_cookies ? null : "session=of-the-application");
    },
  );

  await t.step("no other function of the project is reached", async () => {
    const own = crypto.randomUUID();
    const paths = [
      `${OWN_PATH}-sync`,
      `${OWN_PATH}-webhook/google`,
      `${OWN_PATH}/../calendar-sync`,
      `${OWN_PATH}/%2e%2e/calendar-sync`,
      `${OWN_PATH}/..%2fcalendar-sync`,
      "/functions/v1/calendar-sync",
      "/elsewhere",
    ];
    const { port, host } = new URL(url);
    for (const path of paths) {
      const status = await rawStatus(Number(port), [
        `POST ${path} HTTP/1.1`,
        ...[`host: ${host}`, `x-client-info: ${own}`, "content-length: 0", "connection: close"],
      ]);
      assert.ok(status >= 300, `${path}: ${status}`);
    }
    const reached = requests.filter(({ headers }) => headers.get("x-client-info") === own)
      .map((request) => new URL(request.url).pathname);
    assert.deepEqual(reached.filter((path) => !path.startsWith("/functions/v1/calendar/")), []);
  });
}

/** Sends a request as it is: `fetch` would resolve its path first. */
async function rawStatus(port: number, head: readonly string[]): Promise<number> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode(`${head.join("\r\n")}\r\n\r\n`));
  let answer = "";
  for await (const chunk of connection.readable.pipeThrough(new TextDecoderStream())) {
    answer += chunk;
    const [, status] = /^HTTP\/1\.[01] (\d{3}) /.exec(answer) ?? [];
    if (status !== undefined) return Number(status);
  }
  throw new Error(`No status: ${answer}`);
}
