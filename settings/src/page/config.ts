import type { SettingsTab } from "../tabs/settings-tab.ts";

/** Which Supabase project the page talks to, and what it shows. */
export interface SettingsConfig {
  readonly supabaseUrl: string;
  readonly publishableKey: string;
  /** Filled into the sign-in form: the demo users of the local platform, never a real person's. */
  readonly demoUsers: readonly { readonly email: string; readonly password: string }[];
  /** Tabs that are not to be shown: `["webhooks", "api_keys"]`. */
  readonly hide?: readonly SettingsTab[];
  /** BCP 47, of the page; the document's language if not given, else the browser's. */
  readonly locale?: string;
}

/**
 * What whoever serves the page wrote into its `settings-config` element, over what the build was given:
 * `VITE_SUPABASE_URL` and `VITE_SUPABASE_PUBLISHABLE_KEY`.
 *
 * @param served the element's text, JSON
 * @param built the build's variables
 * @throws Error that names what to set
 */
export function readConfig(served: string, built: Readonly<Record<string, unknown>>): SettingsConfig {
  const given: unknown = JSON.parse(served);
  const config: unknown = {
    supabaseUrl: built["VITE_SUPABASE_URL"],
    publishableKey: built["VITE_SUPABASE_PUBLISHABLE_KEY"],
    demoUsers: [],
    ...(typeof given === "object" ? given : {}),
  };
  if (isConfig(config)) return config;
  throw new Error("Build the page with VITE_SUPABASE_URL and VITE_SUPABASE_PUBLISHABLE_KEY.");
}

function isConfig(value: unknown): value is SettingsConfig {
  return typeof value === "object" && value !== null && "supabaseUrl" in value && "publishableKey" in value &&
    typeof value.supabaseUrl === "string" && typeof value.publishableKey === "string";
}
