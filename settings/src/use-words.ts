import { useEffect, useState } from "react";
import type { Surroundings } from "./context.ts";
import { type Language, loadFirst, loadLate } from "./languages.ts";
import { ENGLISH } from "./strings.ts";

/** What is said, and in which language. */
interface Words {
  readonly language: Language;
  readonly strings: Surroundings["strings"];
}

/**
 * The words of a language, once they are loaded. While another language is loaded the last one stays.
 *
 * @param language undefined: not known yet, or of no interest
 */
export function useWords(language: Language | undefined): Words | null {
  const [words, setWords] = useState<Words | null>(
    () => language === "en" ? { language, strings: ENGLISH } : null,
  );
  const shown = words?.language;
  useEffect(() => {
    if (language === undefined || language === shown) return;
    let is_wanted = true;
    void load(language, shown !== undefined).then((strings) => {
      if (is_wanted) setWords({ language, strings });
    });
    return () => {
      is_wanted = false;
    };
  }, [language, shown]);
  return words;
}

/** @param is_whole also what parts say that are shown already: they would go for a moment */
async function load(language: Language, is_whole: boolean): Promise<Surroundings["strings"]> {
  const first = loadFirst(language);
  const late = is_whole ? await loadLate(language).catch(() => undefined) : undefined;
  return late === undefined ? await first : { ...await first, late };
}
