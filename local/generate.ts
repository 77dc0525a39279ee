// `npm run generate`: writes what is checked in and follows from something else: the migrations from the schema files, the database
// types from the migrations, the table of docs/providers.md from the providers' own tables, the Calendar API's document and the
// Settings page's types from its schemas, the licences of what we depend on from the lock files, the tables of time zones from CLDR.
import { API_DOCUMENT_PATH, API_TYPES_PATH, renderApiDocument, renderApiTypes } from "./api-document.ts";
import { renderMigrations } from "./migrations.ts";
import { dirname } from "node:path";
import {
  renderWindowsZones,
  renderZoneAliases,
  WINDOWS_ZONES_PATH,
  ZONE_ALIASES_PATH,
} from "./cldr-zones.ts";
import { DATABASE_TYPES_PATH, generateDatabaseTypes } from "./database-types.ts";
import { LICENCES_PAGE_PATH, renderLicencesPage } from "./licences-page.ts";
import { PROVIDERS_PAGE_PATH, renderProvidersPage } from "./providers-page.ts";
import { startStack } from "./stack.ts";
import { renderTimeZonesPage, TIME_ZONES_PAGE_PATH } from "./time-zones-page.ts";

await Deno.writeTextFile(ZONE_ALIASES_PATH, await renderZoneAliases());
await Deno.writeTextFile(WINDOWS_ZONES_PATH, await renderWindowsZones());
await Deno.writeTextFile(TIME_ZONES_PAGE_PATH, await renderTimeZonesPage());
for (const { path, sql } of await renderMigrations()) await Deno.writeTextFile(path, sql);
await Deno.writeTextFile(LICENCES_PAGE_PATH, await renderLicencesPage());
await Deno.writeTextFile(PROVIDERS_PAGE_PATH, await renderProvidersPage());
await Deno.writeTextFile(API_DOCUMENT_PATH, await renderApiDocument());
await Deno.mkdir(dirname(API_TYPES_PATH), { recursive: true });
await Deno.writeTextFile(API_TYPES_PATH, await renderApiTypes());
const stack = await startStack({ seed: false });
try {
  await Deno.writeTextFile(DATABASE_TYPES_PATH, await generateDatabaseTypes(stack.databaseUrl));
} finally {
  await stack.stop();
}
Deno.exit(0);
