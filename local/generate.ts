// `npm run generate`: writes what is checked in and follows from something else: the version in the database and in the functions
// from package.json, the migrations from the schema files, the database types from the migrations, the table of docs/understand/providers.md
// from the providers' own tables, docs/operate/metrics.md from the metrics' definitions, the tables of docs/operate/admin.md from the schema files, the table of what users do in calendars from its
// cases, the Calendar API's document, its reference and the Settings page's types from its schemas, how that page previews titles, the
// licences of what we depend on from the lock files, the tables of time zones from CLDR.
import { ADMIN_PAGE_PATH, renderAdminPage } from "./admin-page.ts";
import { API_DOCUMENT_PATH, API_TYPES_PATH, renderApiDocument, renderApiTypes } from "./api-document.ts";
import { API_PAGE_PATH, renderApiPage } from "./api-page.ts";
import { API_REFERENCE_PATH, renderApiReference } from "./api-reference.ts";
import { dirname } from "node:path";
import {
  renderWindowsZones,
  renderZoneAliases,
  WINDOWS_ZONES_PATH,
  ZONE_ALIASES_PATH,
} from "./cldr-zones.ts";
import { DATABASE_TYPES_PATH, generateDatabaseTypes } from "./database-types.ts";
import { renderSettingsCopy, SETTINGS_COPIES } from "./settings-copies.ts";
import { LICENCES_PAGE_PATH, renderLicencesPage } from "./licences-page.ts";
import { METRICS_PAGE_PATH, renderMetricsPage } from "./metrics-page.ts";
import { PROVIDERS_PAGE_PATH, renderProvidersPage } from "./providers-page.ts";
import { startStack } from "./stack.ts";
import { readVersion, renderVersion } from "./version.ts";
import { writeMigrations } from "./write-migrations.ts";
import { renderTwoWayPage, TWO_WAY_PAGE_PATH } from "./two-way/page.ts";
import { renderTimeZonesPage, TIME_ZONES_PAGE_PATH } from "./time-zones-page.ts";

await Deno.writeTextFile(ZONE_ALIASES_PATH, await renderZoneAliases());
await Deno.writeTextFile(WINDOWS_ZONES_PATH, await renderWindowsZones());
await Deno.writeTextFile(TIME_ZONES_PAGE_PATH, await renderTimeZonesPage());
const version = await readVersion();
for (const { path, text } of renderVersion(version)) await Deno.writeTextFile(path, text);
await writeMigrations(version);
await Deno.writeTextFile(LICENCES_PAGE_PATH, await renderLicencesPage());
await Deno.writeTextFile(ADMIN_PAGE_PATH, await renderAdminPage());
await Deno.writeTextFile(METRICS_PAGE_PATH, await renderMetricsPage());
await Deno.writeTextFile(PROVIDERS_PAGE_PATH, await renderProvidersPage());
await Deno.writeTextFile(TWO_WAY_PAGE_PATH, await renderTwoWayPage());
await Deno.writeTextFile(API_DOCUMENT_PATH, await renderApiDocument());
await Deno.writeTextFile(API_REFERENCE_PATH, await renderApiReference());
await Deno.writeTextFile(API_PAGE_PATH, await renderApiPage());
await Deno.mkdir(dirname(API_TYPES_PATH), { recursive: true });
await Deno.writeTextFile(API_TYPES_PATH, await renderApiTypes());
for (const { name, path } of SETTINGS_COPIES) {
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.writeTextFile(path, await renderSettingsCopy(name));
}
const stack = await startStack({ seed: false });
try {
  await Deno.writeTextFile(DATABASE_TYPES_PATH, await generateDatabaseTypes(stack.databaseUrl));
} finally {
  await stack.stop();
}
Deno.exit(0);
