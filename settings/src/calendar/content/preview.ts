import type { IntegrationSettings, Obligation } from "../../api/types.ts";
import type { ProviderCard } from "../providers.tsx";
import { eventTitle } from "./event-title.ts";

const MS_PER_MINUTE = 60_000;
const MINUTES_PER_HOUR = 60;
/** As every provider gets it. */
const TITLE_MAX_CHARACTERS = 250;

/** An obligation as far as a preview shows it. */
export type PreviewedObligation = Pick<Obligation, "title" | "obligation_type" | "due" | "time_zone">;

/** When an event reminds: a wall clock as if in UTC, for an all-day event, or an instant. Both RFC 3339. */
export interface PreviewedReminders {
  readonly is_all_day: boolean;
  /** The earliest first. */
  readonly at: readonly string[];
}

/** Whether a calendar with these settings shows obligations of this type. */
export function isTypeShown(
  { obligation_type }: Pick<PreviewedObligation, "obligation_type">,
  { obligation_types }: Pick<IntegrationSettings, "obligation_types">,
): boolean {
  return obligation_types === null ||
    (obligation_type !== null && obligation_types.includes(obligation_type));
}

/** The title of its event, and of the one that it has once it is completed. */
export function previewTitle(
  { title, obligation_type }: PreviewedObligation,
  { title_template }: Pick<IntegrationSettings, "title_template">,
  status: "open" | "completed",
): string {
  const whole = eventTitle(title_template, { title, obligation_type, status });
  const shown = status === "completed" ? `✓ ${whole}` : whole;
  return shown.length <= TITLE_MAX_CHARACTERS ? shown : `${shown.slice(0, TITLE_MAX_CHARACTERS - 1)}…`;
}

/**
 * When its event reminds, as the provider can: before an event begins at the latest, unless it rings later; one reminder, the last,
 * where it has no room for more.
 *
 * @param due a date, or an instant
 */
export function previewReminders(
  due: string,
  { reminders_minutes, all_day_reminder_time }: IntegrationSettings,
  { has_one_reminder, reminds_after_start }: Pick<ProviderCard, "has_one_reminder" | "reminds_after_start">,
): PreviewedReminders {
  const is_all_day = !due.includes("T");
  const [hours = 0, minutes = 0] = all_day_reminder_time.split(":").map(Number);
  const due_minutes = is_all_day ? hours * MINUTES_PER_HOUR + minutes : 0;
  const start_ms = Date.parse(is_all_day ? `${due}T00:00:00Z` : due);
  const before = reminders_minutes.map((each) => each - due_minutes)
    .map((each) => reminds_after_start ? each : Math.max(each, 0));
  const sorted = [...new Set(before)].sort((a, b) => b - a);
  const kept = has_one_reminder ? sorted.slice(-1) : sorted;
  return { is_all_day, at: kept.map((each) => new Date(start_ms - each * MS_PER_MINUTE).toISOString()) };
}
