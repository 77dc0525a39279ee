import { z } from "zod";
import type { CalendarEvent } from "../../../../supabase/functions/_shared/domain/calendar-event.ts";
import {
  beforeStart,
  formatNote,
  type NotedReminders,
  parseNote,
  remindersAtFirst,
  remindersToChange,
} from "../../../../supabase/functions/_shared/domain/reminders.ts";
import {
  boundedFetch,
  reasonOfLoss,
} from "../../../../supabase/functions/_shared/providers/bounded-fetch.ts";
import type {
  CalendarAnswer,
  CalendarClient,
  Change,
} from "../../../../supabase/functions/_shared/providers/calendar-client.ts";
import type { CallBudget } from "../../../../supabase/functions/_shared/providers/call-budget.ts";
import { onFreshConnection } from "../../../../supabase/functions/_shared/providers/fresh-connection.ts";
import { expiredPage, runListing } from "../../../../supabase/functions/_shared/providers/listing.ts";
import type { Outcome } from "../../../../supabase/functions/_shared/providers/outcome.ts";
import {
  type Program,
  runProgram,
  runPrograms,
} from "../../../../supabase/functions/_shared/providers/run-programs.ts";
import { readAnswer, type ToyAnswer } from "./answers.ts";
import { newsOf, type OwnEvent } from "./news.ts";
import type { ToyEvent } from "./server.ts";

export const CALLS_AT_ONCE = 4;
const CALL_TIMEOUT_MS = 10_000;
const TEXT_CHARACTERS_MAX = 8_000;

interface ToyCall {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly body?: unknown;
}
type ToyProgram = Program<ToyCall, ToyAnswer>;

const ShownCalendar = z.object({
  id: z.string(),
  name: z.string(),
  primary: z.boolean(),
  writable: z.boolean(),
  time_zone: z.string().nullable(),
}).transform((calendar) => ({ ...calendar, color: null }));
const Written = z.object({
  id: z.string(),
  reminders_minutes: z.array(z.number()),
  reminders_note: z.string(),
  version: z.number(),
});
const EventPage = z.object({
  items: z.array(z.object({
    id: z.string(),
    obligation_id: z.string().nullable(),
    start: z.string(),
    end: z.string(),
    time_zone: z.string().nullable(),
    repeats: z.boolean(),
    guests: z.array(z.string()),
    version: z.number(),
  })),
  next: z.string().nullable(),
});
const CalendarPage = z.object({ items: z.array(ShownCalendar), next: z.string().nullable() });

/** The toy's calendars of one account. */
export function createToyClient(options: {
  readonly url: string;
  readonly access_token: string;
  readonly owner: string;
  readonly budget: CallBudget;
}): CalendarClient {
  const { owner, budget } = options;
  const send = (call: ToyCall, signal?: AbortSignal, fresh: { readonly client?: Deno.HttpClient } = {}) =>
    callToy(options, call, signal, fresh);
  const call = (one: ToyCall, fresh = {}) => {
    budget.spend(1);
    return send(one, undefined, fresh);
  };
  return {
    checkAccount: () => Promise.resolve({ kind: "done", value: null }),
    async listCalendars() {
      const calendars: z.infer<typeof ShownCalendar>[] = [];
      let page: string | null = "0";
      while (page !== null) {
        const answer: CalendarAnswer<z.infer<typeof CalendarPage>> = parsed(
          await call({ method: "GET", path: `/calendars?page=${page}` }),
          CalendarPage,
        );
        if (answer.kind !== "done") return answer;
        calendars.push(...answer.value.items);
        page = answer.value.next;
      }
      return { kind: "done", value: calendars };
    },
    getCalendar: async ({ id }) =>
      parsed(await call({ method: "GET", path: `/calendars/${encodeURIComponent(id)}` }), ShownCalendar),
    createCalendar: async ({ name, time_zone }) => {
      const body = { name, time_zone };
      const create = { method: "POST", path: "/calendars", body } as const;
      return parsed(await onFreshConnection((fresh) => call(create, fresh)), ShownCalendar);
    },
    async isEmptyCalendar(id) {
      const answer = parsed(await call({ method: "GET", path: eventsOf(id) }), EventPage);
      return answer.kind === "done" ? { kind: "done", value: answer.value.items.length === 0 } : answer;
    },
    deleteCalendar: async (id) =>
      parsed(
        await call({ method: "DELETE", path: `/calendars/${encodeURIComponent(id)}` }),
        z.unknown().transform(() => null),
      ),
    async listOwnEvents(id, signal) {
      const send_page = (one: ToyCall) => send(one, signal);
      const listed = await runListing(listOwnEvents(id, owner), { send: send_page, budget, signal });
      if (listed.kind !== "done") return listed;
      const value = listed.value.map(({ id: event_id, obligation_id }) => ({ event_id, obligation_id }));
      return { kind: "done", value };
    },
    listChanges: async (id, _cursor, signal) =>
      newsOf(
        await runListing(listOwnEvents(id, owner), { send: (one) => send(one, signal), budget, signal }),
      ),
    async findEvents(id, event_ids, signal) {
      const listed = newsOf(
        await runListing(listOwnEvents(id, owner), { send: (one) => send(one, signal), budget, signal }),
      );
      if (listed.kind !== "done") return listed;
      const { news } = listed.value;
      const value = event_ids.map((event_id) =>
        news.find((one) => one.kind === "shown" && one.event.event_id === event_id) ??
          { kind: "gone", event_id } as const
      );
      return { kind: "done", value };
    },
    createEvent: (id, event) => runProgram(createEvent(id, owner, event), call),
    updateEvent: (id, event_id, event) => runProgram(updateEvent(id, owner, event_id, event), call),
    deleteEvent: (id, event_id) => runProgram(remove(eventOf(id, event_id)), call),
    applyChanges: (changes, signal) =>
      runPrograms(changes.map((change) => programOf(change, owner)), {
        send: (calls) => Promise.all(calls.map((one) => send(one, signal))),
        group_size: 1,
        groups_at_once: CALLS_AT_ONCE,
        budget,
        signal,
      }).then((results) =>
        results.map((result) => isCut(result.outcome, signal) ? { ...result, outcome: null } : result)
      ),
  };
}

/** A call that the signal cut has no outcome. */
function isCut(outcome: Outcome | null, signal: AbortSignal): boolean {
  return signal.aborted && outcome?.kind === "unknown" && outcome.reason === "aborted";
}

function programOf(change: Change, owner: string): ToyProgram {
  switch (change.kind) {
    case "create":
      return createEvent(change.calendar_id, owner, change.event);
    case "update":
      return updateEvent(change.calendar_id, owner, change.event_id, change.event, change.etag);
    case "restore":
      return updateEvent(change.calendar_id, owner, change.event_id, change.event);
    case "set_reminders":
      return setReminders(change.calendar_id, change.event_id, change.event);
    case "delete":
      return remove(eventOf(change.calendar_id, change.event_id));
    case "remove_untracked":
      return remove(
        `${eventsOf(change.calendar_id)}?${new URLSearchParams({
          owner,
          obligation_id: change.obligation_id,
        })}`,
      );
  }
}

function* createEvent(calendar_id: string, owner: string, event: CalendarEvent): ToyProgram {
  const noted = reminderBody(remindersAtFirst(event, beforeStart(event), Date.now()));
  const body = { ...bodyOf(owner, event), ...noted };
  const answer = yield { method: "POST", path: eventsOf(calendar_id), body };
  return yield* withReminders(calendar_id, event, answer);
}

function* updateEvent(
  calendar_id: string,
  owner: string,
  event_id: string,
  event: CalendarEvent,
  etag: string | null = null,
): ToyProgram {
  const path = eventOf(calendar_id, event_id);
  const answer = yield { method: "PATCH", path, body: bodyOf(owner, event) };
  // Of a version that we know its user deleted the event, which is for others to decide on.
  if (answer.kind === "gone" && etag !== null) return answer;
  return answer.kind === "gone"
    ? yield* createEvent(calendar_id, owner, event)
    : yield* withReminders(calendar_id, event, answer);
}

function* setReminders(calendar_id: string, event_id: string, event: CalendarEvent): ToyProgram {
  const body = reminderBody(remindersAtFirst(event, beforeStart(event), Date.now()));
  const set = parsed(yield { method: "PATCH", path: eventOf(calendar_id, event_id), body }, Written);
  return set.kind === "done" ? { kind: "done", event_id: set.value.id, etag: null } : set;
}

function* remove(path: string): ToyProgram {
  const answer = yield { method: "DELETE", path };
  if (answer.kind !== "ok" && !(answer.kind === "calendar_missing" && answer.reason === "no_such_calendar")) {
    return answer;
  }
  return { kind: "gone", reason: "deleted" };
}

function* listOwnEvents(
  calendar_id: string,
  owner: string,
): Generator<ToyCall, CalendarAnswer<readonly OwnEvent[]>, ToyAnswer> {
  const events: OwnEvent[] = [];
  let page: string | null = "0";
  while (page !== null) {
    const query: URLSearchParams = new URLSearchParams({ owner, page });
    const answer: ToyAnswer = yield { method: "GET", path: `${eventsOf(calendar_id)}?${query}` };
    const expired = page === "0" ? null : expiredPage(answer);
    if (expired !== null) return expired;
    // Whether the calendar is gone, the first page of the next attempt tells.
    if (page !== "0" && answer.kind === "calendar_missing") {
      return { ...answer, kind: "retry", after_s: null };
    }
    const read: CalendarAnswer<z.infer<typeof EventPage>> = parsed(answer, EventPage);
    if (read.kind !== "done") return read;
    events.push(
      ...read.value.items.flatMap(({ obligation_id, ...item }) =>
        obligation_id === null ? [] : [{ ...item, obligation_id }]
      ),
    );
    page = read.value.next;
  }
  return { kind: "done", value: events };
}

function eventsOf(calendar_id: string): string {
  return `/calendars/${encodeURIComponent(calendar_id)}/events`;
}

function eventOf(calendar_id: string, event_id: string): string {
  return `${eventsOf(calendar_id)}/${encodeURIComponent(event_id)}`;
}

function bodyOf(
  owner: string,
  event: CalendarEvent,
): Omit<ToyEvent, "reminders_minutes" | "reminders_note" | "repeats" | "guests" | "version"> {
  const { obligation_id, title, description, url, time } = event;
  const tail = url === null ? "" : `\n\n${url}`;
  const text = description.length <= TEXT_CHARACTERS_MAX
    ? description
    : `${description.slice(0, TEXT_CHARACTERS_MAX).toWellFormed().replace(/\ufffd$/, "")}…${tail}`;
  const span = time.kind === "all_day"
    ? { start: time.start_date, end: time.end_date, time_zone: null }
    : { start: time.start, end: time.end, time_zone: time.time_zone };
  return { owner, obligation_id, title, text, url, ...span };
}

/** Sets the reminders of an event that was written, where they are to come or go. */
function* withReminders(calendar_id: string, event: CalendarEvent, answer: ToyAnswer): ToyProgram {
  const read = parsed(answer, Written);
  if (read.kind !== "done") return read;
  const { id, reminders_minutes: shown, reminders_note } = read.value;
  let { version } = read.value;
  const seen = { shown, noted: parseNote(reminders_note), minutes: beforeStart(event) };
  const change = remindersToChange(event, seen, Date.now());
  if (change !== null) {
    const path = eventOf(calendar_id, id);
    const set = parsed(yield { method: "PATCH", path, body: reminderBody(change) }, Written);
    if (set.kind !== "done") return set;
    version = set.value.version;
  }
  return { kind: "done", event_id: id, etag: String(version) };
}

function reminderBody(noted: NotedReminders): Pick<ToyEvent, "reminders_minutes" | "reminders_note"> {
  return { reminders_minutes: [...noted.minutes], reminders_note: formatNote(noted) };
}

function parsed<T>(answer: ToyAnswer, schema: z.ZodType<T>): CalendarAnswer<T> {
  if (answer.kind !== "ok") return answer;
  const body = schema.safeParse(answer.body);
  return body.success
    ? { kind: "done", value: body.data }
    : { kind: "unknown", reason: "unreadable", after_s: null };
}

/** Makes one call and never throws. */
async function callToy(
  { url, access_token }: { readonly url: string; readonly access_token: string },
  { method, path, body }: ToyCall,
  signal: AbortSignal | undefined,
  fresh: { readonly client?: Deno.HttpClient },
): Promise<ToyAnswer> {
  const timeout = AbortSignal.timeout(CALL_TIMEOUT_MS);
  try {
    const response = await boundedFetch(`${url}/api${path}`, {
      method,
      headers: { authorization: `Bearer ${access_token}` },
      body: body === undefined ? null : JSON.stringify(body),
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      ...fresh,
    });
    return readAnswer(response.status, response.headers, await response.text());
  } catch (error: unknown) {
    const reason = signal?.aborted ? "aborted" : reasonOfLoss(error, timeout);
    return { kind: "unknown", reason, after_s: null, silent: true };
  }
}
