import { providerRefusal } from "../oauth/provider-refusal.ts";
import { ApiError } from "../platform/errors.ts";
import type { CalendarAnswer, CalendarClient } from "../providers/calendar-client.ts";

/** Why there was no answer. Every other reason is a server's word. */
const LOST: ReadonlySet<string> = new Set(["timeout", "network"]);

/** Whether a calendar was refused, for whatever reason, by a server that answered. */
export function isCalendarRefused(answer: Exclude<CalendarAnswer<unknown>, { kind: "done" }>): boolean {
  return answer.kind !== "unknown" || !LOST.has(answer.reason);
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
