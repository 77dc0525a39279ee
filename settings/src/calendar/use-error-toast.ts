import { useCallback } from "react";
import { useToast } from "../ui/toasts.tsx";

/**
 * @param topic what it tells of, as of a toast
 * @returns tells in a toast what went wrong
 */
export function useErrorToast(topic?: string): (error: unknown) => void {
  const toast = useToast();
  return useCallback((error: unknown) => toast({ error, topic }), [toast, topic]);
}
