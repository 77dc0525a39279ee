import { useState } from "react";
import type { Integration, Proposal } from "../api/types.ts";
import { useSurroundings } from "../context.ts";
import { Button } from "../ui/button.tsx";
import { NotLoaded } from "../ui/not-loaded.tsx";
import { useLateStrings } from "../use-late-strings.ts";
import { DecidedRow, OpenRow } from "./move-rows.tsx";
import { useProposals } from "./use-proposals.ts";

/** Of each list; the rest is some clicks away: hundreds of rows at once would keep the page waiting. */
const SHOWN_AT_FIRST = 10;
const SHOWN_MORE = 50;

/** What the user moved in a calendar: what is still to be decided, and what was. */
export default function Moves({ integrations }: { readonly integrations: readonly Integration[] }) {
  const { strings } = useSurroundings();
  const words = useLateStrings().moves;
  const list = useProposals();
  if (list.isError && list.data === undefined) {
    return <NotLoaded words={words.failed} error={list.error} onRepeat={() => void list.refetch()} />;
  }
  if (list.data === undefined) return <p role="status" className="ec-muted">{strings.loading_part}</p>;
  const open = list.data.proposals.filter(({ state }) => state === "open");
  const decided = list.data.proposals.filter(({ state }) => state !== "open");
  return (
    <>
      <p className="ec-muted">{open.length === 0 ? words.none : words.introduction}</p>
      <Rows
        name={words.open_name}
        proposals={open}
        row={(proposal) => <OpenRow key={proposal.id} proposal={proposal} integrations={integrations} />}
      />
      {decided.length === 0 ? null : (
        <>
          <h4>{words.decided_name}</h4>
          <Rows
            name={words.decided_name}
            proposals={decided}
            row={(proposal) => (
              <DecidedRow key={proposal.id} proposal={proposal} integrations={integrations} />
            )}
          />
        </>
      )}
    </>
  );
}

function Rows({ name, proposals, row }: {
  readonly name: string;
  readonly proposals: readonly Proposal[];
  readonly row: (proposal: Proposal) => React.ReactNode;
}) {
  const words = useLateStrings().moves;
  const [shown_max, setShownMax] = useState(SHOWN_AT_FIRST);
  if (proposals.length === 0) return null;
  const shown = proposals.slice(0, shown_max);
  const more = Math.min(proposals.length - shown.length, SHOWN_MORE);
  return (
    <>
      <ul className="ec-rows" aria-label={name} tabIndex={-1}>{shown.map(row)}</ul>
      {more > 0
        ? (
          <Button look="quiet" className="ec-inline" onClick={() => setShownMax(shown_max + more)}>
            {words.more(more)}
          </Button>
        )
        : null}
    </>
  );
}
