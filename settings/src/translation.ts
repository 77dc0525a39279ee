import { type Language, loadFirst, loadLate } from "./languages.ts";
import { ENGLISH as ENGLISH_FIRST, type Strings } from "./strings.ts";
import { ENGLISH_LATE, type LateStrings } from "./late-strings.ts";

/** Everything that `<CalendarSettings>` says: a translation is an object of this shape, given as its property `strings`. */
export type Translation = Strings & { readonly late: LateStrings };

/** The text to translate. */
export const ENGLISH: Translation = { ...ENGLISH_FIRST, late: ENGLISH_LATE };

/**
 * The texts of a language, for hosts that say some of them otherwise.
 *
 * @throws TypeError where they cannot be loaded
 */
export async function loadTranslation(language: Language): Promise<Translation> {
  const [first, late = ENGLISH_LATE] = await Promise.all([loadFirst(language), loadLate(language)]);
  return { ...first, late };
}
