import { OUTLOOK as DEFINITION } from "../../../supabase/functions/_shared/providers/outlook/provider.ts";
import { OUTLOOK as REFERENCE } from "../../../tests/integration/providers/subjects/outlook.ts";
import type { LiveProvider } from "../account.ts";
import { rawCalls } from "../raw-call.ts";
import { outlookAssumptions } from "./assumptions.ts";
import { IMMUTABLE, outlookPerson } from "./person.ts";

/** Outlook for the check. */
export const OUTLOOK: LiveProvider = {
  definition: DEFINITION,
  reference: REFERENCE,
  open(api_url, credentials) {
    if (credentials.kind !== "oauth") throw new Error("Outlook takes a token");
    const raw = rawCalls(() => api_url ?? "", `Bearer ${credentials.access_token}`, { prefer: IMMUTABLE });
    return { person: outlookPerson(raw), assumptions: outlookAssumptions(raw) };
  },
};
