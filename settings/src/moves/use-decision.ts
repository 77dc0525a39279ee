import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useMoreApi } from "../api/more.ts";
import { expectChangeEverywhere, NOTICES_KEY } from "../api/queries.ts";
import type { Decision, Proposal, Proposals, When } from "../api/types.ts";
import { useSurroundings } from "../context.ts";
import { formatDue } from "../format.ts";
import { useLateErrorToast } from "../ui/use-late-error-toast.ts";
import { useToast } from "../ui/toasts.tsx";
import { useLateStrings } from "../use-late-strings.ts";
import { PROPOSALS_KEY } from "./use-proposals.ts";

interface Asked {
  readonly id: string;
  readonly decision: Decision;
}

/** Decides on a move, says what came of it, and offers to take an acceptance back. */
export function useDecision() {
  const { strings } = useSurroundings();
  const words = useLateStrings().moves;
  const api = useMoreApi();
  const queries = useQueryClient();
  const whenInWords = useWhenInWords();
  const toast = useToast();
  const onError = useLateErrorToast(words.errors);
  // Everything is said here and not where it is asked for: that row may be gone before the answer comes.
  const { mutate, isPending, variables } = useMutation({
    mutationFn: ({ id, decision }: Asked) => api.decide(id, decision),
    onError,
    onSuccess: (decided, { id, decision }) => {
      queries.setQueriesData<Proposals>({ queryKey: PROPOSALS_KEY }, (known) =>
        known && {
          ...known,
          proposals: known.proposals.map((proposal) => proposal.id === id ? decided : proposal),
        });
      const title = decided.title ?? words.gone_title;
      switch (decision) {
        case "accept":
          return toast({
            words: words.accepted(title, whenInWords(decided.seen)),
            action: { label: strings.undo, run: () => mutate({ id, decision: "undo" }) },
          });
        case "dismiss":
          return toast({ words: words.dismissed(title, whenInWords(decided.legal)) });
        case "undo":
          return toast({ words: words.undone(title, whenInWords(decided.legal)) });
      }
    },
    onSettled: () => {
      // One decision may be the end of another proposal, and of notices.
      void queries.invalidateQueries({ queryKey: PROPOSALS_KEY });
      void queries.invalidateQueries({ queryKey: NOTICES_KEY });
      expectChangeEverywhere(queries);
    },
  });
  return {
    decide: ({ id }: Proposal, decision: Decision) => mutate({ id, decision }),
    underWay: isPending ? variables.decision : null,
  };
}

/** @returns a date, or date and time, as the reader writes it */
export function useWhenInWords(): (when: When) => string {
  const { locale, time_zone } = useSurroundings();
  return (when) =>
    formatDue("deadline_date" in when ? when.deadline_date : when.deadline_at, locale, time_zone);
}
