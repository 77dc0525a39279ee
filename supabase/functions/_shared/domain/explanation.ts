import { z } from "zod";

/** Why an obligation is, or is not, in one calendar. */
const CODES = {
  synced: "It is in the calendar, as it was last changed.",
  waiting: "It was changed and is about to be synced.",
  retrying: "It could not be synced yet. We keep trying.",
  given_up:
    "It could not be synced after several attempts. Sync now tries again, and so does every change of it.",
  rejected: "The calendar does not accept it. Change it, or choose Sync now to try again.",
  not_noticed: "Its last change was not noticed. It will be within a day; Sync now looks at once.",
  no_deadline: "It has no deadline.",
  cancelled: "It is cancelled.",
  completed: "It is completed, and you chose to have completed ones removed.",
  not_yours: "It was deleted, or is somebody else's now.",
  sync_off: "Syncing is switched off for this calendar.",
  not_confirmed: "The connection was not confirmed.",
  paused: "Syncing is paused.",
  disconnected: "The account has to be connected again.",
  disconnecting: "The account is being disconnected, and its events are removed.",
} as const;

const WAITS = {
  provider: "The calendar provider cannot be reached at the moment.",
  provider_limit: "The calendar provider asks us to wait.",
  quota: "The calendar provider limits how much may be changed at a time.",
} as const;

const Code = z.custom<keyof typeof CODES>((code) => typeof code === "string" && Object.hasOwn(CODES, code));

/** States in which the integration's own error says more. */
const ERROR_STATES: readonly (keyof typeof CODES)[] = ["paused", "disconnected"];

const Explained = z.object({
  integration_id: z.string(),
  provider: z.string(),
  account_email: z.string().nullable(),
  calendar_name: z.string().nullable(),
  in_calendar: z.boolean(),
  event_id: z.string().nullable(),
  /** RFC 3339, like all times here: when the event was last written. */
  synced_at: z.string().nullable(),
  code: Code,
  /** What the provider said. */
  reason: z.string().nullable(),
  /** Since when it has been waiting, or is given up. */
  since: z.string().nullable(),
  /** Null: at once, or not by itself. */
  next_try_at: z.string().nullable(),
  waits_for: z.enum(["provider", "provider_limit", "quota"]).nullable(),
  last_error: z.object({ message: z.string() }).loose().nullable(),
}).transform((row) => ({ ...row, message: messageOf(row) }));

/** What `calendar_explain` answers, with each state in words; null: the caller has no such obligation. */
export const Explanation = z.object({
  obligation_id: z.string(),
  integrations: z.array(Explained),
}).nullable();

function messageOf(row: {
  readonly code: keyof typeof CODES;
  readonly waits_for: keyof typeof WAITS | null;
  readonly last_error: { readonly message: string } | null;
}): string {
  if (ERROR_STATES.includes(row.code) && row.last_error) {
    return `${CODES[row.code]} ${row.last_error.message}`;
  }
  if ((row.code === "waiting" || row.code === "retrying") && row.waits_for) {
    return `${CODES[row.code]} ${WAITS[row.waits_for]}`;
  }
  return CODES[row.code];
}
