import type { Activity, EventActivity } from "../../api/types.ts";
import { toldAction } from "./problem-words.ts";

/** What is shown in one row: something by itself, or many changes of one kind that were made together. */
export type ActivityEntry =
  | { readonly kind: "single"; readonly activity: Activity }
  | {
    readonly kind: "bulk";
    readonly newest: EventActivity;
    /** The newest first. */
    readonly activities: readonly EventActivity[];
  };

/** What happened on one day, as its user counts days. */
export interface ActivityDay {
  /** `YYYY-MM-DD`. */
  readonly day: string;
  readonly entries: readonly ActivityEntry[];
}

/** Fewer are as quickly read one by one. */
const BULK_MIN = 5;
/** Further apart they were not made together. */
const APART_MAX_MS = 5 * 60_000;

/** Names a row of activity. */
export function keyOf(activity: Activity): string {
  const { at, integration_id, action } = activity;
  return `${at} ${integration_id} ${action} ${activity.kind === "event" ? activity.obligation_id : ""}`;
}

/**
 * Puts what was done into days, and many changes of one kind in one calendar into one entry.
 *
 * @param activities the newest first
 * @param dayOf the day of an instant (RFC 3339), `YYYY-MM-DD`
 * @param isBulkable whether many of a kind can be said in one sentence
 */
export function groupActivity(
  activities: readonly Activity[],
  dayOf: (instant: string) => string,
  isBulkable: (action: ReturnType<typeof toldAction>) => boolean,
): readonly ActivityDay[] {
  const bulks = new Map<string, EventActivity[]>();
  const bulkOf = new Map<Activity, EventActivity[]>();
  for (const activity of activities) {
    if (activity.kind !== "event" || !isBulkable(toldAction(activity))) continue;
    const name = [dayOf(activity.at), toldAction(activity), activity.integration_id, activity.caused_by].join(
      " ",
    );
    const known = bulks.get(name);
    const last = known?.at(-1);
    const is_together = last !== undefined &&
      Date.parse(last.at) - Date.parse(activity.at) <= APART_MAX_MS;
    const bulk = is_together && known !== undefined ? known : [];
    bulk.push(activity);
    bulks.set(name, bulk);
    bulkOf.set(activity, bulk);
  }
  const days = new Map<string, ActivityEntry[]>();
  for (const activity of activities) {
    const bulk = bulkOf.get(activity) ?? [];
    const [newest] = bulk;
    const is_bulk = newest !== undefined && bulk.length >= BULK_MIN;
    // It is shown where its newest change is.
    if (is_bulk && newest !== activity) continue;
    const day = dayOf(activity.at);
    const entries = days.get(day) ?? [];
    entries.push(
      is_bulk ? { kind: "bulk", newest, activities: bulk } : { kind: "single", activity },
    );
    days.set(day, entries);
  }
  return [...days].map(([day, entries]) => ({ day, entries }));
}

/** The first entries of all days together. */
export function firstEntries(days: readonly ActivityDay[], n: number): readonly ActivityDay[] {
  let left = n;
  const shown: ActivityDay[] = [];
  for (const { day, entries } of days) {
    if (left <= 0) break;
    shown.push({ day, entries: entries.slice(0, left) });
    left -= entries.length;
  }
  return shown;
}
