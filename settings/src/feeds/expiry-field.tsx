import { useSurroundings } from "../context.ts";
import { formatInstant } from "../format.ts";
import { useLateStrings } from "../use-late-strings.ts";

const DAY_MS = 86_400_000;
const OFFERED_DAYS = [30, 90, 365];

/** `as_is`: it stays; else so many days from now, or never. */
export type Expiry = "as_is" | "never" | number;

/** @param now_ms milliseconds since 1970 */
export function expiresAt(expiry: Exclude<Expiry, "as_is">, now_ms: number): string | null {
  return expiry === "never" ? null : new Date(now_ms + expiry * DAY_MS).toISOString();
}

/** Until when an address works. */
export function ExpiryField({ expires_at, value, onChange }: {
  /** As it is now; null: without an end. */
  readonly expires_at: string | null;
  readonly value: Expiry;
  readonly onChange: (expiry: Expiry) => void;
}) {
  const { locale, time_zone } = useSurroundings();
  const { feeds } = useLateStrings();
  return (
    <label className="ec-field">
      {feeds.expires}
      <select
        className="ec-input"
        value={value}
        onChange={({ target }) =>
          onChange(
            target.value === "as_is" || target.value === "never" ? target.value : Number(target.value),
          )}
      >
        <option value="as_is">
          {expires_at === null
            ? feeds.expires_never
            : feeds.expires_as_now(formatInstant(expires_at, locale, time_zone))}
        </option>
        {expires_at === null ? null : <option value="never">{feeds.expires_never}</option>}
        {OFFERED_DAYS.map((days) => (
          <option key={days} value={days}>{feeds.expires_in(feeds.days(days))}</option>
        ))}
      </select>
    </label>
  );
}
