import type { Delivery } from "../api/types.ts";
import { useLateStrings } from "../use-late-strings.ts";

/** @returns what became of one attempt, in words */
export function useAttemptWords(): (attempt: Delivery["attempts"][number]) => string {
  const { webhooks: words } = useLateStrings();
  const known: Readonly<Record<string, string>> = words.errors_of_attempts;
  return ({ status, error }) =>
    known[error ?? ""] ?? (status === null ? known.unreachable ?? "" : words.answered(String(status)));
}
