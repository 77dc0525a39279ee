import { providerRefusal } from "../oauth/provider-refusal.ts";
import { ApiError } from "../platform/errors.ts";
import type { CalendarAnswer, CalendarClient } from "../providers/calendar-client.ts";

/** Whether a calendar was refused, for whatever reason, by a server that answered. */
export function isCalendarRefused(answer: Exclude<CalendarAnswer<unknown>, { kind: "done" }>): boolean {
  switch (answer.kind) {
    case "rejected":
    case "pause":
    case "conflict":
    case "exists":
      return true;
    case "retry":
      return answer.silent !== true;
    default:
      return false;
  }
}

/** 409 `calendar_needed`, with the calendars that the user may choose from. */
export async function calendarNeeded(
  client: CalendarClient,
  message = "This server makes no calendar for us. Choose one of yours.",
): Promise<ApiError> {
  const listed = await client.listCalendars();
  if (listed.kind !== "done") return providerRefusal(listed);
  return new ApiError(409, "calendar_needed", message, null, { calendars: listed.value });
}
