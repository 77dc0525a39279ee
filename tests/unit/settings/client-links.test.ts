import assert from "node:assert/strict";
import { clientLinks } from "../../../settings/src/feeds/client-links.ts";

Deno.test("an application takes an address over by a link of its own", () => {
  const links = clientLinks("https://project.example/feed/secret.ics", "Work & home");
  const [apple = "", google = "", outlook = ""] = links.map(({ url }) => url);
  assert.deepEqual(links.map(({ client }) => client), ["apple", "google", "outlook"]);
  assert.equal(apple, "webcal://project.example/feed/secret.ics");
  assert.equal(new URL(google).searchParams.get("cid"), apple);
  assert.equal(new URL(outlook).searchParams.get("url"), "https://project.example/feed/secret.ics");
  assert.equal(new URL(outlook).searchParams.get("name"), "Work & home");
});
