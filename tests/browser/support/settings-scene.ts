import type { ConsentProvider } from "../../support/subjects/subject.ts";
import type { Page } from "playwright-core";
import type { User } from "../../support/calendar-api.ts";
import { openScene, type Scene } from "../../support/scene.ts";

/** A stack of its own for one test file, with the Settings page. */
export interface SettingsScene extends Scene {
  readonly settingsUrl: string;
  /** Opens the page and signs in with its form, as a person would. Returns once the form is gone. */
  signIn(page: Page, user: Pick<User, "email" | "password">): Promise<void>;
}

/**
 * Starts the stack of a browser test.
 *
 * @param provider_name whose calendars the scene's own functions look at; the page offers every provider
 * @param options.access_token_lifetime_s see `startStack`, like `options.demo`
 */
export async function openSettingsScene(
  provider_name: ConsentProvider = "google",
  env: Readonly<Record<string, string>> = {},
  options: { readonly access_token_lifetime_s?: number; readonly demo?: boolean } = {},
): Promise<SettingsScene> {
  const scene = await openScene(provider_name, env, { ...options, page: true });
  const { settingsUrl } = scene.stack;
  return {
    ...scene,
    settingsUrl,
    async signIn(page, { email, password }) {
      await page.goto(settingsUrl);
      // In every language.
      await page.locator("input[type=email]").fill(email);
      await page.locator("input[type=password]").fill(password);
      const button = page.locator(".page-sign-in button[type=submit]");
      await button.click();
      await button.waitFor({ state: "detached" });
    },
  };
}
