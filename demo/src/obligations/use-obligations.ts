import { useQuery } from "@tanstack/react-query";
import { inOrder, type Obligation } from "./obligation.ts";
import type { Supabase } from "../supabase.ts";

/** How soon it is seen what others write, such as SQL of yours or an accepted proposal; never asked for in a hidden tab. */
const EVERY_MS = 2000;
export const OBLIGATIONS = ["obligations"];

/** The user's obligations, in the order of the list; RLS lets nobody see others. */
export function useObligations(supabase: Supabase) {
  return useQuery({
    queryKey: OBLIGATIONS,
    refetchInterval: EVERY_MS,
    queryFn: async ({ signal }): Promise<Obligation[]> => {
      const { data, error, status } = await supabase.from("obligations").select().abortSignal(signal);
      // A session of a platform that ran here before.
      if (status === 401) await supabase.auth.signOut({ scope: "local" });
      if (error) throw error;
      return inOrder(data);
    },
  });
}
