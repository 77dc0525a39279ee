import { codeOf } from "../api/error.ts";
import type { LateStrings } from "../late-strings.ts";

/** What went wrong, and what helps. */
export function wordsOf(error: unknown, { errors }: LateStrings): string {
  const known: Readonly<Record<string, string>> = errors;
  return known[codeOf(error)] ?? errors.other;
}
