import type { EventActivity, Problem } from "../../api/types.ts";
import type { LateStrings } from "../../late-strings.ts";
import { dueOf } from "./explained-words.ts";

/** Somebody else changed the event each time that it was put back. */
const CHANGED_AGAIN = "changed_again";

/** Our own words for why an event could not be written. Any other reason is the provider's word, or the status of its answer. */
const OWN_REASONS: Readonly<Record<string, keyof LateStrings["problems"]["own_reasons"]>> = {
  deadline_out_of_range: "out_of_range",
  edited: "edited",
  network: "no_answer",
  timeout: "no_answer",
  answer_too_large: "unreadable",
  listing_not_finished: "unreadable",
  missing_in_batch: "unreadable",
  next_link: "unreadable",
  unreadable: "unreadable",
  deleted: "gone",
  event_not_found: "gone",
  event_ids_exhausted: "taken",
  exists: "taken",
  transaction_ids_exhausted: "taken",
  uid_taken: "taken",
};

const STATUS = /^http_(\d{3})$/;

/**
 * Why nobody tries any more to write an event.
 *
 * @param company whose calendar it is
 * @param attempts as many as there were, written for the reader
 * @param format writes a date or an instant (RFC 3339) for the reader
 */
export function problemInWords(
  { code, reason, stands, due }: Pick<Problem, "code" | "reason" | "stands" | "due">,
  company: string,
  attempts: string,
  words: LateStrings["problems"],
  format: (when: string) => string,
): string {
  if (reason === CHANGED_AGAIN) {
    return stands === null || due === null
      ? words.changed_again
      : `${words.changed_again} ${words.stands(format(dueOf(stands)), format(due))}`;
  }
  const own = OWN_REASONS[reason ?? ""];
  if (own !== undefined) {
    const why = words.own_reasons[own];
    return code === "given_up" ? `${words.not_written(attempts)} ${why}` : why;
  }
  const refusal = code === "given_up"
    ? words.reason_given_up(company, attempts)
    : words.reason_rejected(company);
  return reason === null ? refusal : `${refusal} ${providerInWords(reason, words)}`;
}

function providerInWords(reason: string, words: LateStrings["problems"]): string {
  const [, status] = STATUS.exec(reason) ?? [];
  return status === undefined ? words.provider_word(reason) : words.provider_status(status);
}

/** What was done, told apart from what the calendar refused. */
export function toldAction({ action, reason }: EventActivity): EventActivity["action"] | "left_alone" {
  return action === "rejected" && reason === CHANGED_AGAIN ? "left_alone" : action;
}
