import assert from "node:assert/strict";
import { join } from "node:path";
import { z } from "zod";
import { ROOT } from "../../../local/paths.ts";
import { openScene } from "../../support/scene.ts";
import { addWebhook, ask } from "../notices/support.ts";

/** In a fortnight, for calls that want the future. */
const SOON = new Date(Date.now() + 14 * 86_400_000).toISOString().slice(0, 19);

const READ = [`${SOON}Z`, `${SOON}.123456789Z`, `${SOON}-00:00`, `${SOON}+15:59`, `${SOON}-15:59`];
/** Most are valid in RFC 3339; none may reach Postgres. */
const REFUSED = [
  "0000-01-01T00:00:00Z",
  "0000-02-29T00:00:00Z",
  `${SOON}+16:00`,
  `${SOON}-23:59`,
  `${SOON}+24:00`,
  `${SOON}.${"1".repeat(400)}Z`,
  "2027-02-30T00:00:00Z",
  "2027-01-01T23:59:60Z",
  "2027-01-01",
  "soon",
];

Deno.test({
  name: "every call that takes an instant reads what the database can keep, and refuses the rest with 400",
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const scene = await openScene("google");
  try {
    const { api } = await scene.newUser();
    const webhook = await addWebhook(api, "https://app.example.com/hook");
    const feed = await ask(api, "POST", "/feeds", { name: "Mine" });
    const feed_id = JSON.parse(JSON.stringify(feed.body)).id;
    const calls: Readonly<Record<string, (at: string) => ReturnType<typeof ask>>> = {
      "GET /activity": (at) => ask(api, "GET", `/activity?until=${encodeURIComponent(at)}`),
      "POST /webhooks/{id}/replay": (at) => ask(api, "POST", `/webhooks/${webhook.id}/replay`, { since: at }),
      "POST /keys": (at) => ask(api, "POST", "/keys", { name: "A", scopes: ["status:read"], expires_at: at }),
      "POST /feeds": (at) => ask(api, "POST", "/feeds", { name: "A", expires_at: at }),
      "PATCH /feeds/{id}": (at) => ask(api, "PATCH", `/feeds/${feed_id}`, { expires_at: at }),
    };
    assert.deepEqual(Object.keys(calls).toSorted(), await callsWithAnInstant());
    for (const [name, call] of Object.entries(calls)) {
      await t.step(name, async () => {
        for (const at of READ) {
          const { status } = await call(at);
          assert.ok(status < 300, `${at}: ${status}`);
        }
        for (const at of REFUSED) {
          const { status, code } = await call(at);
          assert.deepEqual([at, status, code], [at, 400, "invalid_request"]);
        }
      });
    }
  } finally {
    await scene.close();
  }
});

const Part = z.unknown().optional();
const Document = z.object({
  paths: z.record(z.string(), z.record(z.string(), z.object({ parameters: Part, requestBody: Part }))),
  components: z.object({ schemas: z.record(z.string(), z.unknown()) }),
});

/** The calls of the Calendar API that take an instant, as its document says. */
async function callsWithAnInstant(): Promise<string[]> {
  const text = await Deno.readTextFile(join(ROOT, "docs/embed/openapi.json"));
  const { paths, components: { schemas } } = Document.parse(JSON.parse(text));
  const takesInstant = (part: unknown): boolean => {
    const written = JSON.stringify(part) ?? "";
    return written.includes('"format":"date-time"') ||
      [...written.matchAll(/#\/components\/schemas\/(\w+)/g)].some(([, name = ""]) =>
        takesInstant(schemas[name])
      );
  };
  return Object.entries(paths).flatMap(([path, calls]) =>
    Object.entries(calls).flatMap(([method, { parameters, requestBody }]) =>
      takesInstant([parameters, requestBody]) ? [`${method.toUpperCase()} ${path}`] : []
    )
  ).toSorted();
}
