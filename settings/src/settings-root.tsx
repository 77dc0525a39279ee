import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { type ReactNode, useEffect, useMemo, useState } from "react";
import { createCalendarApi } from "./api/client.ts";
import { useOtherTabs, useWindowFocus } from "./api/queries.ts";
import type { Supabase } from "./api/supabase.ts";
import { type Surroundings, SurroundingsContext, useSurroundings } from "./context.ts";
import { languageOf } from "./languages.ts";
import { localeOfWords } from "./locale.ts";
import { usePreferences } from "./preferences/use-preferences.ts";
import type { SettingsProps } from "./settings-props.ts";
import { Notice } from "./ui/notice.tsx";
import { usePartsAtHand } from "./ui/part.tsx";
import { Toasts } from "./ui/toasts.tsx";
import { useKeptFocus } from "./ui/use-kept-focus.ts";
import { useHostPage } from "./use-host-page.ts";
import { useWords } from "./use-words.ts";

/** Around everything that is for the signed-in user. */
export function SettingsRoot(
  { supabase, redirectTo, strings: translation, locale, dir, children }: SettingsProps & {
    readonly children: ReactNode;
  },
) {
  const user_id = useUserId(supabase);
  const root = useKeptFocus<HTMLDivElement>();
  const page = useHostPage();
  const wanted = locale ?? page.locale;
  const words = useWords(translation === undefined && wanted !== undefined ? languageOf(wanted) : undefined);
  const surroundings = useMemo((): Surroundings | null => {
    const strings = translation ?? words?.strings;
    if (strings === undefined || wanted === undefined) return null;
    const language = words?.language ?? "en";
    return {
      api: createCalendarApi(supabase),
      strings,
      language,
      locale: translation === undefined ? localeOfWords(language, wanted, page.languages) : wanted,
      time_zone: undefined,
      dir: dir ?? page.dir,
      redirect_to: redirectTo ?? page.address,
    };
  }, [supabase, translation, words, wanted, dir, redirectTo, page]);

  return (
    <SurroundingsContext.Provider value={surroundings}>
      <div ref={root} className="ec-root ec-settings" lang={surroundings?.locale} dir={dir ?? page.dir}>
        {surroundings !== null && user_id === null
          ? <Notice tone="info">{surroundings.strings.signed_out}</Notice>
          : null}
        {surroundings !== null && user_id ? <OfOneUser key={user_id}>{children}</OfOneUser> : null}
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
  useWindowFocus();
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
