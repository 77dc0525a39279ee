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
  return fields.length === 5 &&
    fields.every((field, index) => matches(field, values[index] ?? -1, index === 4));
}

/** `*`, `a`, `a-b`, each with `/step`, in a list; in the week field 7 is Sunday too. */
function matches(field: string, value: number, isWeekday: boolean): boolean {
  return field.split(",").some((part) => {
    const [range = "*", step = "1"] = part.split("/");
    if (range === "*") return value % Number(step) === 0;
    const [from = NaN, to = from] = range.split("-").map(Number);
    const candidates = isWeekday && value === 0 ? [0, 7] : [value];
    return candidates.some((candidate) =>
      candidate >= from && candidate <= to && (candidate - from) % Number(step) === 0
    );
  });
}
