import type { HostPolicy, Outbound } from "../../transport/safe-fetch.ts";
import {
  type CalendarAnswer,
  type CalendarChoice,
  type CalendarClient,
  type Change,
  NOT_BEGUN,
} from "../calendar-client.ts";
import type { CallBudget } from "../call-budget.ts";
import type { CredentialsOf } from "../credentials.ts";
import { askEach, runListing } from "../listing.ts";
import type { Failure, Outcome } from "../outcome.ts";
import { runProgram, runPrograms } from "../run-programs.ts";
import {
  createCalendar,
  type DavSteps,
  deleteCalendar,
  fileUrl,
  getCalendar,
  HOME_MOVED,
  isEmptyCalendar,
  listCalendars,
  type Places,
  type Target,
} from "./calendars.ts";
import { createEvent, deleteEvent, removeUntracked, restoreEvent, updateEvent } from "./event-writes.ts";
import { findEvent } from "./find-event.ts";
import { callDav, type DavCall, REQUESTS_AT_ONCE_MAX } from "./http.ts";
import { listChanges } from "./list-changes.ts";
import { listMovedEvents } from "./moved-events.ts";
import { listOwnEvents } from "./own-events.ts";
import { findPlaces, forgetPlaces, knownPlaces } from "./places.ts";
import { setReminders } from "./set-reminders.ts";

/** Requests of an account at a time: what most servers answer fastest, of 64 writes in 1, 2, 4 and 8 of them. */
const REQUESTS_AT_ONCE = 2;

/**
 * CalDAV for one account: RFC 4791 by hand, since a library that follows redirects by itself loses the password on the way to
 * a service's other host, or takes it to somebody else's.
 *
 * @param options.credentials the principal's address as `server`, see `discover`
 * @param options.requests_at_once at most 4
 */
export function createCalDavClient(options: {
  readonly outbound: Outbound;
  readonly policy: HostPolicy;
  readonly credentials: CredentialsOf<"password">;
  /** What events are named by, beside their obligation. */
  readonly owner: string;
  /** The calendar that the integration writes to; any other one is taken for the user's. */
  readonly calendar: CalendarChoice | null;
  readonly budget: CallBudget;
  readonly requests_at_once?: number;
}): CalendarClient {
  const { owner, budget } = options;
  const lanes = Math.min(options.requests_at_once ?? REQUESTS_AT_ONCE, REQUESTS_AT_ONCE_MAX);
  const call = (one: DavCall) => {
    budget.spend(1);
    return callDav(options, one);
  };
  const placesOf = async (signal?: AbortSignal): Promise<CalendarAnswer<Places>> => {
    const known = knownPlaces(options);
    if (known !== null) return { kind: "done", value: known };
    budget.spend(1);
    return await findPlaces(options, signal);
  };
  const targetAt = (places: Places, calendar_id: string): Target => ({
    places,
    owner,
    calendar: options.calendar?.id === calendar_id ? options.calendar : { id: calendar_id, role: "other" },
  });
  const noted = <T extends { readonly kind: string } | null>(answer: T): T => {
    if (answer !== null && "reason" in answer && answer.reason === HOME_MOVED) forgetPlaces(options);
    return answer;
  };
  /** Does something with one call after the other. */
  const run = async <T extends { readonly kind: string }>(
    program: (places: Places) => DavSteps<T>,
  ): Promise<T | Failure> => {
    const places = await placesOf();
    return places.kind === "done" ? noted(await runProgram(program(places.value), call)) : places;
  };
  const list = async <T>(
    signal: AbortSignal,
    listing: (places: Places) => DavSteps<CalendarAnswer<T>>,
  ): Promise<CalendarAnswer<T>> => {
    const is_known = knownPlaces(options) !== null;
    if (!is_known && (budget.left === 0 || signal.aborted)) return notFinished();
    const places = await placesOf(signal);
    if (places.kind !== "done") return signal.aborted ? notFinished() : places;
    const send = (one: DavCall) => callDav(options, one, signal);
    return noted(await runListing(listing(places.value), { send, budget, signal }));
  };
  const client: CalendarClient = {
    checkAccount: async () => {
      budget.spend(1);
      const places = await findPlaces(options);
      return places.kind === "done" ? { kind: "done", value: null } : places;
    },
    listCalendars: () => run(listCalendars),
    getCalendar: (calendar) => run((places) => getCalendar({ places, owner, calendar })),
    createCalendar: (calendar) => run((places) => createCalendar(places, owner, calendar)),
    isEmptyCalendar: (id) => run((places) => isEmptyCalendar(targetAt(places, id))),
    deleteCalendar: (id) => run((places) => deleteCalendar(targetAt(places, id))),
    listOwnEvents: (id, signal) => list(signal, (places) => listOwnEvents(targetAt(places, id))),
    listChanges: (id, cursor, signal) => list(signal, (places) => listChanges(targetAt(places, id), cursor)),
    findEvents: (id, event_ids, signal) =>
      list(signal, (places) => askEach(event_ids, (event_id) => findEvent(targetAt(places, id), event_id))),
    listMovedEvents: (id, signal) =>
      listMovedEvents(id, {
        listCalendars: () => list(signal, listCalendars),
        listOwnEvents: (other) => list(signal, (places) => listOwnEvents(targetAt(places, other))),
        readFile: async (other, event_id) => {
          const file = await list(signal, (places) => readFile(fileUrl(places, other, event_id)));
          return file.kind === "done" ? file.value : null;
        },
      }),
    createEvent: (id, event) => run((places) => createEvent(targetAt(places, id), event)),
    updateEvent: (id, event_id, event) => run((places) => updateEvent(targetAt(places, id), event_id, event)),
    deleteEvent: (id, event_id) => run((places) => deleteEvent(targetAt(places, id), event_id)),
    applyChanges: async (changes, signal) => {
      const none = changes.map(() => NOT_BEGUN);
      if (changes.length === 0 || signal.aborted || budget.left === 0) return none;
      const places = await placesOf(signal);
      if (places.kind !== "done") {
        return signal.aborted ? none : none.with(0, { outcome: places, wrote: false });
      }
      const targets = new Map(
        changes.map(({ calendar_id }) => [calendar_id, targetAt(places.value, calendar_id)]),
      );
      const results = await runPrograms(
        changes.map((change) =>
          programOf(change, targets.get(change.calendar_id) ?? targetAt(places.value, change.calendar_id))
        ),
        {
          // What the signal cut has no answer.
          send: async (calls) => {
            const answers = await Promise.all(calls.map((one) => callDav(options, one, signal)));
            return signal.aborted ? [] : answers;
          },
          group_size: 1,
          groups_at_once: lanes,
          budget,
          signal,
        },
      );
      results.forEach(({ outcome }) => noted(outcome));
      return results;
    },
  };
  return client;
}

function programOf(change: Change, target: Target): DavSteps<Outcome> {
  switch (change.kind) {
    case "create":
      return createEvent(target, change.event);
    case "update":
      return updateEvent(target, change.event_id, change.event, change.etag ?? null);
    case "restore":
      return restoreEvent(target, change.event_id, change.event);
    case "set_reminders":
      return setReminders(target, change.event_id, change.event);
    case "delete":
      return deleteEvent(target, change.event_id);
    case "remove_untracked":
      return removeUntracked(target, change.obligation_id);
  }
}

function* readFile(url: URL): DavSteps<CalendarAnswer<string>> {
  const answer = yield { method: "GET", url };
  return answer.kind === "ok" ? { kind: "done", value: answer.text } : answer;
}

function notFinished(): Failure {
  return { kind: "retry", reason: "listing_not_finished", after_s: null };
}
