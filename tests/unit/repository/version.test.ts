import assert from "node:assert/strict";
import { readVersion, renderVersion } from "../../../local/version.ts";

Deno.test("the database and the functions say the version of package.json (npm run generate)", async () => {
  for (const { path, text } of renderVersion(await readVersion())) {
    assert.equal(await Deno.readTextFile(path), text);
  }
});
