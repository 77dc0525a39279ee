import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMoreApi } from "../api/more.ts";
import { NOTICES_KEY, tellOtherTabs } from "../api/queries.ts";

const KEYS_KEY = ["keys"];

/** The user's API keys. */
export function useKeys() {
  return useQuery({ queryKey: KEYS_KEY, queryFn: useMoreApi().keys, retry: false });
}

/** A change of them, after which they are asked for again. A new one is told of in a notice, too. */
export function useKeyChange<Input, Result>(change: (input: Input) => Promise<Result>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSettled: () => {
      tellOtherTabs();
      void queries.invalidateQueries({ queryKey: NOTICES_KEY });
      return queries.invalidateQueries({ queryKey: KEYS_KEY });
    },
  });
}
