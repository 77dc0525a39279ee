import { GOOGLE as DEFINITION } from "../../../supabase/functions/_shared/providers/google/provider.ts";
import { GOOGLE as REFERENCE } from "../../../tests/integration/providers/subjects/google.ts";
import type { LiveProvider } from "../account.ts";
import { rawCalls } from "../raw-call.ts";
import { googleAssumptions } from "./assumptions.ts";
import { googlePerson } from "./person.ts";

/** Google Calendar for the check. */
export const GOOGLE: LiveProvider = {
  definition: DEFINITION,
  reference: REFERENCE,
  open(api_url, credentials) {
    if (credentials.kind !== "oauth") throw new Error("Google takes a token");
    const raw = rawCalls(() => `${api_url}/calendar/v3`, `Bearer ${credentials.access_token}`);
    return { person: googlePerson(raw), assumptions: googleAssumptions(raw) };
  },
};
