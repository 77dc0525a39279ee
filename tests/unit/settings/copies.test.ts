import assert from "node:assert/strict";
import { renderSettingsCopy, SETTINGS_COPIES } from "../../../local/settings-copies.ts";

Deno.test("the page previews titles, and sorts reasons of ours, by the code of the functions", async () => {
  for (const { name, path } of SETTINGS_COPIES) {
    assert.equal(await Deno.readTextFile(path), await renderSettingsCopy(name), "npm run generate");
  }
});
