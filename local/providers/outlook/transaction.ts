import { GraphError } from "./errors.ts";
import type { EventBody } from "./event-body.ts";
import type { OutlookAccount, OutlookCalendar, OutlookEvent, OutlookState } from "./state.ts";

/** How a POST stands to earlier ones with its transactionId. */
export type Repetition =
  | { readonly kind: "first" }
  | { readonly kind: "same"; readonly event: OutlookEvent };

/**
 * Looks a transactionId up.
 *
 * @param idOf the event's id in the form that the client works with
 * @throws GraphError ErrorDuplicateTransactionId where another event has it, or a deleted one had it
 */
export function checkTransaction(
  state: OutlookState,
  account: OutlookAccount,
  calendar: OutlookCalendar,
  body: EventBody,
  idOf: (event: OutlookEvent) => string,
): Repetition {
  const earlier = account.transactions.get(body.transactionId ?? "");
  if (!earlier) return { kind: "first" };
  const event = [...account.calendars.values()].map(({ events }) => events.get(earlier.event_id))
    .find((one) => one !== undefined);
  if (!event && !state.burn_transaction_ids) return { kind: "first" };
  if (event && earlier.calendar === calendar && earlier.fingerprint === fingerprintOf(body)) {
    return { kind: "same", event };
  }
  throw new GraphError(
    state.duplicate_transaction_status,
    "ErrorDuplicateTransactionId",
    "The TransactionId specified in the request has already been used to create a different event.",
    {},
    event && state.names_existing_event ? { "@event.existingEventId": idOf(event) } : {},
  );
}

/** Remembers what a transactionId was used for. */
export function rememberTransaction(
  account: OutlookAccount,
  calendar: OutlookCalendar,
  body: EventBody,
  event: OutlookEvent,
): void {
  if (body.transactionId === undefined) return;
  account.transactions.set(body.transactionId, {
    event_id: event.id,
    calendar,
    fingerprint: fingerprintOf(body),
  });
}

/** The same for bodies that say the same; parsing has put their names into one order. */
function fingerprintOf(body: EventBody): string {
  return JSON.stringify(body);
}
