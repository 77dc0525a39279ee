import { boundedFetch } from "../bounded-fetch.ts";
import type { CalendarChoice, CalendarClient, Change } from "../calendar-client.ts";
import type { CallBudget } from "../call-budget.ts";
import { onFreshConnection } from "../fresh-connection.ts";
import { askEach, runListing } from "../listing.ts";
import { runProgram, runPrograms } from "../run-programs.ts";
import { BATCH_CALLS_MAX, hasBatch, sendBatch } from "./batch.ts";
import { createCalendar, deleteCalendar, getCalendar, isEmptyCalendar, listCalendars } from "./calendars.ts";
import { listChanges } from "./changes.ts";
import { createChannel, stopChannel } from "./channels.ts";
import {
  createEvent,
  deleteEvent,
  type GoogleProgram,
  type RemovalTarget,
  removeUntracked,
  restoreEvent,
  updateEvent,
} from "./event-writes.ts";
import { findEvent } from "./find-event.ts";
import { callGoogle, type GoogleCall } from "./http.ts";
import { listMovedEvents } from "./moved-events.ts";
import { listOwnEvents } from "./own-events.ts";
import { setReminders } from "./set-reminders.ts";

/** Batches that are under way side by side: Google limits writes to one calendar in quick succession. */
const BATCHES_AT_ONCE = 4;
/** Where there is no batch endpoint. */
const CALLS_AT_ONCE = 6;

/**
 * Google Calendar for one account.
 *
 * @param options.api_url `GOOGLE_API_URL`
 * @source Google Calendar API v3 reference
 */
export function createGoogleClient(options: {
  readonly api_url: string;
  readonly access_token: string;
  /** What events are tagged with. */
  readonly owner: string;
  /** The calendar that the integration writes to; any other one is taken for the user's. */
  readonly calendar: CalendarChoice | null;
  readonly budget: CallBudget;
  readonly fetch?: typeof fetch;
}): CalendarClient {
  const { budget } = options;
  const access = { fetch: boundedFetch, ...options };
  const call = (one: GoogleCall) => {
    budget.spend(1);
    return callGoogle(access, one);
  };
  const freshCall = async (one: GoogleCall) => {
    budget.spend(1);
    return await onFreshConnection((client) =>
      callGoogle({ ...access, fetch: (input, init) => access.fetch(input, { ...init, ...client }) }, one)
    );
  };
  const choiceOf = (id: string): CalendarChoice =>
    options.calendar?.id === id ? options.calendar : { id, role: "other" };
  const targetOf = (calendar_id: string): RemovalTarget => ({
    calendar: choiceOf(calendar_id),
    owner: options.owner,
    is_current: options.calendar?.id === calendar_id,
  });
  return {
    // Nothing that `calendar.app.created` may call tells; making the calendar does.
    checkAccount: () => Promise.resolve({ kind: "done", value: null }),
    listCalendars: () => listCalendars(call),
    getCalendar: (calendar) => runProgram(getCalendar(calendar), call),
    // The runtime repeats a request by itself whose kept-alive connection is cut, and a calendar must not be made twice.
    createCalendar: (calendar) => createCalendar(freshCall, calendar),
    isEmptyCalendar: (calendar_id) => isEmptyCalendar(call, calendar_id),
    deleteCalendar: (calendar_id) => deleteCalendar(call, calendar_id),
    listOwnEvents: (calendar_id, signal) =>
      runListing(listOwnEvents(targetOf(calendar_id)), {
        send: (one) => callGoogle(access, one, signal),
        budget,
        signal,
      }),
    listMovedEvents: (calendar_id, signal) =>
      listMovedEvents({
        owner: options.owner,
        calendar_id,
        listCalendars: () => listCalendars(call),
        listOwnEvents: (id) =>
          runListing(listOwnEvents(targetOf(id), false), {
            send: (one) => callGoogle(access, one, signal),
            budget,
            signal,
          }),
      }),
    listChanges: (calendar_id, cursor, signal) =>
      runListing(listChanges(targetOf(calendar_id), cursor), {
        send: (one) => callGoogle(access, one, signal),
        budget,
        signal,
      }),
    findEvents: (calendar_id, event_ids, signal) =>
      runListing(askEach(event_ids, (event_id) => findEvent(targetOf(calendar_id), event_id)), {
        send: (one) => callGoogle(access, one, signal),
        budget,
        signal,
      }),
    // The same for a channel: its id is good once.
    createChannel: (calendar_id, channel) => createChannel(freshCall, calendar_id, channel),
    stopChannel: (channel_id, resource_id) => stopChannel(call, channel_id, resource_id),
    createEvent: (calendar_id, event) => runProgram(createEvent(targetOf(calendar_id), event), call),
    updateEvent: (calendar_id, event_id, event) =>
      runProgram(updateEvent(targetOf(calendar_id), event_id, event), call),
    deleteEvent: (calendar_id, event_id) => runProgram(deleteEvent(targetOf(calendar_id), event_id), call),
    applyChanges: (changes, signal) =>
      runPrograms(changes.map((change) => programOf(change, targetOf(change.calendar_id))), {
        send: (calls) => sendBatch(access, calls, signal),
        ...(hasBatch(access.api_url)
          ? { group_size: BATCH_CALLS_MAX, groups_at_once: BATCHES_AT_ONCE }
          : { group_size: 1, groups_at_once: CALLS_AT_ONCE }),
        budget,
        signal,
      }),
  };
}

function programOf(change: Change, target: RemovalTarget): GoogleProgram {
  switch (change.kind) {
    case "create":
      return createEvent(target, change.event);
    case "update":
      return updateEvent(target, change.event_id, change.event, change.etag);
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
