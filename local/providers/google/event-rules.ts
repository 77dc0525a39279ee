import { z } from "zod";
import { GoogleError, invalid, required } from "./errors.ts";
import type { EventDateTime, EventResource } from "./state.ts";

/** Google Calendar API guide, "Extended properties". */
const PROPERTY_KEY_MAX = 44;
const PROPERTY_VALUE_MAX = 1024;
const LINK_MAX_CHARACTERS = 2048;

const When = z.object({
  date: z.string().nullish(),
  dateTime: z.string().nullish(),
  timeZone: z.string().nullish(),
});

/** What a client may send; what is not here is refused as the real one refuses unknown names. */
const EventBody = z.strictObject({
  id: z.string().optional(),
  summary: z.string().nullish(),
  description: z.string().nullish(),
  location: z.string().nullish(),
  colorId: z.string().nullish(),
  status: z.enum(["confirmed", "tentative", "cancelled"]).optional(),
  transparency: z.enum(["opaque", "transparent"]).optional(),
  visibility: z.enum(["default", "public", "private", "confidential"]).optional(),
  start: When.optional(),
  end: When.optional(),
  reminders: z.strictObject({
    useDefault: z.boolean(),
    overrides: z.array(z.strictObject({
      method: z.enum(["popup", "email"]),
      minutes: z.int().min(0).max(40320),
    })).max(5).optional(),
  }).optional(),
  source: z.strictObject({ title: z.string(), url: z.string() }).nullish(),
  extendedProperties: z.strictObject({
    private: z.record(z.string(), z.string().nullable()).optional(),
    shared: z.record(z.string(), z.string().nullable()).optional(),
  }).optional(),
});
/** The parsed body of a write. */
export type EventBody = z.infer<typeof EventBody>;

/** Parses what a client sent. */
export function parseEventBody(body: unknown): EventBody {
  const parsed = EventBody.safeParse(body);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw invalid(`Invalid value at '${issue?.path.join(".") ?? ""}': ${issue?.message ?? ""}`);
  }
  const { source, reminders } = parsed.data;
  if (source && !isLink(source.url)) throw invalid("Invalid source URL.");
  if (reminders?.useDefault && reminders.overrides?.length) {
    throw new GoogleError(
      400,
      "cannotUseDefaultRemindersAndSpecifyOverride",
      "Cannot specify both default reminders and overrides.",
    );
  }
  return parsed.data;
}

/** The real one names no rule and refuses some; this one takes plain ASCII without a user name, as long as browsers do. */
function isLink(url: string): boolean {
  return url.length <= LINK_MAX_CHARACTERS &&
    /^https?:\/\/[A-Za-z0-9][A-Za-z0-9.-]*(:\d+)?([/?#][!-[\]-~]*)?$/.test(url);
}

/** base32hex, 5 to 1024 characters (`Event.id`). */
export function checkEventId(id: string): void {
  if (!/^[a-v0-9]{5,1024}$/.test(id)) throw invalid("Invalid resource id value.");
}

/** Merges a PATCH into an event: null deletes, objects merge, everything else is replaced. */
export function mergeEvent(event: EventResource, body: EventBody): EventResource {
  const { start, end, extendedProperties, id: _, ...fields } = body;
  const merged: EventResource = { ...event };
  for (const [name, value] of Object.entries(fields)) {
    if (value === null) delete merged[name];
    else if (value !== undefined) merged[name] = value;
  }
  if (start) merged.start = mergeWhen(event.start, start);
  if (end) merged.end = mergeWhen(event.end, end);
  if (extendedProperties) {
    merged["extendedProperties"] = mergeProperties(event["extendedProperties"], extendedProperties);
  }
  return merged;
}

function mergeWhen(old: EventDateTime, change: z.infer<typeof When>): EventDateTime {
  const merged: EventDateTime = { ...old };
  for (const name of ["date", "dateTime", "timeZone"] as const) {
    const value = change[name];
    if (value === null) delete merged[name];
    else if (value !== undefined) merged[name] = value;
  }
  return merged;
}

const Properties = z.object({
  private: z.record(z.string(), z.string()).optional(),
  shared: z.record(z.string(), z.string()).optional(),
});

function mergeProperties(old: unknown, change: NonNullable<EventBody["extendedProperties"]>) {
  const known = Properties.safeParse(old).data ?? {};
  const merged: Record<string, Record<string, string>> = {};
  for (const kind of ["private", "shared"] as const) {
    const values: Record<string, string> = { ...known[kind] };
    for (const [key, value] of Object.entries(change[kind] ?? {})) {
      if (value === null) delete values[key];
      // Google drops a key that is too long and cuts a value, without a word.
      else if (key.length <= PROPERTY_KEY_MAX) values[key] = value.slice(0, PROPERTY_VALUE_MAX);
    }
    if (Object.keys(values).length > 0) merged[kind] = values;
  }
  return merged;
}

/** The rules of `start` and `end`. */
export function checkTimes(
  { start, end }: { start?: EventDateTime; end?: EventDateTime },
  unknown_zones: ReadonlySet<string>,
): void {
  if (!start || isAbsent(start)) throw required("Missing start time.");
  if (!end || isAbsent(end)) throw required("Missing end time.");
  for (const [name, when] of [["start", start], ["end", end]] as const) {
    if ((when.date === undefined) === (when.dateTime === undefined)) {
      throw invalid("Invalid start or end: date or dateTime.");
    }
    if (when.date !== undefined && !/^\d{4}-\d{2}-\d{2}$/.test(when.date)) {
      throw invalid("Invalid value for: date");
    }
    if (when.dateTime !== undefined && !isInstant(when)) {
      throw required("Missing time zone definition for start or end time.");
    }
    if (when.timeZone !== undefined && (!isZone(when.timeZone) || unknown_zones.has(when.timeZone))) {
      throw invalid(`Invalid time zone definition for ${name} time.`);
    }
  }
  if ((start.date === undefined) !== (end.date === undefined)) {
    throw invalid("Start and end times must either both be date or both be dateTime.");
  }
  const from = start.date ?? start.dateTime ?? "";
  const to = end.date ?? end.dateTime ?? "";
  if (Date.parse(to) <= Date.parse(from)) {
    throw new GoogleError(400, "timeRangeEmpty", "The specified time range is empty.");
  }
}

function isAbsent({ date, dateTime }: EventDateTime): boolean {
  return date === undefined && dateTime === undefined;
}

function isInstant({ dateTime, timeZone }: EventDateTime): boolean {
  if (dateTime === undefined || Number.isNaN(Date.parse(dateTime))) return false;
  return /(Z|[+-]\d\d:\d\d)$/.test(dateTime) || timeZone !== undefined;
}

function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).format(0) !== "" && /^[A-Za-z]/.test(name);
  } catch {
    return false;
  }
}
