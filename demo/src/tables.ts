import type { Database } from "../../supabase/functions/_shared/platform/database.types.ts";

/** The host's tables, as `supabase gen types` writes them. */
export type Tables = Database["public"]["Tables"];
