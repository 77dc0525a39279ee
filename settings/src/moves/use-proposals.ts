import { useQuery } from "@tanstack/react-query";
import { REST_POLL_MS, waitOf } from "../api/queries.ts";
import type { Proposals } from "../api/types.ts";
import { useSurroundings } from "../context.ts";
import { useMoves } from "../notices/use-notices.ts";

/** While an event is to be put back, which may take a second or until its provider is up again. */
const PENDING_POLL_MS = 5_000;

/** What the keys of {@link useProposals} begin with. */
export const PROPOSALS_KEY = ["proposals"];

/** What the user moved in a calendar, kept fresh while the page can be seen. */
export function useProposals() {
  const { api } = useSurroundings();
  const moves = useMoves().map(({ id, dismissed_at }) => `${id} ${dismissed_at === null}`).join();
  return useQuery({
    // Asked for again whenever there is a notice of another move, or one is over.
    queryKey: [...PROPOSALS_KEY, moves],
    queryFn: () => api.get<Proposals>("/proposals"),
    placeholderData: (shown) => shown,
    retry: false,
    refetchOnWindowFocus: ({ state }) => waitOf(state.error) === null ? "always" : false,
    refetchInterval: ({ state }) => {
      const is_pending = state.data?.proposals.some(({ state, event_state }) =>
        state === "open" && event_state === "pending"
      );
      return waitOf(state.error) ?? (is_pending ? PENDING_POLL_MS : REST_POLL_MS);
    },
  });
}
