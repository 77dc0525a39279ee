import { CALDAV as DEFINITION } from "../../../supabase/functions/_shared/providers/caldav/definition.ts";
import { basic } from "../../../supabase/functions/_shared/providers/caldav/http.ts";
import { knownPlaces } from "../../../supabase/functions/_shared/providers/caldav/places.ts";
import { CALDAV as REFERENCE } from "../../../tests/integration/providers/subjects/caldav.ts";
import type { LiveProvider } from "../account.ts";
import { rawCalls } from "../raw-call.ts";
import { calDavAssumptions } from "./assumptions.ts";
import { calDavPerson } from "./person.ts";

/** Any CalDAV server for the check. */
export const CALDAV: LiveProvider = {
  definition: DEFINITION,
  reference: REFERENCE,
  servers_variable: "CALENDAR_CALDAV_SERVERS",
  open(_api_url, credentials) {
    if (credentials.kind !== "password") throw new Error("a CalDAV server takes a password");
    // The client found it when it made the first calendar.
    const home = () => knownPlaces({ credentials })?.home.origin ?? new URL(credentials.server).origin;
    const raw = rawCalls(home, basic(credentials));
    return { person: calDavPerson(raw), assumptions: calDavAssumptions(raw) };
  },
};
