import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useMoreApi } from "../api/more.ts";
import { NOTICES_KEY, tellOtherTabs, waitOf } from "../api/queries.ts";
import type { Delivery } from "../api/types.ts";

const WEBHOOKS_KEY = ["webhooks"];
const DELIVERIES_KEY = ["deliveries"];
const REST_POLL_MS = 30_000;
/** While something is being sent. */
const BUSY_POLL_MS = 1_500;

/** The user's webhooks, kept fresh while the page can be seen. */
export function useWebhooks() {
  return useQuery({
    queryKey: WEBHOOKS_KEY,
    queryFn: useMoreApi().webhooks,
    retry: false,
    refetchInterval: ({ state }) => waitOf(state.error) ?? REST_POLL_MS,
  });
}

/** What was sent to a webhook. Asked for often while something is on its way. */
export function useDeliveries(webhook_id: string) {
  const api = useMoreApi();
  const queries = useQueryClient();
  const deliveries = useQuery({
    queryKey: [...DELIVERIES_KEY, webhook_id],
    queryFn: () => api.deliveries(webhook_id),
    retry: false,
    refetchInterval: ({ state }) =>
      waitOf(state.error) ?? (state.data?.some(isOnItsWay) ? BUSY_POLL_MS : REST_POLL_MS),
  });
  // How a webhook is doing follows from what became of its calls.
  const outcomes = deliveries.data?.map(({ id, state }) => `${id} ${state}`).join();
  useEffect(() => {
    if (outcomes !== undefined) void queries.invalidateQueries({ queryKey: WEBHOOKS_KEY });
  }, [outcomes, queries]);
  return deliveries;
}

/**
 * A change of them, after which they are asked for again. A new one is told of in a notice, too.
 *
 * @param is_end whether its calls go, too
 */
export function useWebhookChange<Input, Result>(
  change: (input: Input) => Promise<Result>,
  is_end = false,
) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSettled: () => {
      tellOtherTabs();
      void queries.invalidateQueries({ queryKey: NOTICES_KEY });
      if (!is_end) void queries.invalidateQueries({ queryKey: DELIVERIES_KEY });
      return queries.invalidateQueries({ queryKey: WEBHOOKS_KEY });
    },
  });
}

/** Not one that waits for its next attempt, which may be in a day. */
function isOnItsWay({ state, next_attempt_at }: Delivery): boolean {
  if (state !== "pending" && state !== "retrying") return false;
  return next_attempt_at === null || Date.parse(next_attempt_at) - Date.now() < 10_000;
}
