import type { Hono } from "hono";
import { type Page, type PageConfig, pageRoutes, withConfig } from "./serve.ts";

/** What the demo is told; it reads this as demo/src/config.ts says. */
export interface DemoConfig extends PageConfig {
  readonly settingsUrl: string;
  /** Emulators whose pages it shows. */
  readonly calendars: readonly { readonly provider: string; readonly name: string; readonly url: string }[];
}

/**
 * The demo at `/`: a host application of the calendar settings.
 *
 * @throws Error where the page has no place for the config
 */
export function demoRoutes(page: Page, config: DemoConfig): Hono {
  return pageRoutes({
    html: withConfig(page.html, "demo-config", config),
    assets: { path: "/demo/assets", files: page.assets },
    origin: config.supabaseUrl,
    path: "/",
    frames: config.calendars.map(({ url }) => url),
  });
}
