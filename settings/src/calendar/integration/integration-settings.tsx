import type { Integration } from "../../api/types.ts";
import { EventContent } from "../content/event-content.tsx";
import type { ProviderCard } from "../providers.tsx";
import { AutoSync } from "./auto-sync.tsx";

/** Everything that is set for one calendar. */
export default function IntegrationSettings(
  { provider, integration }: { readonly provider: ProviderCard; readonly integration: Integration },
) {
  return (
    <>
      <AutoSync integration={integration} />
      <EventContent provider={provider} integration={integration} />
    </>
  );
}
