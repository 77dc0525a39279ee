import assert from "node:assert/strict";
import { z } from "zod";
import { openScene, type Scene } from "../support/scene.ts";
import { ADA } from "../support/subjects/subject.ts";

/** A door that the world knows, in front of a platform that it does not: a proxy, with a path of its own. */
function openDoor() {
  const passed: string[] = [];
  let inside = "";
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const { pathname, search } = new URL(request.url);
    passed.push(pathname);
    return fetch(`${inside}${pathname.replace(/^\/supabase/, "")}${search}`, {
      method: request.method,
      headers: request.headers,
      redirect: "manual",
    });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/supabase`,
    passed,
    leadsTo: (url: string) => void (inside = url),
    close: () => server.shutdown(),
  };
}

for (const provider of ["google", "outlook"] as const) {
  Deno.test({
    name: `${provider}: consents come back to CALENDAR_PUBLIC_URL, and feeds are read there`,
    sanitizeOps: false,
    sanitizeResources: false,
  }, async (t) => {
    const door = openDoor();
    // A slash at its end is nobody's intention.
    const scene: Scene = await openScene(provider, { CALENDAR_PUBLIC_URL: `${door.url}/` });
    door.leadsTo(scene.stack.apiUrl);
    try {
      await t.step("the provider is given the public redirect URI, and the flow ends well", async () => {
        const { api } = await scene.newUser();
        const consent = new URL(await api.authorizeUrl({ provider, redirect_to: scene.redirect_to }));
        assert.equal(consent.searchParams.get("redirect_uri"), `${door.url}/functions/v1/calendar/callback`);
        assert.equal((await scene.connect(api, ADA)).status, "active");
        assert.ok(door.passed.includes("/supabase/functions/v1/calendar/callback"));
      });

      await t.step("a feed's address is public, new or renewed", async () => {
        const { api } = await scene.newUser();
        const Feed = z.object({ id: z.string(), url: z.string() });
        const made = Feed.parse(await (await api.request("POST", "/feeds", { name: "Mine" })).json());
        const renewed = Feed.parse(await (await api.request("POST", `/feeds/${made.id}/rotate`)).json());
        for (const { url } of [made, renewed]) {
          assert.match(url.replace(door.url, ""), /^\/functions\/v1\/calendar-feed\/[^/]+\.ics$/);
        }
        const answer = await fetch(renewed.url);
        assert.deepEqual([answer.status, (await answer.text()).slice(0, 15)], [200, "BEGIN:VCALENDAR"]);
      });

      if (provider === "outlook") {
        await t.step("an administrator's consent comes back there too", async () => {
          const { api } = await scene.newUser();
          const answer = await api.request("GET", "/admin_consent?provider=outlook");
          const { url } = z.object({ url: z.string() }).parse(await answer.json());
          assert.ok(new URL(url).searchParams.get("redirect_uri")?.startsWith(`${door.url}/functions/`));
        });
      }
    } finally {
      await scene.close();
      await door.close();
    }
  });
}
