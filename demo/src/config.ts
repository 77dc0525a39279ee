/** What the gateway writes into the page; local/settings/demo.ts has the other side. */
export interface DemoConfig {
  readonly supabaseUrl: string;
  readonly publishableKey: string;
  readonly settingsUrl: string;
  readonly demoUsers: readonly DemoUser[];
  /** The emulators that run. */
  readonly calendars: readonly EmulatedCalendars[];
}

/** A user of the local platform, never a real person. */
export interface DemoUser {
  readonly email: string;
  readonly password: string;
}

/** An emulator's own page. */
export interface EmulatedCalendars {
  readonly provider: string;
  readonly name: string;
  readonly url: string;
}

/** @throws Error where the page was not served by `npm start` */
export function readConfig(): DemoConfig {
  const served: unknown = JSON.parse(document.getElementById("demo-config")?.textContent ?? "null");
  if (!isConfig(served)) throw new Error("This page needs the local platform: npm start.");
  return served;
}

function isConfig(value: unknown): value is DemoConfig {
  return typeof value === "object" && value !== null && "supabaseUrl" in value && "calendars" in value;
}
