import { useQuery } from "@tanstack/react-query";
import type { CalendarApi } from "../api/client.ts";
import type { Preferences } from "../api/types.ts";
import { useSurroundings } from "../context.ts";

export const PREFERENCES_KEY = ["preferences"];

/** The user's time zone and reminder time. */
export function usePreferences() {
  const { api } = useSurroundings();
  return useQuery({
    queryKey: PREFERENCES_KEY,
    queryFn: () => readPreferences(api),
    staleTime: Infinity,
    retry: false,
    refetchOnWindowFocus: false,
  });
}

/** The time zone of a user who never chose one is that of the first browser. */
async function readPreferences(api: CalendarApi): Promise<Preferences> {
  const preferences = await api.preferences();
  const time_zone = browserTimeZone();
  if (preferences.time_zone !== null || time_zone === undefined) return preferences;
  // The server may know fewer time zones. Then the next browser tells its own.
  return await api.changePreferences({ time_zone }).catch(() => preferences);
}

/** Undefined where the browser does not say. */
export function browserTimeZone(): string | undefined {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
