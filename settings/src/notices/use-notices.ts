import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { NOTICES_KEY, REST_POLL_MS, tellOtherTabs, waitOf } from "../api/queries.ts";
import type { Notice, Notices } from "../api/types.ts";
import { useSurroundings } from "../context.ts";

/** What the user has to be told, kept fresh while the page can be seen. */
export function useNotices() {
  const { api } = useSurroundings();
  return useQuery({
    queryKey: NOTICES_KEY,
    queryFn: api.notices,
    retry: false,
    refetchOnWindowFocus: ({ state }) => waitOf(state.error) === null ? "always" : false,
    refetchInterval: ({ state }) => waitOf(state.error) ?? REST_POLL_MS,
  });
}

/** Notices of deadlines that the user moved, also those that are dismissed. */
export function useMoves(): readonly Notice[] {
  return useKnownNotices("proposal_opened");
}

/** Notices of one kind, as far as they are loaded. */
export function useKnownNotices(wanted: Notice["kind"]): readonly Notice[] {
  const { api } = useSurroundings();
  // It only looks on: a part that appears while notices cannot be loaded would ask again, and make the page wait again.
  const { data } = useQuery({ queryKey: NOTICES_KEY, queryFn: api.notices, enabled: false });
  return data?.notices.filter(({ kind }) => kind === wanted) ?? [];
}

/** Dismisses a notice, or brings it back, and shows it so at once. */
export function useNoticeChange() {
  const { api } = useSurroundings();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ id, is_back }: { readonly id: string; readonly is_back: boolean }) =>
      is_back ? api.restoreNotice(id) : api.dismissNotice(id),
    onMutate: async ({ id, is_back }) => {
      // An answer that is on its way does not know it yet.
      await queries.cancelQueries({ queryKey: NOTICES_KEY });
      const dismissed_at = is_back ? null : new Date().toISOString();
      queries.setQueryData<Notices>(NOTICES_KEY, (known) =>
        known && {
          unread: known.unread + (is_back ? 1 : -1),
          notices: known.notices.map((notice) => notice.id === id ? { ...notice, dismissed_at } : notice),
        });
    },
    onSettled: () => {
      void queries.invalidateQueries({ queryKey: NOTICES_KEY });
      tellOtherTabs();
    },
  });
}
