import type { Delivery } from "../api/types.ts";
import { useLateStrings } from "../use-late-strings.ts";

/** @returns what became of one attempt, in words */
export function useAttemptWords(): (attempt: Delivery["attempts"][number]) => string {
  const { webhooks: words } = useLateStrings();
  const { errors_of_attempts } = words;
  const known: Readonly<Record<string, string>> = errors_of_attempts;
  return ({ status, error }) =>
    known[error ?? ""] ?? (status === null ? errors_of_attempts.other : words.answered(String(status)));
}
