import type { Context } from "hono";
import type { AccountView, CalendarView, EventView } from "./control.ts";

/** An event, and where it is. */
interface Place {
  readonly account: AccountView;
  readonly calendar: CalendarView;
  readonly event: EventView;
}

/**
 * Answers for the page of one event, at the address that the real provider has for it: the emulator's page, which opens the event; 404
 * where no event is meant.
 *
 * @param isMeant whether the address names this event
 */
export function answerEventPage(
  c: Context,
  accounts: readonly AccountView[],
  isMeant: (place: Place) => boolean,
): Response | Promise<Response> {
  const found = accounts.flatMap((account) =>
    account.calendars.flatMap((calendar) => calendar.events.map((event) => ({ account, calendar, event })))
  ).find(isMeant);
  if (found === undefined) return c.html(NO_EVENT, 404);
  return c.redirect(`/?${new URLSearchParams({ account: found.account.email, event: found.event.id })}`, 302);
}

const NO_EVENT = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>No such event</title></head>
<body><main><h1>No such event</h1><p>This address names no event of these calendars. <a href="/">All calendars</a></p></main></body></html>
`;
