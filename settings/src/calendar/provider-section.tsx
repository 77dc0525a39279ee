import type { Integration } from "../api/types.ts";
import { useSurroundings } from "../context.ts";
import { ConnectButton } from "./connection/connect-button.tsx";
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
  const { name } = strings.providers[provider.name];
  return (
    <section className="ec-provider" tabIndex={-1} aria-labelledby={`ec-${provider.name}`}>
      <div className="ec-provider-head">
        <ProviderMark name={provider.name} />
        <h3 id={`ec-${provider.name}`}>{name}</h3>
      </div>
      {integrations.length === 0 ? <ConnectCard provider={provider.name} is_offered={is_offered} /> : (
        <>
          {integrations.map((integration) => (
            <IntegrationCard key={integration.id} provider={provider} integration={integration} />
          ))}
          {is_offered
            ? (
              <ConnectButton
                flow={{ provider: provider.name, access: "dedicated" }}
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
