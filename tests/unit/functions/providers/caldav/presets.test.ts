import assert from "node:assert/strict";
import { ROOT } from "../../../../../local/paths.ts";
import {
  PRESET_ORIGINS,
  PRESETS,
} from "../../../../../supabase/functions/_shared/providers/caldav/presets.ts";
import {
  judgeAddress,
  parseHostPolicy,
} from "../../../../../supabase/functions/_shared/transport/safe-fetch.ts";

Deno.test("every service that is offered may be called where an operator says nothing else, and nothing else may", () => {
  const policy = parseHostPolicy(PRESET_ORIGINS.join(","));
  for (const { server_url, help_url } of PRESETS) {
    if (server_url !== "") assert.equal(judgeAddress(policy, new URL(server_url)).tls, true);
    if (help_url !== null) assert.equal(new URL(help_url).protocol, "https:");
  }
  assert.equal(judgeAddress(policy, new URL("https://p42-caldav.icloud.com/")).may_be_private, false);
  assert.throws(() => judgeAddress(policy, new URL("https://cloud.example.com/")));
});

Deno.test("services have a name each; one that has no address is to be typed", () => {
  assert.equal(new Set(PRESETS.map(({ name }) => name)).size, PRESETS.length);
  assert.deepEqual(PRESETS.filter(({ server_url }) => server_url === "").map(({ name }) => name), [
    "Nextcloud",
    "Another server",
  ]);
});

Deno.test("docs/use/caldav.md leads to the help of every service", async () => {
  const page = await Deno.readTextFile(`${ROOT}/docs/use/caldav.md`);
  const helps = PRESETS.flatMap(({ help_url }) => help_url ?? []);
  assert.ok(helps.length > 8);
  assert.deepEqual(helps.filter((help_url) => !page.includes(`](${help_url})`)), []);
});
