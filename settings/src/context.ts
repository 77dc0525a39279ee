import { createContext, useContext } from "react";
import type { CalendarApi } from "./api/client.ts";
import type { Language } from "./languages.ts";
import type { LateStrings } from "./late-strings.ts";
import type { Strings } from "./strings.ts";

/** What every part of the settings needs. */
export interface Surroundings {
  readonly api: CalendarApi;
  /** Without `late` where it comes with the parts that say it. */
  readonly strings: Strings & { readonly late?: LateStrings };
  /** Of the strings, where they are not the host's. */
  readonly language: Language;
  /** BCP 47, of the strings, dates and numbers. */
  readonly locale: string;
  /** IANA name; the browser's where it is undefined. */
  readonly time_zone: string | undefined;
  readonly dir: "ltr" | "rtl";
  /** Where the provider's consent page comes back to. */
  readonly redirect_to: string;
}

export const SurroundingsContext = createContext<Surroundings | null>(null);

/** The names of the tabs around; none where a host shows the calendar alone. */
export const ShownTabs = createContext<readonly string[]>([]);

/** @throws Error outside of `<CalendarSettings>` */
export function useSurroundings(): Surroundings {
  const surroundings = useContext(SurroundingsContext);
  if (surroundings === null) throw new Error("This belongs inside <CalendarSettings>.");
  return surroundings;
}
