import type { LateStrings } from "./late-strings.ts";
import { ENGLISH, type Strings } from "./strings.ts";

/** Languages beside English, each in files of its own: they are loaded for those who read them. */
const OTHERS = {
  de: {
    first: async () => (await import("./strings/de/first.ts")).FIRST,
    late: async () => (await import("./strings/de/late.ts")).LATE,
  },
  fr: {
    first: async () => (await import("./strings/fr/first.ts")).FIRST,
    late: async () => (await import("./strings/fr/late.ts")).LATE,
  },
};

/** A language that the settings speak. */
export type Language = "en" | keyof typeof OTHERS;

/**
 * The language to speak to a reader.
 *
 * @param locale BCP 47, such as `de-AT`
 * @returns English where we do not speak the language
 */
export function languageOf(locale: string): Language {
  const primary = primaryOf(locale);
  return isOther(primary) ? primary : "en";
}

/** @param locale BCP 47 */
export function isSpoken(locale: string): boolean {
  return primaryOf(locale) === languageOf(locale);
}

/** What the page says at first; English where another language cannot be loaded. */
export async function loadFirst(language: Language): Promise<Strings> {
  return language === "en" ? ENGLISH : await OTHERS[language].first().catch(() => ENGLISH);
}

/**
 * What parts say that are loaded later; undefined in English, which comes with them.
 *
 * @throws TypeError where it cannot be loaded
 */
export async function loadLate(language: Language): Promise<LateStrings | undefined> {
  return language === "en" ? undefined : await OTHERS[language].late();
}

function isOther(language: string): language is keyof typeof OTHERS {
  return Object.hasOwn(OTHERS, language);
}

function primaryOf(locale: string): string {
  return locale.toLowerCase().split("-", 1).join();
}
