import { ENGLISH as ENGLISH_FIRST, type Strings } from "./strings.ts";
import { ENGLISH_LATE, type LateStrings } from "./late-strings.ts";

/** Everything that `<CalendarSettings>` says: a translation is an object of this shape, given as its property `strings`. */
export type Translation = Strings & { readonly late: LateStrings };

/** The text to translate. */
export const ENGLISH: Translation = { ...ENGLISH_FIRST, late: ENGLISH_LATE };
