import { PERSONAL_TENANT } from "./accounts.ts";
import { previewOf, shownBody } from "./event-content.ts";
import { shownTime } from "./event-times.ts";
import { expanded } from "./extended-properties.ts";
import type { Preferences } from "./prefer.ts";
import { type Query, selected } from "./query.ts";
import type { OutlookAccount, OutlookEvent } from "./state.ts";

/** What `$select` may name. */
export const EVENT_PROPERTIES: readonly string[] =
  `id createdDateTime lastModifiedDateTime changeKey categories transactionId originalStartTimeZone
  originalEndTimeZone iCalUId reminderMinutesBeforeStart isReminderOn hasAttachments subject bodyPreview importance
  sensitivity isAllDay isCancelled isOrganizer responseRequested seriesMasterId showAs type webLink onlineMeetingUrl
  isOnlineMeeting onlineMeetingProvider allowNewTimeProposals isDraft hideAttendees responseStatus body start end
  location locations recurrence attendees organizer onlineMeeting`.split(/\s+/);

/** The id by which a client with these preferences knows the event. */
export function shownId(event: OutlookEvent, { id_form }: Preferences): string {
  return id_form === "immutable" ? event.id : event.mutable_id;
}

/** An event as Graph answers it. */
export function eventResource(
  event: OutlookEvent,
  account: OutlookAccount,
  prefer: Preferences,
  query: Query,
): Record<string, unknown> {
  const id = shownId(event, prefer);
  const web = account.tid === PERSONAL_TENANT ? "https://outlook.live.com" : "https://outlook.office365.com";
  const location = { displayName: event.location, locationType: "default", uniqueIdType: "unknown" };
  return selected({
    "@odata.etag": `W/"${event.changeKey}"`,
    id,
    createdDateTime: event.createdDateTime,
    lastModifiedDateTime: event.lastModifiedDateTime,
    changeKey: event.changeKey,
    categories: event.categories,
    transactionId: event.transactionId,
    originalStartTimeZone: event.start.timeZone,
    originalEndTimeZone: event.end.timeZone,
    // Now and then Graph has none.
    iCalUId: event.id.charCodeAt(10) % 2 === 0
      ? null
      : `040000008200E00074C5B7101A82E008${event.id.slice(-12)}`,
    reminderMinutesBeforeStart: event.reminderMinutesBeforeStart,
    isReminderOn: event.isReminderOn,
    hasAttachments: false,
    subject: event.subject,
    bodyPreview: previewOf(event.body),
    importance: event.importance,
    sensitivity: event.sensitivity,
    isAllDay: event.isAllDay,
    isCancelled: false,
    isOrganizer: true,
    responseRequested: true,
    seriesMasterId: null,
    showAs: event.showAs,
    type: event.recurrence === null ? "singleInstance" : "seriesMaster",
    webLink: `${web}/owa/?itemid=${encodeURIComponent(id)}&exvsurl=1&path=/calendar/item`,
    onlineMeetingUrl: null,
    isOnlineMeeting: false,
    onlineMeetingProvider: "unknown",
    allowNewTimeProposals: true,
    isDraft: false,
    hideAttendees: false,
    responseStatus: { response: "organizer", time: "0001-01-01T00:00:00Z" },
    body: shownBody(event.body, prefer.body),
    start: shownTime(event.start, event.isAllDay, prefer.time_zone),
    end: shownTime(event.end, event.isAllDay, prefer.time_zone),
    location,
    locations: event.location === "" ? [] : [location],
    recurrence: event.recurrence,
    attendees: event.attendees,
    organizer: { emailAddress: { name: account.name, address: account.email } },
    onlineMeeting: null,
    ...expanded(event.extendedProperties, query.expand),
  }, query);
}
