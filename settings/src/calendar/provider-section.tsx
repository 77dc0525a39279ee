import type { Integration } from "../api/types.ts";
import { useSurroundings } from "../context.ts";
import { Button } from "../ui/button.tsx";
import { ConnectCard } from "./connection/connect-card.tsx";
import { useConnect } from "./connection/use-connect.ts";
import { IntegrationCard } from "./integration/integration-card.tsx";
import { type ProviderCard, ProviderMark } from "./providers.tsx";

/** One provider: how to connect it, or the accounts that are connected. */
export function ProviderSection({ provider, is_configured, integrations }: {
  readonly provider: ProviderCard;
  readonly is_configured: boolean;
  readonly integrations: readonly Integration[];
}) {
  const { strings } = useSurroundings();
  const { name, company } = strings.providers[provider.name];
  const connect = useConnect();
  return (
    <section className="ec-provider" tabIndex={-1} aria-labelledby={`ec-${provider.name}`}>
      <div className="ec-provider-head">
        <ProviderMark name={provider.name} />
        <h3 id={`ec-${provider.name}`}>{name}</h3>
      </div>
      {integrations.length === 0 ? <ConnectCard provider={provider.name} is_configured={is_configured} /> : (
        <>
          {integrations.map((integration) => (
            <IntegrationCard key={integration.id} provider={provider} integration={integration} />
          ))}
          {is_configured
            ? (
              <Button
                look="quiet"
                className="ec-inline"
                isWorking={connect.isPending}
                onClick={() => connect.mutate({ provider: provider.name, access: "dedicated" })}
                aria-label={`${strings.connect.another}, ${name}`}
              >
                {connect.isPending ? strings.connect.going(company) : strings.connect.another}
              </Button>
            )
            : null}
        </>
      )}
    </section>
  );
}
