import { createContext, useContext } from "react";
import type { CalendarApi } from "./api/client.ts";
import type { LateStrings } from "./late-strings.ts";
import type { Strings } from "./strings.ts";

/** What every part of the settings needs. */
export interface Surroundings {
  readonly api: CalendarApi;
  /** Without `late` in English, which comes with the parts that say it. */
  readonly strings: Strings & { readonly late?: LateStrings };
  /** BCP 47, for dates and numbers. */
  readonly locale: string;
  readonly dir: "ltr" | "rtl";
  /** Where the provider's consent page comes back to. */
  readonly redirect_to: string;
}

export const SurroundingsContext = createContext<Surroundings | null>(null);

/** @throws Error outside of `<CalendarSettings>` */
export function useSurroundings(): Surroundings {
  const surroundings = useContext(SurroundingsContext);
  if (surroundings === null) throw new Error("This belongs inside <CalendarSettings>.");
  return surroundings;
}
