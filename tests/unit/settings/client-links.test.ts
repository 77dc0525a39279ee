import assert from "node:assert/strict";
import { clientLinks } from "../../../settings/src/feeds/client-links.ts";

Deno.test("an application takes an address over by a link of its own", () => {
  const { apple, google, outlook } = clientLinks("https://project.example/feed/secret.ics", "Work & home");
  assert.equal(apple, "webcal://project.example/feed/secret.ics");
  assert.equal(new URL(google).searchParams.get("cid"), apple);
  assert.equal(new URL(outlook).searchParams.get("url"), "https://project.example/feed/secret.ics");
  assert.equal(new URL(outlook).searchParams.get("name"), "Work & home");
});
