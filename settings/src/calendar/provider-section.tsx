import type { Integration } from "../api/types.ts";
import { useSurroundings } from "../context.ts";
import { ConnectButton } from "./connection/connect-button.tsx";
import { flowOf } from "./connection/flow-of.ts";
import { ConnectCard } from "./connection/connect-card.tsx";
import { IntegrationCard } from "./integration/integration-card.tsx";
import { type ProviderCard, ProviderMark } from "./providers.tsx";

/** One provider: how to connect it, or the accounts that are connected. */
export function ProviderSection({ provider, is_offered, integrations }: {
  readonly provider: ProviderCard;
  readonly is_offered: boolean;
  readonly integrations: readonly Integration[];
}) {
  const { strings } = useSurroundings();
  const { name } = strings.providers[provider.card];
  return (
    <section
      className={`ec-provider ${integrations.length === 0 ? "" : "ec-whole"}`}
      tabIndex={-1}
      aria-labelledby={`ec-${provider.card}`}
    >
      <div className="ec-provider-head">
        <ProviderMark name={provider.card} />
        <h3 id={`ec-${provider.card}`}>{name}</h3>
      </div>
      {integrations.length === 0 ? <ConnectCard provider={provider} is_offered={is_offered} /> : (
        <>
          {integrations.map((integration) => (
            <IntegrationCard key={integration.id} provider={provider} integration={integration} />
          ))}
          {is_offered
            ? (
              <ConnectButton
                flow={flowOf(provider)}
                label={strings.connect.another}
                name={`${strings.connect.another}, ${name}`}
                look="quiet"
                className="ec-inline"
              />
            )
            : null}
        </>
      )}
    </section>
  );
}
