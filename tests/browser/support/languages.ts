import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { z } from "zod";
import { loadTranslation, type Translation } from "../../../settings/src/translation.ts";
import { call, SAME, textsOf } from "../../support/translations.ts";

export type OtherLanguage = "de" | "fr";

/** Says of a host's page that it is in this language, from its first moment on. */
export async function openIn(page: Page, language: OtherLanguage): Promise<void> {
  await page.addInitScript(`new MutationObserver((_, observer) => {
    if (document.documentElement === null) return;
    document.documentElement.lang = "${language}";
    observer.disconnect();
  }).observe(document, { childList: true });`);
}

/** Changes the language of a page that is open, and waits until the settings follow. */
export async function speak(page: Page, language: OtherLanguage | "en"): Promise<Translation> {
  await page.evaluate(`document.documentElement.lang = "${language}"`);
  await page.locator(`.ec-settings[lang^="${language}"]`).first().waitFor();
  return await loadTranslation(language);
}

/**
 * Asserts that nothing that the settings show, or tell a screen reader, is a text of the English catalogue.
 *
 * @param name of what the page shows, for the message
 */
export async function assertNoEnglish(page: Page, language: OtherLanguage, name: string): Promise<void> {
  const shown = z.array(z.string()).parse(await page.evaluate(SHOWN_TEXTS));
  assert.ok(shown.length > 5, `${name} shows nothing`);
  const { whole, parts } = await englishTexts(language);
  const english = shown.filter((text) => whole.has(text) || parts.some((part) => text.includes(part)));
  assert.deepEqual(english, [], `${name} speaks English`);
}

/** Texts, and attributes that are read out or shown. */
const SHOWN_TEXTS = `(() => {
  const texts = [];
  for (const root of document.querySelectorAll(".ec-root")) {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
    for (let node = walker.currentNode; node !== null; node = walker.nextNode()) {
      if (node.nodeType === Node.TEXT_NODE) texts.push(node.data);
      else for (const name of ["aria-label", "aria-valuetext", "title", "alt", "placeholder"]) {
        if (node.hasAttribute(name)) texts.push(node.getAttribute(name));
      }
    }
  }
  return texts.map((text) => text.trim()).filter((text) => text !== "");
})()`;

/** Stands for what texts are about. */
const GAP = "\u0001";

/** English texts that are whole by themselves, and parts of at least two words that are as good as those. */
async function englishTexts(language: OtherLanguage) {
  const own = new Set([...textsOf(await loadTranslation(language)).values()]);
  const whole = new Set<string>();
  const parts: string[] = [];
  for (const [key, text] of textsOf(await loadTranslation("en"))) {
    if (SAME.has(key) || own.has(text)) continue;
    if (typeof text === "string") whole.add(text);
    const said = typeof text === "string" ? text : call(text, [GAP, GAP, GAP]);
    parts.push(...said.split(GAP).map((part) => part.trim()).filter((part) => /\w{2,} \w{2,}/.test(part)));
  }
  return { whole, parts };
}
