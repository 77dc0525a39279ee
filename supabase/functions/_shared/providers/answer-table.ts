import type { Failure } from "./outcome.ts";

/** One answer of a provider and what it means: a row of the tables in `<provider>/answers.ts`. */
export interface AnswerRow {
  /** HTTP status; `5xx` stands for every server error that no other row names, `*` for every other status. */
  readonly status: number | "5xx" | "*";
  /**
   * The provider's own word for the error. `""`: the body is not in the provider's shape, so that somebody between
   * us and the provider may have said it. null: any that no other row names.
   */
  readonly reason: string | null;
  /** `after_s` is what holds without a `Retry-After`; `reason` is filled in from the answer. */
  readonly means: Unfilled<Failure>;
  /** Where this is documented or was seen. */
  readonly source: string;
}

type Unfilled<T> = T extends unknown ? Omit<T, "reason"> : never;

/** A longer wait than this is a provider's typo, or one that a pause of hours is for. */
export const RETRY_AFTER_MAX_S = 3600;

/**
 * Looks an error up: the row of its status and reason, of its status, of its class.
 *
 * @param reason as {@link AnswerRow} has it
 * @param after_s what `Retry-After` says, in seconds
 */
export function failureOf(
  table: readonly AnswerRow[],
  status: number,
  reason: string,
  after_s: number | null,
): Failure {
  const keys: readonly (readonly [AnswerRow["status"], string | null])[] = [
    [status, reason],
    [status, null],
    ...(status >= 500 ? [["5xx", reason] as const, ["5xx", null] as const] : []),
    ["*", reason],
    ["*", null],
  ];
  for (const [row_status, row_reason] of keys) {
    const row = table.find((candidate) => candidate.status === row_status && candidate.reason === row_reason);
    if (row !== undefined) return filled(row.means, reason || `http_${status}`, after_s, status >= 500);
  }
  throw new Error("An answer table needs a row for every other status.");
}

function filled(
  means: AnswerRow["means"],
  reason: string,
  after_s: number | null,
  is_server_error: boolean,
): Failure {
  switch (means.kind) {
    case "retry":
    case "unknown":
      return {
        ...means,
        reason,
        after_s: after_s ?? means.after_s,
        ...(is_server_error ? { silent: true } : {}),
      };
    case "pause":
      return { ...means, reason, after_s: after_s ?? means.after_s };
    case "exists":
    case "calendar_moved":
      return means;
    default:
      return { ...means, reason };
  }
}

/** `Date.parse` reads -1 and 2.5 as days of 2001. */
const MONTH_NAME = /\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)/i;

/**
 * Reads `Retry-After` (RFC 9110 §10.2.3): seconds, or a date. Some servers send fractions of seconds.
 *
 * @returns seconds from now, 1 to {@link RETRY_AFTER_MAX_S}; null where it asks for no wait or cannot be read
 */
export function retryAfterOf(headers: Headers): number | null {
  const value = headers.get("retry-after")?.trim() ?? "";
  const seconds = /^\d+(\.\d+)?$/.test(value)
    ? Number(value)
    : MONTH_NAME.test(value)
    ? (Date.parse(value) - Date.now()) / 1000
    : NaN;
  return seconds > 0 ? Math.min(Math.ceil(seconds), RETRY_AFTER_MAX_S) : null;
}

/** @returns undefined where the text is no JSON, as with a proxy's HTML or an empty body */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
