import type { Tables } from "../tables.ts";

/** A row of `public.obligations`. */
export type Obligation = Tables["obligations"]["Row"];
/** What of a row a user changes. */
export type Change = Omit<Tables["obligations"]["Update"], "id" | "user_id">;

/** What the form holds, as its fields have it. */
export interface Draft {
  readonly title: string;
  readonly description: string;
  /** YYYY-MM-DD; empty: no deadline. */
  readonly day: string;
  /** HH:MM on the reader's clock; empty: all day. */
  readonly time: string;
}

export const EMPTY: Draft = { title: "", description: "", day: "", time: "" };

/** The form's fields as columns: a day is a date, a day with a time an instant on the reader's clock. */
export function changeOf({ title, description, day, time }: Draft, time_zone: string) {
  return {
    title: title.trim(),
    description: description.trim() || null,
    ...deadlineOf(day, time, time_zone),
  };
}

/** An obligation as the form shows it. */
export function draftOf({ title, description, deadline_date, deadline_at }: Obligation): Draft {
  const at = deadline_at === null ? null : new Date(deadline_at);
  return {
    title,
    description: description ?? "",
    day: deadline_date ?? (at === null ? "" : dayOf(at)),
    time: at === null ? "" : timeOf(at),
  };
}

/** The same deadline so many days later; null where there is none. */
export function postponed({ deadline_date, deadline_at }: Obligation, days: number): Change | null {
  if (deadline_date !== null) {
    const [year = 0, month = 1, day = 1] = deadline_date.split("-").map(Number);
    return { deadline_date: new Date(Date.UTC(year, month - 1, day + days)).toISOString().slice(0, 10) };
  }
  if (deadline_at === null) return null;
  const at = new Date(deadline_at);
  at.setDate(at.getDate() + days);
  return { deadline_at: at.toISOString() };
}

/** All that a user changes of a row: the change that makes it again what it is now. */
export function contentOf(row: Obligation): Change {
  const { title, description, status, deadline_date, deadline_at, time_zone } = row;
  return { title, description, status, deadline_date, deadline_at, time_zone };
}

/** The order of the list: open ones by their deadline, those without one, then those that are done. */
export function inOrder(rows: readonly Obligation[]): Obligation[] {
  const done = ({ status }: Obligation) => status === "completed" || status === "cancelled";
  const due = ({ deadline_date, deadline_at }: Obligation) => deadline_date ?? deadline_at ?? "9999";
  return rows.toSorted((one, other) =>
    Number(done(one)) - Number(done(other)) || due(one).localeCompare(due(other)) ||
    one.title.localeCompare(other.title)
  );
}

/**
 * When it is due, as the reader writes dates, with the year unless it is this one; a time also on the obligation's own clock, which
 * its event shows.
 */
export function dueInWords({ deadline_date, deadline_at, time_zone }: Obligation): string {
  if (deadline_date !== null) {
    const day = new Date(`${deadline_date}T00:00:00`);
    return day.toLocaleDateString(readersLocale(), dayFormat(day));
  }
  if (deadline_at === null) return "no deadline";
  const at = new Date(deadline_at);
  const here = at.toLocaleString(readersLocale(), { ...dayFormat(at), ...CLOCK });
  const there = time_zone === null ? null : timeIn(time_zone, at);
  return there === null || there === at.toLocaleTimeString(readersLocale(), CLOCK)
    ? here
    : `${here} (${there} in ${time_zone})`;
}

/** Days from today on the reader's clock until it is due, negative once that is past; null where there is no deadline. */
export function daysLeft({ deadline_date, deadline_at }: Obligation): number | null {
  const day = deadline_date ?? (deadline_at === null ? null : dayOf(new Date(deadline_at)));
  return day === null ? null : (Date.parse(day) - Date.parse(dayFromNow(0))) / DAY_MS;
}

/** "in 4 days", "tomorrow", "3 days ago". */
export function daysLeftInWords(days: number): string {
  return new Intl.RelativeTimeFormat(readersLocale(), { numeric: "auto" }).format(days, "day");
}

/** Today on the reader's clock, so many days later. */
export function dayFromNow(days: number): string {
  const day = new Date();
  day.setDate(day.getDate() + days);
  return dayOf(day);
}

/** The reader's variety of English, in which this page is written. */
function readersLocale(): string {
  return navigator.languages.find((language) => language.startsWith("en")) ?? "en";
}

const DAY_MS = 86_400_000;

const CLOCK = { hour: "2-digit", minute: "2-digit" } as const;

function dayFormat(at: Date): Intl.DateTimeFormatOptions {
  const is_this_year = at.getFullYear() === new Date().getFullYear();
  return { weekday: "short", day: "numeric", month: "short", ...(is_this_year ? {} : { year: "numeric" }) };
}

/** Null: the browser does not know the zone. */
function timeIn(timeZone: string, at: Date): string | null {
  try {
    return at.toLocaleTimeString(readersLocale(), { ...CLOCK, timeZone });
  } catch (error: unknown) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function deadlineOf(day: string, time: string, time_zone: string) {
  if (day === "") return { deadline_date: null, deadline_at: null, time_zone: null };
  return time === ""
    ? { deadline_date: day, deadline_at: null, time_zone: null }
    : { deadline_date: null, deadline_at: new Date(`${day}T${time}`).toISOString(), time_zone };
}

function dayOf(at: Date): string {
  return [
    String(at.getFullYear()).padStart(4, "0"),
    String(at.getMonth() + 1).padStart(2, "0"),
    String(at.getDate()).padStart(2, "0"),
  ].join("-");
}

function timeOf(at: Date): string {
  return `${String(at.getHours()).padStart(2, "0")}:${String(at.getMinutes()).padStart(2, "0")}`;
}
