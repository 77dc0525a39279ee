import { useQuery } from "@tanstack/react-query";
import type { Supabase } from "../supabase.ts";

/** How soon a connection is seen; never asked for in a hidden tab. */
const EVERY_MS = 1000;

/** A calendar account that the user has connected. */
export interface Account {
  readonly provider: string;
  readonly account_email: string | null;
}

/** The user's connected accounts, the newest first: the host's own reading of the table, under RLS. Undefined: not read yet. */
export function useAccounts(supabase: Supabase): readonly Account[] | undefined {
  const { data } = useQuery({
    queryKey: ["accounts"],
    refetchInterval: EVERY_MS,
    queryFn: async ({ signal }) => {
      const { data, error } = await supabase.from("calendar_integrations").select("provider, account_email")
        .eq("status", "active").order("created_at", { ascending: false }).abortSignal(signal);
      if (error) throw error;
      return data;
    },
  });
  return data;
}
