import type { SettingsTab } from "../tabs/settings-tabs.tsx";

/** Which Supabase project the page talks to. */
export interface SettingsConfig {
  readonly supabaseUrl: string;
  readonly publishableKey: string;
  /** Filled into the sign-in form: the demo users of the local platform, never a real person's. */
  readonly demoUsers: readonly { readonly email: string; readonly password: string }[];
  /** Tabs that are not to be shown: `["webhooks", "api_keys"]`. */
  readonly hide?: readonly SettingsTab[];
  /** BCP 47, of the settings; the document's language if not given. */
  readonly locale?: string;
}

/**
 * What whoever serves the page wrote into its `settings-config` element; else what the build was given:
 * `VITE_SUPABASE_URL` and `VITE_SUPABASE_PUBLISHABLE_KEY`.
 *
 * @throws Error that names what to set
 */
export function readConfig(): SettingsConfig {
  const served: unknown = JSON.parse(document.getElementById("settings-config")?.textContent ?? "null");
  if (isConfig(served)) return served;
  const { VITE_SUPABASE_URL: supabaseUrl, VITE_SUPABASE_PUBLISHABLE_KEY: publishableKey } = import.meta.env;
  if (typeof supabaseUrl === "string" && typeof publishableKey === "string") {
    return { supabaseUrl, publishableKey, demoUsers: [] };
  }
  throw new Error("Build the page with VITE_SUPABASE_URL and VITE_SUPABASE_PUBLISHABLE_KEY.");
}

function isConfig(value: unknown): value is SettingsConfig {
  return typeof value === "object" && value !== null && "supabaseUrl" in value && "publishableKey" in value &&
    "demoUsers" in value;
}
