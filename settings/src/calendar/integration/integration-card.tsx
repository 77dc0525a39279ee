import { useId } from "react";
import type { Integration } from "../../api/types.ts";
import { useSurroundings } from "../../context.ts";
import { formatNumber } from "../../format.ts";
import { Distance } from "../../ui/distance.tsx";
import type { ProviderCard } from "../providers.tsx";
import { type State, stateOf } from "../state.ts";
import { CalendarRow } from "./calendar-row.tsx";
import { CompletedEvents } from "./completed-events.tsx";
import { IntegrationActions } from "./integration-actions.tsx";
import { Reminders } from "./reminders.tsx";
import { StateBadge } from "./state-badge.tsx";
import { StateNotice } from "./state-notice.tsx";
import { SyncProgress } from "./sync-progress.tsx";
import { AutoSync } from "./auto-sync.tsx";

/** States in which there is nothing to set: the account is not here yet, or is on its way out. */
const IN_TRANSIT: readonly State["kind"][] = ["waiting_for_confirmation", "disconnecting"];

/** One connected account: how it is, what can be set, what can be done. */
export function IntegrationCard(
  { provider, integration }: { readonly provider: ProviderCard; readonly integration: Integration },
) {
  const { strings, locale } = useSurroundings();
  const heading = useId();
  const state = stateOf(integration);
  const account = integration.account_email ?? strings.integration.unknown_account;
  const { synced } = integration.progress;
  return (
    <article id={`ec-${integration.id}`} className="ec-card" tabIndex={-1} aria-labelledby={heading}>
      <div className="ec-card-head">
        <h4 id={heading} className="ec-account">
          {state.kind === "waiting_for_confirmation" ? strings.providers[provider.name].name : account}
        </h4>
        <StateBadge state={state} />
      </div>
      <StateNotice integration={integration} state={state} />
      <SyncProgress account={account} state={state} />
      {IN_TRANSIT.includes(state.kind) ? null : (
        <>
          <dl className="ec-facts">
            <CalendarRow integration={integration} />
            <div>
              <dt>{strings.integration.in_calendar}</dt>
              <dd>{strings.integration.deadlines(synced, formatNumber(synced, locale))}</dd>
            </div>
            <div>
              <dt>{strings.integration.last_synced}</dt>
              <dd>
                {integration.last_synced_at === null
                  ? strings.integration.never_synced
                  : <Distance instant={integration.last_synced_at} />}
              </dd>
            </div>
          </dl>
          <AutoSync integration={integration} />
          <Reminders provider={provider} integration={integration} />
          <CompletedEvents integration={integration} />
        </>
      )}
      <IntegrationActions integration={integration} state={state} />
    </article>
  );
}
