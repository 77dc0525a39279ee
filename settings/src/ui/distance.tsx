import { useSurroundings } from "../context.ts";
import { formatDistance, formatInstant } from "../format.ts";
import { useNow } from "./use-now.ts";

const TICK_MS = 5_000;

/** An instant as its distance from now, with the date and time at hand. */
export function Distance({ instant }: { readonly instant: string }) {
  const { locale, time_zone } = useSurroundings();
  const now_ms = useNow(TICK_MS);
  return (
    <time dateTime={instant} title={formatInstant(instant, locale, time_zone)}>
      {formatDistance(instant, now_ms, locale, time_zone)}
    </time>
  );
}
