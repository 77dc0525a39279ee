import { defineProvider, type ProviderDefinition } from "../definition.ts";
import type { OAuthProvider } from "../provider.ts";
import { createGoogleClient } from "./client.ts";
import { type GoogleEnv, googleEnvOf, GoogleVariables } from "./env.ts";
import { eventUrl } from "./event-url.ts";
import { isPushOn } from "../push.ts";
import { LABEL, NAME } from "./name.ts";
import { PUSH_PATH } from "./notifications.ts";
import { createGoogleConnector } from "./oauth.ts";

/** Google: OAuth 2.0 for web server applications, OpenID Connect, Calendar API v3. */
export function createGoogleProvider(google: GoogleEnv): OAuthProvider {
  return {
    name: NAME,
    label: LABEL,
    api_url: google.api_url,
    connector: createGoogleConnector(google),
    listsCalendars: (access) => access === "existing",
    eventUrl: (event) => eventUrl(google.api_url, event),
    createClient: ({ credentials: { access_token }, ...options }) =>
      createGoogleClient({ api_url: google.api_url, access_token, ...options }),
  };
}

/** Google for the registry. */
export const GOOGLE: ProviderDefinition<typeof NAME> = defineProvider({
  name: NAME,
  label: LABEL,
  variables: GoogleVariables,
  needed: ["GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET"],
  create(variables) {
    const google = googleEnvOf(variables);
    const push = isPushOn(variables.GOOGLE_PUSH, variables) ? { push_path: PUSH_PATH } : {};
    return google && { ...createGoogleProvider(google), ...push };
  },
});
