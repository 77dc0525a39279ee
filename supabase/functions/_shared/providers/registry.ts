import type { Env } from "../platform/env.ts";
import { createGoogleProvider } from "./google/oauth.ts";
import { createOutlookProvider } from "./outlook/oauth.ts";
import { observeTokenCalls } from "./observe.ts";
import type { Provider, ProviderName } from "./provider.ts";

/** Every provider by its name; null where this installation has no OAuth client for it. */
export type Providers = Readonly<Record<ProviderName, Provider | null>>;

/** The providers that the environment describes. */
export function createProviders(env: Env): Providers {
  return {
    google: env.google && observeTokenCalls(createGoogleProvider(env.google)),
    outlook: env.microsoft && observeTokenCalls(createOutlookProvider(env.microsoft)),
  };
}
