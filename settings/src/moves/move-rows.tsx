import type { Integration, Proposal } from "../api/types.ts";
import { ItemLinks } from "../calendar/event-link.tsx";
import { cardIn } from "../calendar/providers.tsx";
import { useSurroundings } from "../context.ts";
import { Button } from "../ui/button.tsx";
import { Distance } from "../ui/distance.tsx";
import { useLateStrings } from "../use-late-strings.ts";
import { useDecision, useWhenInWords } from "./use-decision.ts";

/** A move that waits for its user: both dates, and the two answers. */
export function OpenRow(
  { proposal, integrations }: { readonly proposal: Proposal; readonly integrations: readonly Integration[] },
) {
  const words = useLateStrings().moves;
  const whenInWords = useWhenInWords();
  const { decide, underWay } = useDecision();
  const title = proposal.title ?? words.gone_title;
  return (
    <li className="ec-row-item">
      <div>
        <strong>{title}</strong>
        <dl className="ec-facts">
          <div>
            <dt>{words.moved_to}</dt>
            <dd>{whenInWords(proposal.seen)}</dd>
          </div>
          <div>
            <dt>{words.legal_date}</dt>
            <dd>{whenInWords(proposal.legal)}</dd>
          </div>
        </dl>
        <Place proposal={proposal} integrations={integrations} />
        <p className="ec-small ec-muted">{words.events[proposal.event_state]}</p>
      </div>
      <div className="ec-actions">
        <Button
          isWorking={underWay === "accept"}
          aria-label={words.accept_named(title, whenInWords(proposal.seen))}
          onClick={() => decide(proposal, "accept")}
        >
          {words.accept}
        </Button>
        <Button
          look="quiet"
          isWorking={underWay === "dismiss"}
          aria-label={words.dismiss_named(title, whenInWords(proposal.legal))}
          onClick={() => decide(proposal, "dismiss")}
        >
          {words.dismiss}
        </Button>
      </div>
    </li>
  );
}

/** What became of a move. */
export function DecidedRow(
  { proposal, integrations }: { readonly proposal: Proposal; readonly integrations: readonly Integration[] },
) {
  const { strings } = useSurroundings();
  const words = useLateStrings().moves;
  const whenInWords = useWhenInWords();
  const { decide, underWay } = useDecision();
  const title = proposal.title ?? words.gone_title;
  if (proposal.state === "open") return null;
  return (
    <li className="ec-row-item">
      <div>
        <strong>{title}</strong>
        <p>{words.states[proposal.state](whenInWords(proposal.seen), whenInWords(proposal.legal))}</p>
        <Place proposal={proposal} integrations={integrations} />
      </div>
      {proposal.can_undo
        ? (
          <Button
            isWorking={underWay !== null}
            aria-label={words.undo_named(title)}
            onClick={() => decide(proposal, "undo")}
          >
            {strings.undo}
          </Button>
        )
        : null}
    </li>
  );
}

function Place(
  { proposal, integrations }: { readonly proposal: Proposal; readonly integrations: readonly Integration[] },
) {
  const { strings } = useSurroundings();
  const words = useLateStrings().moves;
  const { account_email, seen_at, title } = proposal;
  const card = cardIn(integrations, proposal);
  return (
    <>
      <p className="ec-small ec-muted">
        {account_email ?? strings.providers[card].name} · <Distance instant={seen_at} />
      </p>
      <ItemLinks item={proposal} title={title ?? words.gone_title} card={card} />
    </>
  );
}
