import type { EventActivity, Problem, When } from "../../api/types.ts";
import type { LateStrings } from "../../late-strings.ts";
import { CHANGED_AGAIN, OWN_REASONS, type OwnReason } from "./own-reasons.ts";

/** What a reason comes to; undefined: it is the provider's. */
const OWN: Readonly<Record<string, OwnReason>> = OWN_REASONS;

const STATUS = /^http_(\d{3})$/;

/**
 * Why nobody tries any more to write an event, and where it stands.
 *
 * @param company whose calendar it is
 * @param attempts as many as there were, written for the reader
 * @param format writes a date or an instant (RFC 3339) for the reader
 */
export function problemInWords(
  problem: Pick<Problem, "code" | "reason" | "stands" | "due">,
  company: string,
  attempts: string,
  words: LateStrings["problems"],
  format: (when: string) => string,
): string {
  const refusal = problem.code === "given_up"
    ? words.reason_given_up(company, attempts)
    : words.reason_rejected(company);
  const why = whyInWords(problem, words.not_written(attempts), refusal, words);
  return [why, ...standsInWords(problem, words, format)].join(" ");
}

/**
 * Why nobody tries any more to write an event.
 *
 * @param not_written that it was tried often enough
 * @param refusal that the calendar does not take it
 */
export function whyInWords(
  { code, reason }: Pick<Problem, "code" | "reason">,
  not_written: string,
  refusal: string,
  words: LateStrings["problems"],
): string {
  if (reason === null) return refusal;
  const own = OWN[reason];
  if (own === undefined) return `${refusal} ${providerInWords(reason, words)}`;
  const why = words.own_reasons[own];
  return code === "given_up" && own !== "changed_again" ? `${not_written} ${why}` : why;
}

/** Where an event stands that is not on its deadline: nothing, or one sentence. */
export function standsInWords(
  { stands, due }: Pick<Problem, "stands" | "due">,
  words: LateStrings["problems"],
  format: (when: string) => string,
): string[] {
  return stands === null || due === null ? [] : [words.stands(format(dueOf(stands)), format(due))];
}

/** The date or the instant of a deadline. */
export function dueOf(when: When): string {
  return "deadline_date" in when ? when.deadline_date : when.deadline_at;
}

function providerInWords(reason: string, words: LateStrings["problems"]): string {
  const [, status] = STATUS.exec(reason) ?? [];
  return status === undefined ? words.provider_word(reason) : words.provider_status(status);
}

/** What was done, told apart from what the calendar refused. */
export function toldAction({ action, reason }: EventActivity): EventActivity["action"] | "left_alone" {
  return action === "rejected" && reason === CHANGED_AGAIN ? "left_alone" : action;
}
