import bcp47 from "cldr-bcp47/bcp47/timezone.json" with { type: "json" };
import windows_zones from "cldr-core/supplemental/windowsZones.json" with { type: "json" };
import { z } from "zod";
import { formatted } from "./format.ts";
import { ROOT } from "./paths.ts";

/** The module with CLDR's mapping of Windows time zones. */
export const WINDOWS_ZONES_PATH = `${ROOT}/supabase/functions/_shared/providers/outlook/windows-zones.ts`;

/** The module with other names of time zones. */
export const ZONE_ALIASES_PATH = `${ROOT}/supabase/functions/_shared/domain/zone-aliases.ts`;

/**
 * The module as the installed edition of CLDR has it.
 *
 * @source https://cldr.unicode.org, supplemental data, windowsZones
 */
export async function renderWindowsZones(): Promise<string> {
  const { version, windowsZones } = windows_zones.supplemental;
  const rows = windowsZones.mapTimezones.map(({ mapZone }) => mapZone);
  const lines = rows.filter(({ _territory }) => _territory === "001").map(({ _other, _type }) => {
    const members = rows.filter((row) => row._other === _other).flatMap((row) => row._type.split(" "));
    return `  ${JSON.stringify(_other)}: ${JSON.stringify([...new Set([_type, ...members])].join(" "))},`;
  });
  return await formatted(
    [
      `// Written by npm run generate from cldr-core, CLDR ${version._cldrVersion}. Unicode License v3.`,
      "",
      "/** Every Windows time zone with its IANA zones; the first is the one that readers take it for. */",
      "export const WINDOWS_ZONES: Readonly<Record<string, string>> = {",
      ...lines,
      "};",
      "",
    ].join("\n"),
    "ts",
  );
}

const Zones = z.record(
  z.string(),
  z.union([z.string(), z.object({ _alias: z.string().optional(), _iana: z.string().optional() })]),
);
/** CLDR's keys of what is no place. */
const SAID_AS_UTC: ReadonlySet<string> = new Set(["utc", "gmt", "unk"]);

/**
 * The module as the installed edition of CLDR has it.
 *
 * @source https://www.unicode.org/reports/tr35/#Time_Zone_Identifiers
 */
export async function renderZoneAliases(): Promise<string> {
  const aliases = Object.entries(Zones.parse(bcp47.keyword.u.tz)).flatMap(([key, zone]) => {
    if (typeof zone === "string" || zone._alias === undefined) return [];
    const names = zone._alias.split(" ");
    const name = SAID_AS_UTC.has(key) ? "UTC" : zone._iana ?? names[0] ?? "";
    return names.filter((alias) => alias !== name).map((alias) => ({ name, alias }));
  });
  const lines = [...Map.groupBy(aliases, ({ name }) => name)].sort().map(([name, others]) =>
    `  ${JSON.stringify(name)}: ${JSON.stringify(others.map(({ alias }) => alias).join(" "))},`
  );
  return await formatted(
    [
      `// Written by npm run generate from cldr-bcp47, CLDR ${windows_zones.supplemental.version._cldrVersion}. Unicode License v3.`,
      "",
      "/** IANA's names of time zones that have others, such as those of old spellings and abbreviations: `CET`, `US/Eastern`. */",
      "export const ZONE_ALIASES: Readonly<Record<string, string>> = {",
      ...lines,
      "};",
      "",
    ].join("\n"),
    "ts",
  );
}
