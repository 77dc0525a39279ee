import { useCallback } from "react";
import { codeOf } from "../api/error.ts";
import { useSurroundings } from "../context.ts";
import type { Strings } from "../strings.ts";
import { useToast } from "../ui/toasts.tsx";

/** @returns tells in a toast what went wrong */
export function useErrorToast(): (error: unknown) => void {
  const { strings } = useSurroundings();
  const toast = useToast();
  return useCallback((error: unknown) => toast({ words: wordsOf(error, strings), error }), [strings, toast]);
}

/** What went wrong, and what helps. */
export function wordsOf(error: unknown, { errors }: Strings): string {
  const code = codeOf(error);
  const known: Readonly<Record<string, string>> = errors;
  return known[code] ?? errors.other;
}
