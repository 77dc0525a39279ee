import type { LiveProvider } from "./account.ts";
import { CALDAV } from "./caldav/provider.ts";
import { GOOGLE } from "./google/provider.ts";
import { OUTLOOK } from "./outlook/provider.ts";

/** Every provider that can be checked, by its name. */
export const LIVE_PROVIDERS: ReadonlyMap<string, LiveProvider> = new Map(
  [GOOGLE, OUTLOOK, CALDAV].map((provider) => [provider.definition.name, provider]),
);
