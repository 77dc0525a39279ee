import type { Session } from "@supabase/supabase-js";
import { useEffect, useState } from "react";
import type { Supabase } from "./supabase.ts";

/** Who is signed in; null: nobody; undefined: not known yet. */
export function useSession(supabase: Supabase): Session | null | undefined {
  const [session, setSession] = useState<Session | null>();
  useEffect(() => {
    const { data } = supabase.auth.onAuthStateChange((_event, now) => setSession(now));
    return () => data.subscription.unsubscribe();
  }, [supabase]);
  return session;
}
