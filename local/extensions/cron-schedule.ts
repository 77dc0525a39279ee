/** The lowest value of each field: minute, hour, day of the month, month, day of the week. */
const LOWEST = [0, 0, 1, 1, 0];

/**
 * Whether a pg_cron job is due.
 *
 * @param schedule five cron fields in GMT, or `N seconds`
 * @param last_run epoch milliseconds of the last start, or of the worker's
 * @param now epoch milliseconds
 */
export function isDue(schedule: string, last_run: number, now: number): boolean {
  const seconds = /^\s*(\d+)\s+seconds?\s*$/.exec(schedule)?.[1];
  if (seconds !== undefined) return now - last_run >= Number(seconds) * 1000;
  if (Math.floor(now / 60_000) === Math.floor(last_run / 60_000)) return false;
  const time = new Date(now);
  const values = [
    time.getUTCMinutes(),
    time.getUTCHours(),
    time.getUTCDate(),
    time.getUTCMonth() + 1,
    time.getUTCDay(),
  ];
  const fields = schedule.trim().split(/\s+/);
  if (fields.length !== 5) return false;
  const [minute, hour, day, month, weekday] = fields.map((field, index) =>
    matches(field, values[index] ?? -1, LOWEST[index] ?? 0, index === 4)
  );
  // As in every cron: where both kinds of days are limited, either will do.
  const is_day = isEvery(fields[2]) || isEvery(fields[4]) ? day && weekday : day || weekday;
  return (minute && hour && month && is_day) ?? false;
}

function isEvery(field: string | undefined): boolean {
  return field?.startsWith("*") ?? false;
}

/** `*`, `a`, `a-b`, each with `/step` from its beginning, in a list; in the week field 7 is Sunday too. */
function matches(field: string, value: number, lowest: number, isWeekday: boolean): boolean {
  return field.split(",").some((part) => {
    const [range = "*", step = "1"] = part.split("/");
    if (range === "*") return (value - lowest) % Number(step) === 0;
    const [from = NaN, to = from] = range.split("-").map(Number);
    const candidates = isWeekday && value === 0 ? [0, 7] : [value];
    return candidates.some((candidate) =>
      candidate >= from && candidate <= to && (candidate - from) % Number(step) === 0
    );
  });
}
