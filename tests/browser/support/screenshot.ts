import type { Page } from "playwright-core";
import { artefactPath } from "./artefacts.ts";

/**
 * Keeps what the whole page looks like, for people to look at.
 *
 * @param name of the file, without extension
 * @returns the file's path
 */
export async function screenshot(page: Page, name: string): Promise<string> {
  const path = artefactPath(name, "png");
  await page.screenshot({ path, fullPage: true, animations: "disabled" });
  return path;
}
