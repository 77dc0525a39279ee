import type { ProviderName } from "../../api/types.ts";
import { useSurroundings } from "../../context.ts";
import { serversOf } from "../providers.tsx";
import { ConnectButton } from "./connect-button.tsx";

/** The ways to begin with a provider: its consent page, or each kind of server. */
export function ConnectButtons(
  { provider, name }: { readonly provider: ProviderName; readonly name: string },
) {
  const { strings } = useSurroundings();
  const flow = { provider, access: "dedicated" } as const;
  const servers = serversOf(provider);
  if (servers === null) return <ConnectButton flow={flow} label={strings.connect.action(name)} />;
  return servers.map((server) => (
    <ConnectButton
      key={server.name}
      flow={{ ...flow, server: server.url }}
      label={strings.connect.action(strings.connect.servers[server.name])}
    />
  ));
}
