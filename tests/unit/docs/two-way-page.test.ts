import assert from "node:assert/strict";
import { ROOT } from "../../../local/paths.ts";
import { CASES } from "../../../local/two-way/cases.ts";
import { PROVIDERS, WAYS } from "../../../local/two-way/cells.ts";
import { renderTwoWayPage, TWO_WAY_PAGE_PATH } from "../../../local/two-way/page.ts";
import { runsFor } from "../../support/test-providers.ts";
import { hasTitle } from "../../support/test-titles.ts";

const sources = new Map<string, string>();
async function sourceOf(file: string): Promise<string> {
  const source = sources.get(file) ?? await Deno.readTextFile(`${ROOT}/tests/${file}`);
  sources.set(file, source);
  return source;
}

Deno.test("docs/understand/two-way.md shows the cases as they are declared (npm run generate)", async () => {
  assert.equal(await Deno.readTextFile(TWO_WAY_PAGE_PATH), await renderTwoWayPage());
});

Deno.test("no cell of the two-way matrix is empty, and each test that it names is there and runs for the provider", async () => {
  const wrong: string[] = [];
  for (const { name, cells } of CASES) {
    for (const provider of PROVIDERS) {
      for (const way of WAYS) {
        const where = `${name}, ${provider}, ${way}`;
        const cell = cells[provider][way];
        if (cell.kind === "limit") {
          const are_sources = cell.sources.length > 0 &&
            cell.sources.every((one) => /^https:\/\/\S+$/.test(one));
          if (cell.says === "" || !are_sources) wrong.push(`${where}: no source`);
          continue;
        }
        if (cell.tests.length === 0) wrong.push(`${where}: empty`);
        for (const { file, title } of cell.tests) {
          const source = await sourceOf(file);
          if (title.length < 10 || !hasTitle(source, title)) {
            wrong.push(`${where}: ${file} has no "${title}"`);
          } else if (!runsFor(source, title, provider)) wrong.push(`${where}: "${title}" is about others`);
        }
      }
    }
  }
  assert.deepEqual(wrong, []);
});

Deno.test("the two-way matrix has each case once", () => {
  const names = CASES.map(({ name }) => name);
  assert.deepEqual(names, [...new Set(names)]);
  assert.ok(names.length >= 40, `${names.length} cases`);
});
