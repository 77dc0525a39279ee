import { CalendarSettings } from "@ecocomply/calendar-settings";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { CalendarPane } from "./calendars/calendar-pane.tsx";
import { useAccounts } from "./calendars/use-accounts.ts";
import { useArrival } from "./calendars/use-arrival.ts";
import type { DemoConfig } from "./config.ts";
import { Logo } from "./icons.tsx";
import { Obligations } from "./obligations/obligations.tsx";
import { SignIn } from "./sign-in.tsx";
import type { Supabase } from "./supabase.ts";
import { useSession } from "./use-session.ts";

/** What the embedded settings speak; the rest of this page speaks English. */
const LANGUAGES = { en: "English", de: "Deutsch", fr: "Français" };

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
  const arrival = useArrival(config.calendars);
  useCleanCache(session?.user.id);
  if (session === undefined) return null;
  if (session === null) return <SignIn supabase={supabase} users={config.demoUsers} />;
  const { id, email = "" } = session.user;
  return (
    <div className="demo" lang="en" key={id}>
      <header className="demo-head">
        <h1>
          <Logo /> EcoComply <span className="demo-tag">demo</span>
        </h1>
        <nav className="demo-parts" aria-label="Parts of this page">
          {PARTS.map((part) => <a key={part.id} href={`#${part.id}`}>{part.name}</a>)}
        </nav>
        <p className="demo-user">
          <select
            className="demo-select"
            aria-label="Language of the settings"
            defaultValue={document.documentElement.lang}
            onChange={({ target }) => {
              document.documentElement.lang = target.value;
            }}
          >
            {Object.entries(LANGUAGES).map(([language, name]) => (
              <option key={language} value={language} lang={language}>{name}</option>
            ))}
          </select>
          <span className="demo-face" aria-hidden="true">{email.charAt(0).toUpperCase()}</span>
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
      <main className="demo-main">
        <FirstStep supabase={supabase} />
        <div className="demo-columns">
          <section id="obligations" aria-labelledby="obligations-heading">
            <Obligations supabase={supabase} user_id={id} arrival={arrival} />
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
        </div>
      </main>
    </div>
  );
}

/** What a newcomer does first, until it is done. */
function FirstStep({ supabase }: { readonly supabase: Supabase }) {
  if (useAccounts(supabase)?.length !== 0) return null;
  return (
    <p className="demo-first">
      <strong>Start here:</strong> <a href="#settings">connect Google Calendar</a>{" "}
      in the settings, and allow it on the next page. It is an emulator on this machine. Then change a
      deadline.
    </p>
  );
}

/** Nothing that one user has seen is there for the next. */
function useCleanCache(user_id: string | undefined): void {
  const queries = useQueryClient();
  useEffect(() => () => queries.clear(), [queries, user_id]);
}
