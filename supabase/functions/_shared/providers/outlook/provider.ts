import { defineProvider, type ProviderDefinition } from "../definition.ts";
import type { OAuthProvider } from "../provider.ts";
import { createOutlookClient } from "./client.ts";
import { type MicrosoftEnv, microsoftEnvOf, MicrosoftVariables } from "./env.ts";
import { eventUrl } from "./event-url.ts";
import { isPushOn } from "../push.ts";
import { LABEL, NAME } from "./name.ts";
import { PUSH_PATH } from "./notifications.ts";
import { createOutlookConnector } from "./oauth.ts";
import { warnOfExpiringSecret } from "./secret-expiry.ts";

/** Outlook: OAuth 2.0 and OpenID Connect of Microsoft Entra, calendars of Microsoft Graph. */
export function createOutlookProvider(microsoft: MicrosoftEnv): OAuthProvider {
  return {
    name: NAME,
    label: LABEL,
    api_url: microsoft.graph_url,
    connector: createOutlookConnector(microsoft),
    // Graph knows no right to our own calendar alone.
    listsCalendars: () => true,
    eventUrl: (event) => eventUrl(microsoft.graph_url, event),
    createClient: ({ credentials: { access_token }, ...options }) =>
      createOutlookClient({ graph_url: microsoft.graph_url, access_token, ...options }),
    warnOperator: () => warnOfExpiringSecret(microsoft),
  };
}

/** Outlook for the registry. */
export const OUTLOOK: ProviderDefinition<typeof NAME> = defineProvider({
  name: NAME,
  label: LABEL,
  variables: MicrosoftVariables,
  needed: ["MICROSOFT_CLIENT_ID", "MICROSOFT_CLIENT_SECRET"],
  create(variables) {
    const microsoft = microsoftEnvOf(variables);
    const push = isPushOn(variables.MICROSOFT_PUSH, variables) ? { push_path: PUSH_PATH } : {};
    return microsoft && { ...createOutlookProvider(microsoft), ...push };
  },
});
