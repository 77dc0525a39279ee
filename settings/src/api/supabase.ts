import type { SupabaseClient } from "@supabase/supabase-js";

/** What of a Supabase client is used here. */
export type Supabase = Pick<SupabaseClient, "auth" | "functions">;
