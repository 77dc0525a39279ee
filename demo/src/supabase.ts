import { createClient } from "@supabase/supabase-js";
import type { Database } from "../../supabase/functions/_shared/platform/database.types.ts";
import type { DemoConfig } from "./config.ts";

/** One client for the host's own tables and for the embedded settings. */
export function connectTo({ supabaseUrl, publishableKey }: DemoConfig) {
  return createClient<Database>(supabaseUrl, publishableKey);
}

/** The client of a host: its tables are typed. */
export type Supabase = ReturnType<typeof connectTo>;
