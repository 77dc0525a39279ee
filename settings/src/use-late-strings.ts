import { useSurroundings } from "./context.ts";
import { ENGLISH_LATE, type LateStrings } from "./late-strings.ts";

/** The words of parts that are loaded later; whoever translates gives them with the others. */
export function useLateStrings(): LateStrings {
  return useSurroundings().strings.late ?? ENGLISH_LATE;
}
