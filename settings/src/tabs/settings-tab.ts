/** The tabs in the order in which they are shown. */
export const TABS = ["general", "calendar", "webhooks", "notifications", "api_keys"] as const;

/** A tab by its name in the address: `#webhooks`. */
export type SettingsTab = typeof TABS[number];
