import type { CalendarClient, Change } from "../calendar-client.ts";
import type { CallBudget } from "../call-budget.ts";
import { runProgram, runPrograms } from "../run-programs.ts";
import { BATCH_CALLS_MAX, hasBatch, sendBatch } from "./batch.ts";
import { createCalendar, deleteCalendar, getCalendar, isEmptyCalendar, listCalendars } from "./calendars.ts";
import {
  createEvent,
  deleteEvent,
  type GoogleProgram,
  removeUntracked,
  updateEvent,
} from "./event-writes.ts";
import { callGoogle, type GoogleCall } from "./http.ts";

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
  readonly budget: CallBudget;
  readonly fetch?: typeof fetch;
}): CalendarClient {
  const { budget } = options;
  const access = { fetch, ...options };
  const call = (one: GoogleCall) => {
    budget.spend(1);
    return callGoogle(access, one);
  };
  return {
    // Nothing that `calendar.app.created` may call tells; making the calendar does.
    checkAccount: () => Promise.resolve({ kind: "done", value: null }),
    listCalendars: () => listCalendars(call),
    getCalendar: (calendar) => getCalendar(call, calendar),
    createCalendar: (calendar) => createCalendar(call, calendar),
    isEmptyCalendar: (calendar_id) => isEmptyCalendar(call, calendar_id),
    deleteCalendar: (calendar_id) => deleteCalendar(call, calendar_id),
    createEvent: (calendar_id, event) => runProgram(createEvent(calendar_id, event), call),
    updateEvent: (calendar_id, event_id, event) =>
      runProgram(updateEvent(calendar_id, event_id, event), call),
    deleteEvent: (calendar_id, event_id) => runProgram(deleteEvent(calendar_id, event_id), call),
    applyChanges: (changes, signal) =>
      runPrograms(changes.map(programOf), {
        send: (calls) => sendBatch(access, calls, signal),
        ...(hasBatch(access.api_url)
          ? { group_size: BATCH_CALLS_MAX, groups_at_once: BATCHES_AT_ONCE }
          : { group_size: 1, groups_at_once: CALLS_AT_ONCE }),
        budget,
        signal,
      }),
  };
}

function programOf(change: Change): GoogleProgram {
  switch (change.kind) {
    case "create":
      return createEvent(change.calendar_id, change.event);
    case "update":
      return updateEvent(change.calendar_id, change.event_id, change.event);
    case "delete":
      return deleteEvent(change.calendar_id, change.event_id);
    case "remove_untracked":
      return removeUntracked(change.calendar_id, change.obligation_id);
  }
}
