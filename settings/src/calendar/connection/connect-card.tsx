import { useSurroundings } from "../../context.ts";
import { hasPassword, type ProviderCard } from "../providers.tsx";
import { ConnectButton } from "./connect-button.tsx";
import { flowOf } from "./flow-of.ts";

/** A provider that is not connected: what it will ask for and why, and the way there. */
export function ConnectCard(
  { provider, is_offered }: { readonly provider: ProviderCard; readonly is_offered: boolean },
) {
  const { strings } = useSurroundings();
  const { name, one, company, asks, never } = strings.providers[provider.card];
  if (!is_offered) return <div className="ec-card ec-muted">{strings.connect.not_configured(name)}</div>;
  return (
    <div className="ec-card">
      <p>{hasPassword(provider.name) ? strings.connect.you_need : strings.connect.will_ask(company)}</p>
      <ul className="ec-list">
        {asks.map((ask) => <li key={ask}>{ask}</li>)}
      </ul>
      <p className="ec-muted">{never}</p>
      <div className="ec-actions">
        <ConnectButton flow={flowOf(provider)} label={strings.connect.action(one)} />
      </div>
    </div>
  );
}
