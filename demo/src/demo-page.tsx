import { CalendarSettings } from "@ecocomply/calendar-settings";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { CalendarPane } from "./calendars/calendar-pane.tsx";
import type { DemoConfig } from "./config.ts";
import { Obligations } from "./obligations/obligations.tsx";
import { SignIn } from "./sign-in.tsx";
import type { Supabase } from "./supabase.ts";
import { useSession } from "./use-session.ts";

const PARTS = [
  { id: "obligations", name: "Obligations" },
  { id: "calendars", name: "Calendars" },
  { id: "settings", name: "Calendar settings" },
];

/** The whole page: sign-in, then the obligations, the calendars and the embedded settings. */
export function DemoPage(
  { config, supabase }: { readonly config: DemoConfig; readonly supabase: Supabase },
) {
  const session = useSession(supabase);
  useCleanCache(session?.user.id);
  if (session === undefined) return null;
  if (session === null) return <SignIn supabase={supabase} users={config.demoUsers} />;
  const { id, email = "" } = session.user;
  return (
    <div className="demo" key={id}>
      <header className="demo-head">
        <h1>EcoComply demo</h1>
        <nav className="demo-parts" aria-label="Parts of this page">
          {PARTS.map((part) => <a key={part.id} href={`#${part.id}`}>{part.name}</a>)}
        </nav>
        <p className="demo-user">
          <span>{email}</span>
          <button
            type="button"
            className="demo-link"
            onClick={() => void supabase.auth.signOut({ scope: "local" })}
          >
            Sign out
          </button>
        </p>
      </header>
      <main className="demo-columns">
        <section id="obligations" aria-labelledby="obligations-heading">
          <Obligations supabase={supabase} user_id={id} />
        </section>
        <section id="calendars" aria-labelledby="calendars-heading">
          <CalendarPane supabase={supabase} calendars={config.calendars} email={email} />
        </section>
        <section id="settings" aria-label="Calendar settings">
          <CalendarSettings supabase={supabase} />
          <p className="demo-hint">
            The embedded component. <a href={config.settingsUrl}>The whole Settings page</a>
          </p>
        </section>
      </main>
    </div>
  );
}

/** Nothing that one user has seen is there for the next. */
function useCleanCache(user_id: string | undefined): void {
  const queries = useQueryClient();
  useEffect(() => () => queries.clear(), [queries, user_id]);
}
