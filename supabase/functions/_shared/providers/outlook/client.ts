import { boundedFetch } from "../bounded-fetch.ts";
import type { CalendarChoice, CalendarClient, Change } from "../calendar-client.ts";
import type { CallBudget } from "../call-budget.ts";
import { runListing } from "../listing.ts";
import { runProgram, runPrograms } from "../run-programs.ts";
import { BATCH_CALLS_MAX, CALLS_AT_ONCE, hasBatch, sendSingly, sendTogether } from "./batch.ts";
import {
  checkAccount,
  createCalendar,
  deleteCalendar,
  getCalendar,
  isEmptyCalendar,
  listCalendars,
  type Target,
} from "./calendars.ts";
import { createChannel, renewChannel, stopChannel } from "./channels.ts";
import { listChanges } from "./event-changes.ts";
import { createEvent, deleteEvent, type GraphProgram, removeUntracked, updateEvent } from "./event-writes.ts";
import { findEvents } from "./find-events.ts";
import { type CallGraph, callGraph } from "./http.ts";
import { findOwnEvents } from "./own-events.ts";
import { setReminders } from "./set-reminders.ts";

/** How the calls of many changes are made. */
export interface Transport {
  readonly send: typeof sendTogether;
  /** Changes whose calls are sent together. */
  readonly group_size: number;
  readonly groups_at_once: number;
}

/** Twenty calls a request: what is used, since it measures faster (`bench/graph-transport.ts`). */
export const TOGETHER: Transport = {
  send: sendTogether,
  group_size: BATCH_CALLS_MAX,
  groups_at_once: 1,
};

/** One call a request, as many side by side as a mailbox allows. */
export const SINGLY: Transport = { send: sendSingly, group_size: 1, groups_at_once: CALLS_AT_ONCE };

/**
 * Outlook's calendar of one account.
 *
 * @param options.graph_url `MICROSOFT_GRAPH_URL`, without a trailing slash
 * @param options.owner what events, and calendars of our own, are tagged with
 * @param options.calendar the calendar that the integration writes to; any other one goes by its id
 * @param options.budget is charged one for every call, alone or in a batch
 * @returns a client whose functions never throw
 * @source https://learn.microsoft.com/graph/api/resources/calendar
 */
export function createOutlookClient(options: {
  readonly graph_url: string;
  readonly access_token: string;
  readonly owner: string;
  readonly calendar: CalendarChoice | null;
  readonly budget: CallBudget;
  readonly transport?: Transport;
  readonly fetch?: typeof fetch;
}): CalendarClient {
  const { budget, transport = TOGETHER } = options;
  const access = { fetch: boundedFetch, ...options };
  const call: CallGraph = (one) => {
    budget.spend(1);
    return callGraph(access, one);
  };
  const choiceOf = (id: string): CalendarChoice =>
    options.calendar?.id === id ? options.calendar : { id, role: "other" };
  const targetOf = (calendar_id: string): Target => ({ ...options, calendar: choiceOf(calendar_id) });
  return {
    checkAccount: () => runProgram(checkAccount(), call),
    listCalendars: () => runProgram(listCalendars(options), call),
    getCalendar: (calendar) => runProgram(getCalendar(options, calendar), call),
    createCalendar: (calendar) => runProgram(createCalendar(options, calendar), call),
    isEmptyCalendar: (calendar_id) => runProgram(isEmptyCalendar(options, choiceOf(calendar_id)), call),
    deleteCalendar: (calendar_id) => runProgram(deleteCalendar(choiceOf(calendar_id)), call),
    listOwnEvents: (calendar_id, signal) =>
      runListing(findOwnEvents(targetOf(calendar_id), null), {
        send: (one) => callGraph(access, one, signal),
        budget,
        signal,
      }),
    listChanges: (calendar_id, _cursor, signal) =>
      runListing(listChanges(targetOf(calendar_id)), {
        send: (one) => callGraph(access, one, signal),
        budget,
        signal,
      }),
    findEvents: (calendar_id, event_ids, signal) =>
      runListing(findEvents(targetOf(calendar_id), event_ids), {
        send: (one) => callGraph(access, one, signal),
        budget,
        signal,
      }),
    createChannel: (calendar_id, channel) =>
      runProgram(createChannel(targetOf(calendar_id), channel, Date.now()), call),
    renewChannel: (_channel_id, resource_id) => runProgram(renewChannel(resource_id, Date.now()), call),
    stopChannel: (_channel_id, resource_id) => runProgram(stopChannel(resource_id), call),
    createEvent: (calendar_id, event) => runProgram(createEvent(targetOf(calendar_id), event), call),
    updateEvent: (calendar_id, event_id, event) =>
      runProgram(updateEvent(targetOf(calendar_id), event_id, event), call),
    deleteEvent: (calendar_id, event_id) => runProgram(deleteEvent(targetOf(calendar_id), event_id), call),
    applyChanges: (changes, signal) => {
      const { send, group_size, groups_at_once } = hasBatch(access.graph_url) ? transport : SINGLY;
      return runPrograms(changes.map((change) => programOf(change, targetOf(change.calendar_id))), {
        send: (calls) => send(access, calls, signal),
        group_size,
        groups_at_once,
        budget,
        signal,
      });
    },
  };
}

function programOf(change: Change, target: Target): GraphProgram {
  switch (change.kind) {
    case "create":
      return createEvent(target, change.event);
    case "update":
      return updateEvent(target, change.event_id, change.event, change.etag);
    case "restore":
      return updateEvent(target, change.event_id, change.event);
    case "set_reminders":
      return setReminders(target, change.event_id, change.event);
    case "delete":
      return deleteEvent(target, change.event_id);
    case "remove_untracked":
      return removeUntracked(target, change.obligation_id);
  }
}
