import type { ExplainedIntegration, When } from "../../api/types.ts";
import type { LateStrings } from "../../late-strings.ts";

/**
 * Why an obligation is, or is not, in a calendar, and where its event stands.
 *
 * @param due of the obligation: a date or an instant
 * @param format writes a date or an instant (RFC 3339) for the reader
 */
export function explainedInWords(
  { code, waits_for, since, stands }: Pick<ExplainedIntegration, "code" | "waits_for" | "since" | "stands">,
  due: string | null,
  words: LateStrings["why_not"],
  format: (when: string) => string,
): string {
  if (code === "hidden_by_user" && since !== null) return words.hidden_since(format(since));
  const is_waiting = code === "waiting" || code === "retrying";
  const said = [words.answers[code], ...(is_waiting && waits_for !== null ? [words.waits[waits_for]] : [])];
  if (stands === null || due === null) return said.join(" ");
  const [place, legal] = [format(dueOf(stands)), format(due)];
  // It is as it was last changed, but for its date.
  if (code === "synced" && since !== null) return words.moved_since(place, format(since), legal);
  return [...said, words.moved(place, legal)].join(" ");
}

/** The date or the instant of a deadline. */
export function dueOf(when: When): string {
  return "deadline_date" in when ? when.deadline_date : when.deadline_at;
}
