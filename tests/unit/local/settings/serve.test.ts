import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import { type DemoConfig, demoRoutes } from "../../../../local/settings/demo.ts";
import { type PageConfig, readPage, settingsRoutes, withConfig } from "../../../../local/settings/serve.ts";

const URL_OF_API = "http://127.0.0.1:54321";
const CONFIG: PageConfig = {
  supabaseUrl: URL_OF_API,
  publishableKey: "sb_publishable_x",
  demoUsers: [{ email: "ada@example.com", password: "secret" }],
};
const HTML =
  `<!doctype html><script type="application/json" id="settings-config">\n null\n</script><div id="root"></div>`;
const SCRIPT = "console.log('a script that is longer than what gzip adds to it');".repeat(20);

async function served() {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/assets`);
    await Deno.writeTextFile(`${folder}/index.html`, HTML);
    await Deno.writeTextFile(`${folder}/secret.txt`, "not to be served");
    await Deno.writeTextFile(`${folder}/assets/index-abc.js`, SCRIPT);
    await Deno.writeTextFile(`${folder}/assets/index-abc.css`, "p{color:red}");
    const app = settingsRoutes(await readPage(folder), CONFIG);
    return (path: string, headers: Record<string, string> = {}, origin = URL_OF_API) =>
      app.request(`${origin}${path}`, { headers });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("nothing in the config ends its element, and everything in it arrives", () => {
  const publishableKey = `</script><script>alert(1)</script><!-- $& $1 \u2028 "'`;
  const html = withConfig(HTML, "settings-config", { ...CONFIG, publishableKey });
  const [, json = ""] = /id="settings-config">([^<]*)<\/script><div id="root">/.exec(html) ?? [];
  assert.deepEqual(JSON.parse(json), { ...CONFIG, publishableKey });
});

Deno.test("a page without a place for the config is refused", () => {
  assert.throws(() => withConfig("<!doctype html>", "settings-config", CONFIG), /no element settings-config/);
});

Deno.test("the page is never kept, its assets for good", async () => {
  const get = await served();
  const page = await get("/settings");
  assert.equal(page.headers.get("content-type"), "text/html; charset=utf-8");
  assert.equal(page.headers.get("cache-control"), "no-store");
  assert.match(await page.text(), /"supabaseUrl":"http:\/\/127.0.0.1:54321"/);
  for (
    const [name, type] of [["index-abc.js", /^text\/javascript/], ["index-abc.css", /^text\/css/]] as const
  ) {
    const asset = await get(`/settings/assets/${name}`);
    assert.equal(asset.status, 200);
    assert.match(asset.headers.get("content-type") ?? "", type);
    assert.match(asset.headers.get("cache-control") ?? "", /immutable/);
  }
});

Deno.test("it is gzipped for those who accept that, and for no others", async () => {
  const get = await served();
  for (const accepted of ["gzip", "br, gzip;q=0.8", "GZIP"]) {
    const response = await get("/settings/assets/index-abc.js", { "accept-encoding": accepted });
    assert.equal(response.headers.get("content-encoding"), "gzip", accepted);
    assert.equal(gunzipSync(await response.bytes()).toString(), SCRIPT);
  }
  for (const accepted of ["", "br", "gzip;q=0", "identity"]) {
    const response = await get("/settings/assets/index-abc.js", { "accept-encoding": accepted });
    assert.equal(response.headers.get("content-encoding"), null, accepted);
    assert.equal(response.headers.get("vary"), "accept-encoding");
    assert.equal(await response.text(), SCRIPT);
  }
});

Deno.test("only what was built is there", async () => {
  const get = await served();
  for (
    const path of [
      "/settings/assets/missing.js",
      "/settings/assets/",
      "/settings/assets/../secret.txt",
      "/settings/assets/..%2fsecret.txt",
      "/settings/assets/..%2f..%2fpackage.json",
      "/settings/assets/%2e%2e%2fsecret.txt",
      "/settings/assets/%00",
      "/settings/secret.txt",
      "/settings/index.html",
    ]
  ) {
    assert.equal((await get(path)).status, 404, path);
  }
});

Deno.test("every answer carries the policy, and the ticket in the address goes nowhere", async () => {
  const get = await served();
  for (const path of ["/settings", "/settings/assets/index-abc.js"]) {
    const { headers } = await get(path);
    const policy = headers.get("content-security-policy") ?? "";
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /script-src 'self'(;|$)/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.equal(headers.get("referrer-policy"), "no-referrer");
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    assert.equal(headers.get("strict-transport-security"), null);
  }
});

Deno.test("it has one address, to which others lead with what they carry", async () => {
  const get = await served();
  for (
    const [origin, path] of [
      ["http://localhost:54321", "/settings?calendar_connection=ticket"],
      [URL_OF_API, "/settings/?calendar_connection=ticket"],
      ["http://localhost:54321", "/settings/?calendar_connection=ticket"],
    ] as const
  ) {
    const { status, headers } = await get(path, {}, origin);
    assert.equal(status, 302);
    assert.equal(headers.get("location"), `${URL_OF_API}/settings?calendar_connection=ticket`);
    assert.deepEqual([headers.get("referrer-policy"), headers.get("cache-control")], [
      "no-referrer",
      "no-store",
    ]);
  }
  assert.equal((await get("/")).headers.get("location"), "/settings");
  const back = await get("/settings?calendar_connection=ticket");
  assert.equal(back.status, 200);
});

Deno.test("the demo is at the root, shows no pages but the emulators', and has no path of its own", async () => {
  const config: DemoConfig = {
    ...CONFIG,
    settingsUrl: `${URL_OF_API}/settings`,
    calendars: [{ provider: "one", name: "One", url: "http://127.0.0.1:4001" }],
  };
  const page = {
    html: HTML.replace("settings-config", "demo-config"),
    assets: new Map([["a.js", {
      type: "text/javascript",
      plain: new Uint8Array(),
      gzipped: new Uint8Array(),
    }]]),
  };
  const app = demoRoutes(page, config);
  const root = await app.request(`${URL_OF_API}/?calendar_connection=ticket`);
  assert.equal(root.status, 200);
  assert.match(await root.text(), /"url":"http:\/\/127.0.0.1:4001"/);
  assert.match(root.headers.get("content-security-policy") ?? "", /frame-src http:\/\/127.0.0.1:4001(;|$)/);
  assert.equal(root.headers.get("referrer-policy"), "no-referrer");
  assert.equal((await app.request(`${URL_OF_API}/demo/assets/a.js`)).status, 200);
  assert.equal((await app.request(`${URL_OF_API}/demo`)).status, 404);
  const elsewhere = await app.request("http://localhost:54321/?calendar_error=access_denied");
  assert.equal(elsewhere.headers.get("location"), `${URL_OF_API}/?calendar_error=access_denied`);
});
