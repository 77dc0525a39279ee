import { OWN_REASONS, type OwnReason } from "./own-reasons.ts";
import { instantInWords, type When, whenInWords } from "./when-in-words.ts";

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
type ProblemCode = typeof PROBLEM_CODES[number];
type WaitCode = typeof WAIT_CODES[number];

/** What became of a change that nobody tries any more. */
const FAILED: Readonly<Record<ProblemCode, string>> = {
  given_up: "It could not be synced after several attempts.",
  rejected: "The calendar does not accept it.",
};

/** What its user can do about that. */
const NEXT: Readonly<Record<ProblemCode, string>> = {
  given_up: "Sync now tries again, and so does every change of it.",
  rejected: "Change it, or choose Sync now to try again.",
};

const MESSAGES: Readonly<Record<ExplanationCode, string>> = {
  synced: "It is in the calendar, as it was last changed.",
  waiting: "It was changed and is about to be synced.",
  retrying: "It could not be synced yet. We keep trying.",
  given_up: `${FAILED.given_up} ${NEXT.given_up}`,
  rejected: `${FAILED.rejected} ${NEXT.rejected}`,
  not_noticed: "Its last change was not noticed. It will be within a day; Sync now looks at once.",
  no_deadline: "It has no deadline.",
  cancelled: "It is cancelled.",
  completed: "It is completed, and you chose to have completed ones removed.",
  type_not_chosen: "You chose other types of obligations for this calendar.",
  not_yours: "It was deleted, or is somebody else's now.",
  hidden_by_user: "You deleted its event twice in the calendar. It is shown again when its deadline changes.",
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

/** Why nobody tries any more, where that is no word of the provider's. */
const WHY: Readonly<Record<OwnReason, string>> = {
  changed_again:
    "Another program, or another person, keeps changing the time of this event, so it is left as it is. End those changes, then choose Sync now to try again.",
  out_of_range: "Its date is too far away for any calendar. Change it.",
  edited: "The event was changed in the calendar each time we tried.",
  no_answer: "The provider did not answer.",
  unreadable: "We could not read the provider's answer.",
  gone: "The event was no longer there when we tried.",
  taken: "The calendar does not let us use this event's identifier again.",
};

/** Their words say what to do. */
const SAY_WHAT_TO_DO: readonly OwnReason[] = ["changed_again", "out_of_range"];

/** As the database names it. */
const MOVED_BY_USER = "moved_by_user";
const MOVED = "It was moved to another calendar of the account, and is moved back.";

/** States in which the integration's own error says more. */
const ERROR_STATES: readonly ExplanationCode[] = ["paused", "disconnected"];

/** States in which there is something to wait for. */
const WAITING_STATES: readonly ExplanationCode[] = ["waiting", "retrying"];

interface Explained {
  readonly code: ExplanationCode;
  /** Why it was not written: the provider's word, or ours. */
  readonly reason: string | null;
  /** Since when it waits, is given up, stands elsewhere or is hidden. */
  readonly since: string | null;
  /** Where its event was moved, while that is not its deadline. */
  readonly stands: When | null;
  /** Its deadline. */
  readonly legal: When | null;
  readonly waits_for?: WaitCode | null;
  /** The integration's. */
  readonly last_error?: { readonly message: string } | null;
  readonly also_in?: readonly { readonly reason: string }[];
}

/** Why an obligation is, or is not, in a calendar, and where its event stands. */
export function explainInWords(row: Explained): string {
  const is_elsewhere = row.also_in?.some(({ reason }) => reason === MOVED_BY_USER);
  return [codeInWords(row), placeInWords(row), is_elsewhere ? MOVED : ""].filter((each) => each !== "").join(
    " ",
  );
}

function codeInWords({ code, reason, since, stands, waits_for, last_error }: Explained): string {
  // It is as it was last changed, but for its date.
  if (code === "synced" && stands !== null) return "";
  if (code === "hidden_by_user" && since !== null) {
    return `You deleted its event twice in the calendar, the last time on ${
      instantInWords(new Date(since))
    }. It is shown again when its deadline changes.`;
  }
  if (ERROR_STATES.includes(code) && last_error) return `${MESSAGES[code]} ${last_error.message}`;
  if (WAITING_STATES.includes(code) && waits_for) return `${MESSAGES[code]} ${WAITS[waits_for]}`;
  return isProblem(code) ? problemInWords(code, reason) : MESSAGES[code];
}

function problemInWords(code: ProblemCode, reason: string | null): string {
  const own = Object.entries(OWN_REASONS).find(([word]) => word === reason)?.[1];
  if (own === undefined) return MESSAGES[code];
  if (SAY_WHAT_TO_DO.includes(own)) return WHY[own];
  // Of no such reason it is known that the calendar refuses the event.
  return [...(code === "given_up" ? [FAILED.given_up] : []), WHY[own], NEXT[code]].join(" ");
}

function placeInWords({ code, since, stands, legal }: Explained): string {
  if (stands === null || legal === null) return "";
  const its_legal_date = `Its legal date is ${whenInWords(legal)}.`;
  if (isProblem(code)) return `The event stands on ${whenInWords(stands)}. ${its_legal_date}`;
  // Where it waits, that is what it tells the time of.
  const place = code === "synced" && since !== null
    ? `it has stood on ${whenInWords(stands)} since ${instantInWords(new Date(since))}`
    : `it stands on ${whenInWords(stands)}`;
  return `You moved its event: ${place}. ${its_legal_date}`;
}

function isProblem(code: ExplanationCode): code is ProblemCode {
  return PROBLEM_CODES.some((problem) => problem === code);
}
