import assert from "node:assert/strict";
import { readMigrations } from "../../../local/migrations.ts";
import { readReleases, releasedMigrations } from "../../../local/releases.ts";
import { lintMigrations } from "../../support/migration-lint.ts";

Deno.test("a migration of a later version holds no lock for long, and breaks no functions of the version before", async () => {
  const [first] = await readReleases();
  // Those of the first version fill an empty database.
  const later = first === undefined
    ? []
    : (await readMigrations()).filter(({ name }) => !releasedMigrations([first]).has(name));
  assert.deepEqual(await lintMigrations(later), []);
});

Deno.test("the linter finds what rewrites a table, waits for locks or breaks old functions", async () => {
  const sql = `alter table public.calendar_integrations alter column calendar_name type varchar(10);
alter table public.calendar_integrations drop column calendar_name;
alter table public.calendar_integrations rename column calendar_id to id_of_calendar;`;
  const rules = (await lintMigrations([{ name: "1_later.sql", sql }])).map(({ rule_name }) => rule_name);
  for (const rule of ["changing-column-type", "ban-drop-column", "renaming-column", "require-lock-timeout"]) {
    assert.ok(rules.includes(rule), `${rule}: ${rules}`);
  }
});
