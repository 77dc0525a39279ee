import type { Notice } from "../api/types.ts";
import { goTo, MOVES_ID } from "../calendar/panels/anchors.ts";
import { useSurroundings } from "../context.ts";
import { Button } from "../ui/button.tsx";
import { useLateStrings } from "../use-late-strings.ts";
import { useDecision } from "./use-decision.ts";
import { useProposals } from "./use-proposals.ts";

/** What the notice of a move offers: undo, where the move was accepted in advance; else where it is decided. */
export default function MoveAction({ notice }: { readonly notice: Notice }) {
  const { strings } = useSurroundings();
  const words = useLateStrings().moves;
  const { decide, underWay } = useDecision();
  const accepted = useProposals().data?.proposals.find(({ integration_id, obligation_id, can_undo }) =>
    can_undo && integration_id === notice.integration_id && obligation_id === notice.obligation_id
  );
  if (accepted === undefined) return <Button onClick={() => goTo(MOVES_ID)}>{words.decide}</Button>;
  return (
    <Button
      isWorking={underWay !== null}
      aria-label={words.undo_named(accepted.title ?? words.gone_title)}
      onClick={() => decide(accepted, "undo")}
    >
      {strings.undo}
    </Button>
  );
}
