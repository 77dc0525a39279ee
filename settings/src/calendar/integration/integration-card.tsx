import { useId } from "react";
import type { Integration } from "../../api/types.ts";
import { useSurroundings } from "../../context.ts";
import { useMoves } from "../../notices/use-notices.ts";
import { Fold } from "../../ui/fold.tsx";
import type { ProviderCard } from "../providers.tsx";
import { type State, stateOf } from "../state.ts";
import { IntegrationActions } from "./integration-actions.tsx";
import { IntegrationFacts } from "./integration-facts.tsx";
import { StateBadge } from "./state-badge.tsx";
import { StateNotice } from "./state-notice.tsx";
import { SyncProgress } from "./sync-progress.tsx";
import { lazyPart, Part } from "../../ui/part.tsx";

const MovedLine = lazyPart(() => import("../../moves/moved-line.tsx"));

const IntegrationSettings = lazyPart(() => import("./integration-settings.tsx"));

/** States in which there is nothing to set: the account is not here yet, or is on its way out. */
const IN_TRANSIT: readonly State["kind"][] = ["waiting_for_confirmation", "disconnecting"];

/** One connected account: how it is and what can be done; what can be set is a click away. */
export function IntegrationCard(
  { provider, integration }: { readonly provider: ProviderCard; readonly integration: Integration },
) {
  const { strings } = useSurroundings();
  const heading = useId();
  const state = stateOf(integration);
  const account = integration.account_email ?? strings.integration.unknown_account;
  const is_settled = !IN_TRANSIT.includes(state.kind);
  // The list of notices is cut off: with many moves it may name only one of the calendars.
  const has_moves = useMoves().length > 0;
  return (
    <article id={`ec-${integration.id}`} className="ec-card" tabIndex={-1} aria-labelledby={heading}>
      <div className="ec-card-head">
        <h4 id={heading} className="ec-account">
          {state.kind === "waiting_for_confirmation" ? strings.providers[provider.card].name : account}
        </h4>
        <StateBadge state={state} />
      </div>
      <StateNotice integration={integration} state={state} />
      {has_moves
        ? (
          <Part>
            <MovedLine integration_id={integration.id} />
          </Part>
        )
        : null}
      <SyncProgress account={account} state={state} />
      {is_settled ? <IntegrationFacts integration={integration} state={state} /> : null}
      {state.kind === "disconnecting" ? null : (
        <div className="ec-card-foot">
          <IntegrationActions integration={integration} state={state} />
          {is_settled
            ? (
              <Fold heading={strings.integration.settings} level="h5" className="ec-card-settings">
                <IntegrationSettings provider={provider} integration={integration} />
              </Fold>
            )
            : null}
        </div>
      )}
    </article>
  );
}
