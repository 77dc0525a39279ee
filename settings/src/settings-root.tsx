import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { type ReactNode, useEffect, useMemo, useState } from "react";
import { createCalendarApi, type Supabase } from "./api/client.ts";
import { useOtherTabs } from "./api/queries.ts";
import { type Surroundings, SurroundingsContext, useSurroundings } from "./context.ts";
import { localeOf } from "./locale.ts";
import { usePreferences } from "./preferences/use-preferences.ts";
import { ENGLISH } from "./strings.ts";
import type { Translation } from "./translation.ts";
import { Notice } from "./ui/notice.tsx";
import { usePartsAtHand } from "./ui/part.tsx";
import { Toasts } from "./ui/toasts.tsx";
import { useKeptFocus } from "./ui/use-kept-focus.ts";

/** What `<CalendarSettings>` and `<SettingsTabs>` both take. */
export interface SettingsProps {
  /** Whose user connects calendars. Its session may come, go and change. */
  readonly supabase: Supabase;
  /** Where a consent page comes back to, one of `CALENDAR_REDIRECT_URLS`; this page, without its query, if not given. */
  readonly redirectTo?: string;
  /** What to say, English if not given. */
  readonly strings?: Translation;
  /** BCP 47, for dates and numbers; the reader's variety of the document's language if not given. */
  readonly locale?: string;
  /** The document's direction if not given. */
  readonly dir?: "ltr" | "rtl";
}

/** Around everything that is for the signed-in user. */
export function SettingsRoot(
  { supabase, redirectTo, strings: translation, locale, dir, children }: SettingsProps & {
    readonly children: ReactNode;
  },
) {
  const strings: Surroundings["strings"] = translation ?? ENGLISH;
  const user_id = useUserId(supabase);
  const root = useKeptFocus<HTMLDivElement>();
  const surroundings = useMemo(() => ({
    api: createCalendarApi(supabase),
    strings,
    locale: locale ?? localeOf(document.documentElement.lang, navigator.languages),
    time_zone: undefined,
    dir: dir ?? (document.documentElement.dir === "rtl" ? "rtl" as const : "ltr" as const),
    redirect_to: redirectTo ?? `${location.origin}${location.pathname}`,
  }), [supabase, strings, locale, dir, redirectTo]);

  return (
    <SurroundingsContext.Provider value={surroundings}>
      <div ref={root} className="ec-root ec-settings" dir={surroundings.dir}>
        {user_id === null ? <Notice tone="info">{strings.signed_out}</Notice> : null}
        {user_id ? <OfOneUser key={user_id}>{children}</OfOneUser> : null}
      </div>
    </SurroundingsContext.Provider>
  );
}

/** Whoever is offline is told so, instead of having what was asked for kept back and done some time later. */
const CONNECTION = {
  queries: { networkMode: "always", refetchOnReconnect: true },
  mutations: { networkMode: "always" },
} as const;

/** Nothing that one user has seen is there for the next. */
function OfOneUser({ children }: { readonly children: ReactNode }) {
  const [queries] = useState(() => new QueryClient({ defaultOptions: CONNECTION }));
  return (
    <QueryClientProvider client={queries}>
      <InTimeZone>
        <Toasts>{children}</Toasts>
      </InTimeZone>
    </QueryClientProvider>
  );
}

/** Times are shown in the time zone that the user has chosen, once it is known. */
function InTimeZone({ children }: { readonly children: ReactNode }) {
  const surroundings = useSurroundings();
  const time_zone = usePreferences().data?.time_zone ?? undefined;
  useOtherTabs();
  usePartsAtHand();
  return (
    <SurroundingsContext.Provider
      value={useMemo(() => ({ ...surroundings, time_zone }), [surroundings, time_zone])}
    >
      {children}
    </SurroundingsContext.Provider>
  );
}

/** The signed-in user, also when that changes in another tab; null: nobody; undefined: not known yet. */
function useUserId(supabase: Supabase): string | null | undefined {
  const [user_id, setUserId] = useState<string | null>();
  useEffect(() => {
    const { data } = supabase.auth.onAuthStateChange((_event, session) =>
      setUserId(session?.user.id ?? null)
    );
    return () => data.subscription.unsubscribe();
  }, [supabase]);
  return user_id;
}
