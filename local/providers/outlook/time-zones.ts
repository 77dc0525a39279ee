import windows_zones from "cldr-core/supplemental/windowsZones.json" with { type: "json" };
import { GraphError } from "./errors.ts";

/** CLDR's zone for the whole world behind each Windows name: data that our client does not ask. */
const WINDOWS_NAMES: ReadonlyMap<string, string> = new Map(
  windows_zones.supplemental.windowsZones.mapTimezones
    .filter(({ mapZone }) => mapZone._territory === "001")
    .map(({ mapZone }) => [mapZone._other, mapZone._type]),
);

/** Beside Windows names, what Graph's reference of `dateTimeTimeZone` lists. */
const IANA_NAMES: ReadonlySet<string> = new Set(
  `Etc/GMT+12 Etc/GMT+11 Pacific/Honolulu America/Anchorage America/Santa_Isabel America/Los_Angeles America/Phoenix
  America/Chihuahua America/Denver America/Guatemala America/Chicago America/Mexico_City America/Regina America/Bogota
  America/New_York America/Indiana/Indianapolis America/Caracas America/Asuncion America/Halifax America/Cuiaba
  America/La_Paz America/Santiago America/St_Johns America/Sao_Paulo America/Argentina/Buenos_Aires America/Cayenne
  America/Godthab America/Montevideo America/Bahia Etc/GMT+2 Atlantic/Azores Atlantic/Cape_Verde Africa/Casablanca
  Etc/GMT Europe/London Atlantic/Reykjavik Europe/Berlin Europe/Budapest Europe/Paris Europe/Warsaw Africa/Lagos
  Africa/Windhoek Europe/Bucharest Asia/Beirut Africa/Cairo Asia/Damascus Africa/Johannesburg Europe/Kyiv Europe/Kiev
  Europe/Istanbul Asia/Jerusalem Asia/Amman Asia/Baghdad Europe/Kaliningrad Asia/Riyadh Africa/Nairobi Asia/Tehran
  Asia/Dubai Asia/Baku Europe/Moscow Indian/Mauritius Asia/Tbilisi Asia/Yerevan Asia/Kabul Asia/Karachi Asia/Tashkent
  Asia/Kolkata Asia/Colombo Asia/Kathmandu Asia/Almaty Asia/Dhaka Asia/Yekaterinburg Asia/Yangon Asia/Rangoon
  Asia/Bangkok Asia/Novosibirsk Asia/Shanghai Asia/Krasnoyarsk Asia/Singapore Australia/Perth Asia/Taipei
  Asia/Ulaanbaatar Asia/Irkutsk Asia/Tokyo Asia/Seoul Australia/Adelaide Australia/Darwin Australia/Brisbane
  Australia/Sydney Pacific/Port_Moresby Australia/Hobart Asia/Yakutsk Pacific/Guadalcanal Asia/Vladivostok
  Pacific/Auckland Etc/GMT-12 Pacific/Fiji Asia/Magadan Pacific/Tongatapu Pacific/Apia Pacific/Kiritimati UTC`
    .split(/\s+/),
);

/**
 * Exchange keeps Windows zones only: a listed name is the Windows zone that it stood for when the list was made. Of these
 * places the clocks have left that zone since.
 */
const READ_AS: ReadonlyMap<string, string> = new Map([
  ["America/Chihuahua", "America/Mazatlan"],
  ["Asia/Almaty", "Asia/Bishkek"],
]);

/**
 * The IANA zone whose clock a name that Graph accepts is read by.
 *
 * @throws GraphError 400 TimeZoneNotSupportedException
 */
export function ianaOf(name: string): string {
  if (IANA_NAMES.has(name)) return READ_AS.get(name) ?? name;
  const iana = WINDOWS_NAMES.get(name);
  if (iana === undefined) {
    throw new GraphError(
      400,
      "TimeZoneNotSupportedException",
      "A valid TimeZone value must be specified. The following TimeZone value is not supported: " +
        `'${name}'.`,
    );
  }
  return iana;
}
