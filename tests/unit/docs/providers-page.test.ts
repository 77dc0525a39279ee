import assert from "node:assert/strict";
import { PROVIDERS_PAGE_PATH, renderProvidersPage } from "../../../local/providers-page.ts";

Deno.test("docs/understand/providers.md shows the tables as the code has them (npm run generate)", async () => {
  assert.equal(await Deno.readTextFile(PROVIDERS_PAGE_PATH), await renderProvidersPage());
});
