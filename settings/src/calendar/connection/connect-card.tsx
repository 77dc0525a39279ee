import type { ProviderName } from "../../api/types.ts";
import { useSurroundings } from "../../context.ts";
import { ConnectButtons } from "./connect-buttons.tsx";

/** A provider that is not connected: what it will ask for and why, and the way there. */
export function ConnectCard(
  { provider, is_offered }: { readonly provider: ProviderName; readonly is_offered: boolean },
) {
  const { strings } = useSurroundings();
  const { name, company, asks, never } = strings.providers[provider];
  if (!is_offered) return <div className="ec-card ec-muted">{strings.connect.not_configured(name)}</div>;
  return (
    <div className="ec-card">
      <p>{strings.connect.will_ask(company)}</p>
      <ul className="ec-list">
        {asks.map((ask) => <li key={ask}>{ask}</li>)}
      </ul>
      <p className="ec-muted">{never}</p>
      <div className="ec-actions">
        <ConnectButtons provider={provider} name={name} />
      </div>
    </div>
  );
}
