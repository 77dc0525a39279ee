import { Temporal } from "temporal-polyfill";
import { z } from "zod";

/** What a person does to an event in the provider's own app. The emulator's page offers four of them, tests use all. */
export const PersonEdit = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("move"),
    day: z.iso.date(),
    /** On the event's own clock; null: all day. */
    time: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/).nullable(),
  }),
  /** Makes it longer: by a day where it is all day, else by an hour. */
  z.strictObject({ kind: z.literal("lengthen") }),
  z.strictObject({ kind: z.literal("rename"), title: z.string().trim().min(1) }),
  z.strictObject({ kind: z.literal("delete") }),
  /** Brings back an event that was deleted. */
  z.strictObject({ kind: z.literal("put_back") }),
  /** Makes it a series: every week, without an end. */
  z.strictObject({ kind: z.literal("repeat") }),
  z.strictObject({ kind: z.literal("invite"), email: z.email() }),
  /** Makes an event of the person's own, with all that this one has; as to tags, whatever the provider is known to copy. */
  z.strictObject({ kind: z.literal("copy") }),
]);
export type PersonEdit = z.infer<typeof PersonEdit>;

/**
 * Which event, by the ids that clients know, and what is done to it: what the page posts to `/emulator/edit`. An emulator's view
 * names events by the same ids.
 */
export const PersonEditBody = z.strictObject({
  account: z.string(),
  calendar_id: z.string(),
  event_id: z.string(),
  edit: PersonEdit,
});
export type PersonEditBody = z.infer<typeof PersonEditBody>;

/** When an event is on its own clock: dates with an exclusive end, or date and time without an offset. */
export type ClockTime =
  | { readonly kind: "all_day"; readonly start_date: string; readonly end_date: string }
  | { readonly kind: "timed"; readonly start: string; readonly end: string };

/** How long an event is that was all day and gets a time. */
const TIMED_MINUTES = 60;

/** An edit of when an event is. */
export type TimeEdit = Extract<PersonEdit, { kind: "move" | "lengthen" }>;

/** When an event is after an edit. One that is moved stays as long as it was, unless it becomes all-day or timed. */
export function editedTime(time: ClockTime, edit: TimeEdit): ClockTime {
  return edit.kind === "move" ? movedTime(time, edit) : longerTime(time);
}

function longerTime(time: ClockTime): ClockTime {
  return time.kind === "all_day"
    ? { ...time, end_date: Temporal.PlainDate.from(time.end_date).add({ days: 1 }).toString() }
    : {
      ...time,
      end: Temporal.PlainDateTime.from(time.end).add({ hours: 1 }).toString({ smallestUnit: "second" }),
    };
}

/** Where a move puts an event. */
export function movedTime(
  time: ClockTime,
  { day, time: at }: { day: string; time: string | null },
): ClockTime {
  const start_date = Temporal.PlainDate.from(day);
  if (at === null) {
    const days = time.kind === "all_day"
      ? Temporal.PlainDate.from(time.start_date).until(time.end_date, { largestUnit: "days" })
      : { days: 1 };
    return { kind: "all_day", start_date: day, end_date: start_date.add(days).toString() };
  }
  const length = time.kind === "timed"
    ? Temporal.PlainDateTime.from(time.start).until(time.end)
    : { minutes: TIMED_MINUTES };
  const start = start_date.toPlainDateTime(at);
  const text = { smallestUnit: "second" } as const;
  return { kind: "timed", start: start.toString(text), end: start.add(length).toString(text) };
}

/** The time on a zone's clock with the offset that holds then (RFC 3339). */
export function withOffset(clock: string, time_zone: string): string {
  const at = Temporal.PlainDateTime.from(clock).toZonedDateTime(time_zone);
  return at.toString({ timeZoneName: "never", smallestUnit: "second" });
}
