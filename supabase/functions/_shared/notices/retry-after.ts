/** Also what `calendar_record_deliveries` can read. */
const SECONDS_MAX = 999_999_999;

/**
 * Reads `Retry-After` (RFC 9110 §10.2.3): seconds, or a date.
 *
 * @returns seconds from now, 0 to {@link SECONDS_MAX}; null where there is none that can be read
 */
export function retryAfterSeconds(retry_after: string | null): number | null {
  if (retry_after === null) return null;
  if (/^\d{1,9}$/.test(retry_after)) return Number(retry_after);
  // Some negative numbers are dates to Date.parse.
  const at = /[A-Za-z]/.test(retry_after) ? Date.parse(retry_after) : NaN;
  return Number.isNaN(at) ? null : Math.min(Math.max(Math.ceil((at - Date.now()) / 1000), 0), SECONDS_MAX);
}
