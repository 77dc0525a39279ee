import type { Integration } from "../../api/types.ts";
import { EventContent } from "../content/event-content.tsx";
import type { ProviderCard } from "../providers.tsx";
import { AutoSync } from "./auto-sync.tsx";
import { SendTestEvent } from "./test-event.tsx";

/** Everything that is set for one calendar. */
export default function IntegrationSettings(
  { provider, integration }: { readonly provider: ProviderCard; readonly integration: Integration },
) {
  return (
    <>
      <AutoSync integration={integration} />
      <SendTestEvent card={provider.card} integration={integration} />
      <EventContent provider={provider} integration={integration} />
    </>
  );
}
