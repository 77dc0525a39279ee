import { Tabs } from "radix-ui";
import { useEffect, useState } from "react";
import type { Supabase } from "../api/client.ts";
import { CalendarSettings } from "../calendar/calendar-settings.tsx";
import { isReturn } from "../calendar/connection/return-address.ts";
import { PAGE } from "./strings.ts";

const OTHERS = ["general", "webhooks", "notifications", "api_keys"] as const;
const ORDER = ["general", "calendar", "webhooks", "notifications", "api_keys"] as const;

/** The platform's tabs; all but *Calendar* are its own to fill. */
export function SettingsTabs({ supabase }: { readonly supabase: Supabase }) {
  const [tab, setTab] = useState(() => isReturn(location.search) ? "calendar" : tabOf(location.hash));
  useEffect(() => {
    const follow = () => setTab(tabOf(location.hash));
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  return (
    <Tabs.Root
      asChild
      value={tab}
      onValueChange={(next) => {
        history.replaceState(history.state, "", `#${next}`);
        setTab(next);
      }}
    >
      <main>
        <Tabs.List className="page-tabs" aria-label={PAGE.heading}>
          {ORDER.map((name) => (
            <Tabs.Trigger key={name} value={name} className="page-tab">{PAGE.tabs[name].label}</Tabs.Trigger>
          ))}
        </Tabs.List>
        <Tabs.Content value="calendar" className="page-panel" tabIndex={-1}>
          <CalendarSettings supabase={supabase} />
        </Tabs.Content>
        {OTHERS.map((name) => (
          <Tabs.Content key={name} value={name} className="page-panel">
            <h2>{PAGE.tabs[name].label}</h2>
            <p>{PAGE.tabs[name].words}</p>
          </Tabs.Content>
        ))}
      </main>
    </Tabs.Root>
  );
}

function tabOf(hash: string): string {
  const name = hash.slice(1);
  return ORDER.some((known) => known === name) ? name : "calendar";
}
