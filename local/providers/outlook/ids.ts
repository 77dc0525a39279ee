const CALENDAR = "AQMkADAw";
const IMMUTABLE = "AAkALgAA";
const MUTABLE = "AAMkAGI1";
const RANDOM_BYTES = 39;

/** Which of an event's two ids a client works with. */
export type IdForm = "immutable" | "mutable";

/** A calendar's id: containers have no immutable form. */
export const calendarId = (): string => outlookId(CALENDAR);

/** An event's id in the given form. */
export const eventId = (form: IdForm): string => outlookId(form === "immutable" ? IMMUTABLE : MUTABLE);

/** Whether Exchange can read an id at all, whatever it is of. */
export function isId(id: string): boolean {
  return /^[A-Za-z0-9+/]{40,}={0,2}$/.test(id);
}

/** Which form the id of an event has; null: neither. */
export function formOf(id: string): IdForm | null {
  if (!isId(id)) return null;
  if (id.startsWith(IMMUTABLE)) return "immutable";
  return id.startsWith(MUTABLE) ? "mutable" : null;
}

/** Base64 as Outlook's, and always with the three characters that have to be escaped in a path. */
function outlookId(prefix: string): string {
  const random = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(RANDOM_BYTES))));
  return `${prefix}${random.slice(0, 25)}/${random.slice(25)}+AAA=`;
}
