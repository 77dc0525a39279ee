import type { ExplainedIntegration } from "../../api/types.ts";
import type { LateStrings } from "../../late-strings.ts";
import { dueOf, standsInWords, whyInWords } from "./problem-words.ts";

/**
 * Why an obligation is, or is not, in a calendar, and where its event stands.
 *
 * @param due of the obligation: a date or an instant
 * @param format writes a date or an instant (RFC 3339) for the reader
 */
export function explainedInWords(
  { code, reason, waits_for, since, stands }: Pick<
    ExplainedIntegration,
    "code" | "reason" | "waits_for" | "since" | "stands"
  >,
  due: string | null,
  { why_not: words, problems }: Pick<LateStrings, "why_not" | "problems">,
  format: (when: string) => string,
): string {
  if (code === "hidden_by_user" && since !== null) return words.hidden_since(format(since));
  if (code === "given_up" || code === "rejected") {
    const why = whyInWords({ code, reason }, words.answers.given_up, words.answers[code], problems);
    return [why, ...standsInWords({ stands, due }, problems, format)].join(" ");
  }
  const is_waiting = code === "waiting" || code === "retrying";
  const said = [words.answers[code], ...(is_waiting && waits_for !== null ? [words.waits[waits_for]] : [])];
  if (stands === null || due === null) return said.join(" ");
  const [place, legal] = [format(dueOf(stands)), format(due)];
  // It is as it was last changed, but for its date.
  if (code === "synced" && since !== null) return words.moved_since(place, format(since), legal);
  return [...said, words.moved(place, legal)].join(" ");
}
