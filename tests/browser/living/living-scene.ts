import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import { type CalendarApi, type Integration, PATIENCE_MS, type User } from "../../support/calendar-api.ts";
import { ADA, type ConsentProvider } from "../../support/subjects/subject.ts";
import { openBrowser, type TestBrowser, type Viewer, type Visit } from "../support/browser.ts";
import { openSettingsScene, type SettingsScene } from "../support/settings-scene.ts";

/** Somebody whose calendar is connected. */
export interface Resident extends User {
  readonly api: CalendarApi;
  /** The account's address. */
  readonly account: string;
  readonly integration_id: string;
  readonly calendar_id: string;
}

/** A browser in which a resident looks at the settings. */
export interface Look extends Visit {
  /** The account's card. */
  readonly card: Locator;
}

/** A stack and a browser for one file about what happens once a calendar is connected. */
export interface LivingScene extends SettingsScene {
  readonly browser: TestBrowser;
  /** A new user whose connected calendar holds deadlines with these titles, one a day, and whose sync has come to rest. */
  resident(
    titles: readonly string[],
    options?: { readonly account?: string; readonly access?: "dedicated" | "existing" },
  ): Promise<Resident>;
  /** Adds deadlines of a user, one a day from tomorrow on, in one statement. */
  addDeadlines(user: Pick<User, "id">, titles: readonly string[]): Promise<void>;
  /** Signs a resident in and waits for the card. The name is that of the test's files, too. */
  look(
    name: string,
    resident: Resident,
    test: (look: Look) => Promise<void>,
    viewer?: Viewer,
  ): Promise<void>;
  /** What the API says of a resident's calendar. */
  integrationOf(resident: Resident): Promise<Integration>;
}

/** One thing that users can count on. */
export interface Behaviour {
  readonly name: string;
  /** All where absent. */
  readonly only?: ConsentProvider;
  run(scene: LivingScene): Promise<void>;
}

/** Opens what the tests of one file need, about the calendars of one provider. */
export async function openLivingScene(
  provider_name: ConsentProvider,
  env: Readonly<Record<string, string>> = {},
): Promise<LivingScene> {
  const scene = await openSettingsScene(provider_name, env);
  const browser = await openBrowser();
  const addDeadlines = async ({ id }: Pick<User, "id">, titles: readonly string[]) => {
    await scene.sql`
      insert into public.obligations (user_id, title, deadline_date)
      select ${id}, title, current_date + day::integer
      from unnest(${scene.sql.array([...titles])}::text[]) with ordinality as deadlines (title, day)`;
  };
  return {
    ...scene,
    browser,
    addDeadlines,
    async resident(titles, { account = ADA, access } = {}) {
      const user = await scene.newUser();
      if (titles.length > 0) await addDeadlines(user, titles);
      const { id, calendar_id } = await scene.connect(user.api, account, access);
      assert.ok(calendar_id);
      await user.api.untilStatus(({ progress }) =>
        progress.synced === titles.length && progress.pending === 0
      );
      return { ...user, account, integration_id: id, calendar_id };
    },
    look: (name, resident, test, viewer = {}) =>
      browser.visit(`living-${provider_name}-${name}`, viewer, async (visit) => {
        await scene.signIn(visit.page, resident);
        const card = cardOf(visit.page, resident.account);
        await card.waitFor();
        await test({ ...visit, card });
      }),
    async integrationOf({ api, integration_id }) {
      const found = (await api.status()).find(({ id }) => id === integration_id);
      assert.ok(found, "the integration is gone");
      return found;
    },
    async close() {
      await browser.close();
      await scene.close();
    },
  };
}

/** Runs behaviours, one step each, on a scene of their own. */
export async function testLiving(
  t: Deno.TestContext,
  provider: ConsentProvider,
  behaviours: readonly Behaviour[],
): Promise<void> {
  const scene = await openLivingScene(provider);
  try {
    for (const { name, only = provider, run } of behaviours) {
      if (only !== provider) continue;
      await t.step(name, async () => {
        try {
          await run(scene);
        } finally {
          scene.provider.emulator.faults.clear();
        }
      });
    }
  } finally {
    await scene.close();
  }
}

/** The card of a connected account. */
export function cardOf(page: Page, account: string): Locator {
  return page.getByRole("article", { name: account, exact: true });
}

/** Opens what is set of a calendar, unless it is open. */
export async function openSettings(card: Locator): Promise<void> {
  const settings = card.getByRole("group", { name: "Settings of this calendar" });
  if (await settings.locator("details[open]").count() === 0) await settings.getByRole("heading").click();
  await card.getByRole("group", { name: "Reminders" }).waitFor();
}

/** The switch of a calendar, among its settings. */
export async function switchOf(card: Locator): Promise<Locator> {
  await openSettings(card);
  return card.getByRole("switch", { name: "Keep this calendar up to date" });
}

/** The message at the edge of the page that has these words. */
export function toastOf(page: Page, words: string | RegExp): Locator {
  return page.getByRole("region", { name: "Notifications (F8)" }).getByRole("listitem").filter({
    hasText: words,
  });
}

/** Waits for a badge, the state of a card in a word or two. */
export async function untilBadge(card: Locator, label: string, timeout_ms = PATIENCE_MS): Promise<void> {
  await card.getByText(label, { exact: true }).first().waitFor({ timeout: timeout_ms });
}

/** Whether this is where the keyboard is. */
export async function isFocused(element: Locator): Promise<boolean> {
  return await element.and(element.page().locator(":focus")).count() === 1;
}
