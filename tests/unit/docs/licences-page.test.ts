import assert from "node:assert/strict";
import { z } from "zod";
import {
  DEPLOYED_LICENCES,
  DEVELOPMENT_LICENCES,
  LICENCES_PAGE_PATH,
  licensedPackages,
  renderLicencesPage,
} from "../../../local/licences-page.ts";
import { ROOT } from "../../../local/paths.ts";

Deno.test("docs/understand/licences.md lists what the lock files have (npm run generate)", async () => {
  assert.equal(await Deno.readTextFile(LICENCES_PAGE_PATH), await renderLicencesPage());
});

Deno.test("every package has a licence that we may use it under where it is used", async () => {
  const packages = await licensedPackages();
  assert.ok(packages.some(({ use }) => use === "functions") && packages.some(({ use }) => use === "page"));
  const refused = packages.filter(({ licence, use }) =>
    !(use === "development" ? DEVELOPMENT_LICENCES : DEPLOYED_LICENCES).has(licence ?? "")
  );
  assert.deepEqual(refused, []);
});

Deno.test("the lock file says what the installed packages say of themselves", async () => {
  const Said = z.object({ license: z.string().optional() });
  let read = 0;
  for (const { path, licence, name } of await licensedPackages()) {
    const text = await Deno.readTextFile(`${ROOT}/${path}/package.json`).catch(() => null);
    // Builds for other systems are not installed on this one.
    if (text === null) continue;
    read++;
    assert.equal(Said.parse(JSON.parse(text)).license ?? null, licence, name);
  }
  assert.ok(read > 200, `only ${read} packages are installed`);
});
