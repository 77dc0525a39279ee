/** The Calendar API answered with an error, or not at all. */
export class CalendarApiError extends Error {
  override readonly name = "CalendarApiError";
  /**
   * @param code one of the codes of docs/calendar-api.md; `network` where no answer came, `internal` where it had no code
   * @param retry_after_s what the server asks to wait before the next call
   */
  constructor(readonly code: string, readonly retry_after_s: number | null = null) {
    super(code);
  }
}

/** The code of whatever went wrong, for the strings that say it. */
export function codeOf(error: unknown): string {
  return error instanceof CalendarApiError ? error.code : "internal";
}
