import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMoreApi } from "../api/more.ts";

const FEEDS_KEY = ["feeds"];

/** The user's calendar links. */
export function useFeeds() {
  const api = useMoreApi();
  return useQuery({ queryKey: FEEDS_KEY, queryFn: api.feeds, retry: false });
}

/** A change of them, after which they are asked for again. */
export function useFeedChange<Input, Result>(change: (input: Input) => Promise<Result>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSettled: () => queries.invalidateQueries({ queryKey: FEEDS_KEY }),
  });
}
