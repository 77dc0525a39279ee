import { useCallback } from "react";
import { codeOf } from "../api/error.ts";
import { useLateStrings } from "../use-late-strings.ts";
import { useToast } from "./toasts.tsx";
import { wordsOf } from "./words-of.ts";

/**
 * @param own words for codes that nothing else answers with
 * @returns tells in a toast what went wrong
 */
export function useLateErrorToast(own: Readonly<Record<string, string>>): (error: unknown) => void {
  const late = useLateStrings();
  const toast = useToast();
  return useCallback(
    (error: unknown) => toast({ words: own[codeOf(error)] ?? wordsOf(error, late), error }),
    [own, late, toast],
  );
}
