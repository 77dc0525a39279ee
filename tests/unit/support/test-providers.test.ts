import assert from "node:assert/strict";
import { runsFor } from "../../support/test-providers.ts";

const SOURCE = `
testTwoWay("of all", async (t) => {
  await t.step("runs everywhere", async () => {});
});
testTwoWay(
  "of some",
  async (t) => {
    await t.step("runs for two", async () => {});
  },
  {},
  ["google", "outlook"],
);
Deno.test("of one", async (t) => {
  const scene = await openScene("google");
  await t.step("runs for one", async () => {});
});
  {
    name: "goes on from a cursor",
    concerns: tellsNewsAlone,
  },
`;

Deno.test("a test runs for the providers that its source names, else for all", () => {
  const providers = (title: string) =>
    ["google", "outlook", "caldav"].filter((provider) => runsFor(SOURCE, title, provider));
  assert.deepEqual(providers("runs everywhere"), ["google", "outlook", "caldav"]);
  assert.deepEqual(providers("runs for two"), ["google", "outlook"]);
  assert.deepEqual(providers("runs for one"), ["google"]);
  assert.deepEqual(providers("goes on from a cursor"), ["google", "caldav"]);
});
