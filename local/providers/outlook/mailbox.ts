import { itemNotFound, malformedId } from "./errors.ts";
import { calendarId, eventId, formOf, type IdForm, isId } from "./ids.ts";
import type { OutlookAccount, OutlookCalendar, OutlookEvent } from "./state.ts";

/** An event and the calendar that it is in. */
export interface Placed {
  readonly event: OutlookEvent;
  readonly calendar: OutlookCalendar;
}

/** @throws GraphError 400 ErrorInvalidIdMalformed, 404 ErrorItemNotFound */
export function findCalendar(account: OutlookAccount, id: string): OutlookCalendar {
  if (!isId(id)) throw malformedId();
  const calendar = account.calendars.get(id);
  if (!calendar) throw itemNotFound();
  return calendar;
}

/** The calendar that ids need not be known for. */
export function defaultCalendar(account: OutlookAccount): OutlookCalendar {
  const calendar = [...account.calendars.values()].find(({ isDefault }) => isDefault);
  if (!calendar) throw itemNotFound();
  return calendar;
}

/**
 * An event anywhere in the mailbox.
 *
 * @param form of ids that the client asked for; the other form finds nothing
 * @throws GraphError 400 ErrorInvalidIdMalformed, 404 ErrorItemNotFound
 */
export function findEvent(account: OutlookAccount, id: string, form: IdForm): Placed {
  const found = formOf(id);
  if (found === null) throw malformedId();
  if (found !== form) throw itemNotFound();
  for (const calendar of account.calendars.values()) {
    const event = form === "immutable"
      ? calendar.events.get(id)
      : [...calendar.events.values()].find(({ mutable_id }) => mutable_id === id);
    if (event) return { event, calendar };
  }
  throw itemNotFound();
}

/** Deletes an event: its user can put it back, and nobody else sees it. */
export function deleteEvent({ event, calendar }: Placed): void {
  calendar.events.delete(event.id);
  calendar.deleted.set(event.id, event);
}

/** Moves an event as a person does: only its immutable id stays. */
export function moveEvent({ event, calendar }: Placed, to: OutlookCalendar, changeKey: string): void {
  calendar.events.delete(event.id);
  to.events.set(event.id, {
    ...event,
    mutable_id: eventId("mutable"),
    changeKey,
    lastModifiedDateTime: new Date().toISOString(),
  });
}

/** Copies an event as a person does: desktop Outlook copies all properties of an item, those of other programs too. */
export function copyEvent({ event }: Placed, to: OutlookCalendar, changeKey: string): OutlookEvent {
  const now = new Date().toISOString();
  const copy: OutlookEvent = {
    ...event,
    id: eventId("immutable"),
    mutable_id: eventId("mutable"),
    changeKey,
    createdDateTime: now,
    lastModifiedDateTime: now,
    transactionId: null,
    extendedProperties: new Map(event.extendedProperties),
  };
  to.events.set(copy.id, copy);
  return copy;
}

/** Gives a calendar another id, as happens under a client's hands; what is in it stays. */
export function swapCalendarId(account: OutlookAccount, calendar: OutlookCalendar): void {
  account.calendars.delete(calendar.id);
  calendar.id = calendarId();
  account.calendars.set(calendar.id, calendar);
}
