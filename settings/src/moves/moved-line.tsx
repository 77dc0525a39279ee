import { goTo, MOVES_ID } from "../calendar/panels/anchors.ts";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";
import { useLateStrings } from "../use-late-strings.ts";
import { useProposals } from "./use-proposals.ts";

/** How many deadlines the user moved in a calendar and has not decided on. */
export default function MovedLine({ integration_id }: { readonly integration_id: string }) {
  const words = useLateStrings().moves;
  const moved =
    useProposals().data?.proposals.filter((proposal) =>
      proposal.state === "open" && proposal.integration_id === integration_id
    ).length ?? 0;
  if (moved === 0) return null;
  return (
    <Notice tone="info" actions={<Button onClick={() => goTo(MOVES_ID)}>{words.decide}</Button>}>
      {words.moved(moved)}
    </Notice>
  );
}
