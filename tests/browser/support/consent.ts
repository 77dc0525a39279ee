import type { Page } from "playwright-core";

/** What a person does on a provider's consent page. */
export interface ConsentAnswer {
  /** The account's address. */
  readonly account: string;
  readonly decision?: "Allow" | "Cancel";
  /** Scopes whose boxes are unticked, where the provider has boxes: a part of their name is enough. */
  readonly untick?: readonly string[];
}

/**
 * Answers the consent page that a tab shows, or is about to show, by clicking, and waits until it has left it.
 */
export async function answerConsent(page: Page, answer: ConsentAnswer): Promise<void> {
  await page.getByRole("radio", { name: `(${answer.account})` }).check();
  for (const scope of answer.untick ?? []) await page.getByRole("checkbox", { name: scope }).uncheck();
  const button = page.getByRole("button", { name: answer.decision ?? "Allow", exact: true });
  const { origin } = new URL(page.url());
  await button.click();
  await page.waitForURL((url) => url.origin !== origin);
}
