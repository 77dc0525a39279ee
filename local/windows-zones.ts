import windows_zones from "cldr-core/supplemental/windowsZones.json" with { type: "json" };
import { formatted } from "./format.ts";
import { ROOT } from "./paths.ts";

/** The module with CLDR's mapping of Windows time zones. */
export const WINDOWS_ZONES_PATH = `${ROOT}/supabase/functions/_shared/providers/outlook/windows-zones.ts`;

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
