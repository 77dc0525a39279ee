import { useSurroundings } from "./context.ts";
import { type Language, loadLate } from "./languages.ts";
import { ENGLISH_LATE, type LateStrings } from "./late-strings.ts";
import { onceOnline } from "./ui/part.tsx";

const known = new Map<Language, LateStrings>([["en", ENGLISH_LATE]]);

/**
 * The words of parts that are loaded later; whoever translates gives them with the others.
 *
 * @throws Promise until they are loaded: the `<Part>` around waits for it
 */
export function useLateStrings(): LateStrings {
  const { strings, language } = useSurroundings();
  const late = strings.late ?? known.get(language);
  if (late === undefined) throw learn(language);
  return late;
}

/** English where another language cannot be loaded. */
async function learn(language: Language): Promise<void> {
  const late = await onceOnline(() => loadLate(language)).catch(() => undefined);
  known.set(language, late ?? ENGLISH_LATE);
}
