import type { Strings } from "./strings.ts";

const MINUTE_S = 60;
const HOUR_S = 60 * MINUTE_S;
const DAY_S = 24 * HOUR_S;
/** Further away a date says more than a distance. */
const DISTANCE_MAX_S = 7 * DAY_S;

/**
 * How far an instant is from now, in words: "3 minutes ago", "in 20 seconds".
 *
 * @param instant RFC 3339
 * @param now_ms milliseconds since 1970
 */
export function formatDistance(
  instant: string,
  now_ms: number,
  locale: string,
  time_zone: string | undefined,
): string {
  const seconds = (Date.parse(instant) - now_ms) / 1000;
  const distance = Math.abs(seconds);
  if (distance > DISTANCE_MAX_S) return formatInstant(instant, locale, time_zone);
  const words = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  if (distance < MINUTE_S) return words.format(Math.round(seconds), "second");
  if (distance < HOUR_S) return words.format(Math.round(seconds / MINUTE_S), "minute");
  if (distance < DAY_S) return words.format(Math.round(seconds / HOUR_S), "hour");
  return words.format(Math.round(seconds / DAY_S), "day");
}

/**
 * @param instant RFC 3339
 * @param time_zone IANA name; the browser's where it is undefined
 */
export function formatInstant(instant: string, locale: string, time_zone: string | undefined): string {
  const at = new Date(instant);
  const looks = { dateStyle: "medium", timeStyle: "short" } as const;
  try {
    if (time_zone !== undefined) return at.toLocaleString(locale, { ...looks, timeZone: time_zone });
  } catch {
    // An older browser may not know it.
  }
  return at.toLocaleString(locale, looks);
}

/** @param due a date, shown as that date wherever its reader is; or an instant, RFC 3339 */
export function formatDue(due: string, locale: string, time_zone: string | undefined): string {
  if (due.includes("T")) return formatInstant(due, locale, time_zone);
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" }).format(
    new Date(`${due}T00:00Z`),
  );
}

/**
 * The day of an instant, where its reader is.
 *
 * @param instant RFC 3339
 * @param time_zone IANA name; the browser's where it is undefined
 * @returns `YYYY-MM-DD`
 */
export function isoDay(instant: string, time_zone: string | undefined): string {
  const looks = { year: "numeric", month: "2-digit", day: "2-digit" } as const;
  const at = new Date(instant);
  // Sweden writes dates as ISO 8601 does.
  try {
    if (time_zone !== undefined) return at.toLocaleDateString("sv-SE", { ...looks, timeZone: time_zone });
  } catch {
    // An older browser may not know it.
  }
  return at.toLocaleDateString("sv-SE", looks);
}

/** @param day `YYYY-MM-DD` */
export function formatDay(day: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: "full", timeZone: "UTC" }).format(
    new Date(`${day}T00:00Z`),
  );
}

export function formatNumber(n: number, locale: string): string {
  return new Intl.NumberFormat(locale).format(n);
}

const UNITS = [["weeks", 10_080], ["days", 1_440], ["hours", 60], ["minutes", 1]] as const;

/** @param minutes before the deadline; in the largest unit of which it is a whole number */
export function formatReminder(minutes: number, { reminders }: Strings): string {
  if (minutes === 0) return reminders.at_deadline;
  const [unit, length] = UNITS.find(([, length]) => minutes % length === 0) ?? UNITS[3];
  return reminders.before(reminders[unit](minutes / length));
}

/** @param seconds that something will take; rounded as a person would say it */
export function formatTimeLeft(seconds: number, { progress }: Strings, locale: string): string {
  if (seconds < 10) return progress.almost_done;
  if (seconds < 55) {
    return progress.left(progress.seconds(formatNumber(Math.ceil(seconds / 10) * 10, locale)));
  }
  if (seconds < HOUR_S) {
    return progress.left(progress.minutes(formatNumber(Math.ceil(seconds / MINUTE_S), locale)));
  }
  return progress.left(progress.hours(formatNumber(Math.ceil(seconds / HOUR_S), locale)));
}

/**
 * Chooses between the forms of a word that a language has.
 *
 * @param language BCP 47; `Form` names all of its plural categories (CLDR)
 * @returns takes a number and one text for each form, in which `#` stands for the number
 */
export function pluralOf<Form extends Intl.LDMLPluralRule>(
  language: string,
): (n: number, forms: Readonly<Record<Form | "other", string>>) => string {
  const rules = new Intl.PluralRules(language);
  const numbers = new Intl.NumberFormat(language);
  return (n, forms) => {
    const known: Partial<Readonly<Record<Intl.LDMLPluralRule, string>>> = forms;
    return (known[rules.select(n)] ?? forms.other).replaceAll("#", numbers.format(n));
  };
}
