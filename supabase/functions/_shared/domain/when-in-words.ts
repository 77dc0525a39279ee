/** A deadline, or where an event stands: all day on a date, or an instant with the IANA name of its time zone, where that is known. */
export type When =
  | { readonly deadline_date: string }
  | { readonly deadline_at: string; readonly time_zone: string | null };

/** A deadline in English: "19 March 2027", or "19 March 2027, 10:00 Europe/Berlin". */
export function whenInWords(when: When): string {
  return "deadline_date" in when
    ? dayInWords(new Date(when.deadline_date), "UTC")
    : instantInWords(new Date(when.deadline_at), when.time_zone ?? "UTC");
}

/**
 * An instant in English, the same on every machine: "1 March 2027, 14:05 UTC".
 *
 * @param time_zone IANA name; UTC where this machine does not know it
 */
export function instantInWords(at: Date, time_zone = "UTC"): string {
  try {
    const time = at.toLocaleTimeString("en-GB", { timeZone: time_zone, hour: "2-digit", minute: "2-digit" });
    return `${dayInWords(at, time_zone)}, ${time} ${time_zone}`;
  } catch (error: unknown) {
    if (time_zone === "UTC") throw error;
    return instantInWords(at);
  }
}

function dayInWords(at: Date, time_zone: string): string {
  return at.toLocaleDateString("en-GB", {
    timeZone: time_zone,
    day: "numeric",
    month: "long",
    year: "numeric",
  });
}
