import type { Calendar } from "./types.ts";

/** The Calendar API answered with an error, or not at all. */
export class CalendarApiError extends Error {
  override readonly name = "CalendarApiError";
  /**
   * @param code one of the codes of docs/embed/calendar-api.md; `network` where the browser is offline, `unreachable` where no answer came, `origin_not_allowed` where this page may
   *   not read answers, `internal` where it had no code
   * @param retry_after_s what the server asks to wait before the next call
   * @param reference by which the operator finds the call; null where it did not fail on the server's side
   * @param calendars to choose from, where one has to be chosen
   */
  constructor(
    readonly code: string,
    readonly retry_after_s: number | null = null,
    readonly reference: string | null = null,
    readonly calendars: readonly Calendar[] = [],
  ) {
    super(code);
  }
}

/** The code of whatever went wrong, for the strings that say it. */
export function codeOf(error: unknown): string {
  return error instanceof CalendarApiError ? error.code : "internal";
}

/** The user's own calendars, where the server has said that it makes none for us; null: it has not. */
export function calendarsInstead(error: unknown): readonly Calendar[] | null {
  return error instanceof CalendarApiError && error.code === "calendar_needed" ? error.calendars : null;
}

/** By what the operator finds the call that went wrong, where it is worth reporting. */
export function referenceOf(error: unknown): string | null {
  return error instanceof CalendarApiError ? error.reference : null;
}
