import type { Session } from "@supabase/supabase-js";
import { lazy, Suspense, useEffect, useState } from "react";
import type { Supabase } from "../api/supabase.ts";
import { isReturn } from "../calendar/connection/return-address.ts";
import type { SettingsConfig } from "./config.ts";
import { SettingsTabs } from "../tabs/settings-tabs.tsx";
import { LoadBoundary } from "../ui/load-boundary.tsx";
import type { PageStrings } from "./strings.ts";

const SignIn = lazy(() => import("./sign-in.tsx"));

/** The whole page: sign-in, then the settings. */
export function SettingsPage(
  { supabase, config: { demoUsers, hide = [], locale }, words }: {
    readonly supabase: Supabase;
    readonly config: SettingsConfig;
    readonly words: PageStrings;
  },
) {
  const session = useSession(supabase);
  if (session === undefined) return null;
  return (
    <div className="page">
      <header className="page-head">
        <h1>{words.heading}</h1>
        {session === null ? null : (
          <div className="page-user">
            <span>{session.user.email}</span>
            <button
              type="button"
              className="page-link"
              onClick={() => void supabase.auth.signOut({ scope: "local" })}
            >
              {words.sign_out}
            </button>
          </div>
        )}
      </header>
      {session === null
        ? (
          <LoadBoundary failed={<p role="alert">{words.sign_in_failed}</p>}>
            <Suspense>
              <SignIn
                supabase={supabase}
                demoUsers={demoUsers}
                words={words}
                is_returning={isReturn(location.search)}
              />
            </Suspense>
          </LoadBoundary>
        )
        : (
          <main>
            <SettingsTabs supabase={supabase} hide={hide} {...locale === undefined ? {} : { locale }} />
          </main>
        )}
    </div>
  );
}

/** Undefined until it is known. */
function useSession(supabase: Supabase): Session | null | undefined {
  const [session, setSession] = useState<Session | null>();
  useEffect(() => {
    const { data } = supabase.auth.onAuthStateChange((_event, now) => setSession(now));
    return () => data.subscription.unsubscribe();
  }, [supabase]);
  return session;
}
