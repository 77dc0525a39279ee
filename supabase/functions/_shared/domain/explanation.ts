/** Every reason why an obligation is, or is not, in one calendar. */
export const EXPLANATION_CODES = [
  "synced",
  "waiting",
  "retrying",
  "given_up",
  "rejected",
  "not_noticed",
  "no_deadline",
  "cancelled",
  "completed",
  "type_not_chosen",
  "not_yours",
  "hidden_by_user",
  "sync_off",
  "not_confirmed",
  "paused",
  "disconnected",
  "disconnecting",
] as const;

/** Those of obligations that nobody tries any more. */
export const PROBLEM_CODES = ["given_up", "rejected"] as const;

/** What an obligation that is tried may be waiting for. */
export const WAIT_CODES = ["provider", "provider_limit", "quota"] as const;

type ExplanationCode = typeof EXPLANATION_CODES[number];
type WaitCode = typeof WAIT_CODES[number];

const MESSAGES: Readonly<Record<ExplanationCode, string>> = {
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
  type_not_chosen: "You chose other types of obligations for this calendar.",
  not_yours: "It was deleted, or is somebody else's now.",
  hidden_by_user: "Its event was deleted twice in the calendar. It is shown again when its deadline changes.",
  sync_off: "Syncing is switched off for this calendar.",
  not_confirmed: "The connection was not confirmed.",
  paused: "Syncing is paused.",
  disconnected: "The account has to be connected again.",
  disconnecting: "The account is being disconnected, and its events are removed.",
};

const WAITS: Readonly<Record<WaitCode, string>> = {
  provider: "The calendar provider cannot be reached at the moment.",
  provider_limit: "The calendar provider asks us to wait.",
  quota: "The calendar provider limits how much may be changed at a time.",
};

/** As the database names it. */
const MOVED_BY_USER = "moved_by_user";
const MOVED = "It was moved to another calendar of the account, and is moved back.";

/** States in which the integration's own error says more. */
const ERROR_STATES: readonly ExplanationCode[] = ["paused", "disconnected"];

/** States in which there is something to wait for. */
const WAITING_STATES: readonly ExplanationCode[] = ["waiting", "retrying"];

/**
 * A reason in words.
 *
 * @param row.last_error the integration's
 */
export function explainInWords(row: {
  readonly code: ExplanationCode;
  readonly waits_for?: WaitCode | null;
  readonly last_error?: { readonly message: string } | null;
  readonly also_in?: readonly { readonly reason: string }[];
}): string {
  const words = codeInWords(row);
  return row.also_in?.some(({ reason }) => reason === MOVED_BY_USER) ? `${words} ${MOVED}` : words;
}

function codeInWords(row: Parameters<typeof explainInWords>[0]): string {
  if (ERROR_STATES.includes(row.code) && row.last_error) {
    return `${MESSAGES[row.code]} ${row.last_error.message}`;
  }
  if (WAITING_STATES.includes(row.code) && row.waits_for) {
    return `${MESSAGES[row.code]} ${WAITS[row.waits_for]}`;
  }
  return MESSAGES[row.code];
}
