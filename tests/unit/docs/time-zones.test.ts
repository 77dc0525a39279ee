import assert from "node:assert/strict";
import { renderTimeZonesPage, TIME_ZONES_PAGE_PATH } from "../../../local/time-zones-page.ts";
import {
  renderWindowsZones,
  renderZoneAliases,
  WINDOWS_ZONES_PATH,
  ZONE_ALIASES_PATH,
} from "../../../local/cldr-zones.ts";

Deno.test("the table of Windows time zones is the installed edition of CLDR's (npm run generate)", async () => {
  assert.equal(await Deno.readTextFile(WINDOWS_ZONES_PATH), await renderWindowsZones());
});

Deno.test("the table of other names of time zones is the installed edition of CLDR's (npm run generate)", async () => {
  assert.equal(await Deno.readTextFile(ZONE_ALIASES_PATH), await renderZoneAliases());
});

Deno.test("docs/understand/outlook-time-zones.md lists every zone that is written in UTC (npm run generate)", async () => {
  assert.equal(await Deno.readTextFile(TIME_ZONES_PAGE_PATH), await renderTimeZonesPage());
});
