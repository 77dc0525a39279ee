import { useCallback } from "react";
import { codeOf } from "../api/error.ts";
import { wordsOf } from "../calendar/use-error-toast.ts";
import { useSurroundings } from "../context.ts";
import { useToast } from "./toasts.tsx";

/**
 * @param late words for codes that nothing in the first sight of the page answers with
 * @returns tells in a toast what went wrong
 */
export function useLateErrorToast(late: Readonly<Record<string, string>>): (error: unknown) => void {
  const { strings } = useSurroundings();
  const toast = useToast();
  return useCallback(
    (error: unknown) => toast({ words: late[codeOf(error)] ?? wordsOf(error, strings), error }),
    [late, strings, toast],
  );
}
