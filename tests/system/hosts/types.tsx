// What a host's TypeScript has to know of the package: without its types nothing here would be an error.
import {
  CalendarSettings,
  type CalendarSettingsProps,
  ENGLISH,
  loadTranslation,
  SettingsTabs,
} from "@ecocomply/calendar-settings";
import "@ecocomply/calendar-settings/styles.css";
import { createClient } from "@supabase/supabase-js";

const supabase = createClient("https://project.example", "a-publishable-key");
const common: CalendarSettingsProps = {
  supabase,
  redirectTo: "https://app.example/settings",
  locale: "de",
  dir: "ltr",
};

export const settings = <CalendarSettings {...common} strings={{ ...ENGLISH, heading: "Kalender" }} />;
export const german = async () => (
  <CalendarSettings {...common} strings={{ ...(await loadTranslation("de")), heading: "Fristen" }} />
);
export const tabs = <SettingsTabs supabase={supabase} hide={["general", "api_keys"]} />;

// @ts-expect-error a client is needed
export const without = <CalendarSettings />;
// @ts-expect-error there is no such tab
export const unknown = <SettingsTabs supabase={supabase} hide={["billing"]} />;
// @ts-expect-error nobody translated that
export const polish = loadTranslation("pl");
// @ts-expect-error a translation says everything
export const partial = <CalendarSettings supabase={supabase} strings={{ heading: "Kalender" }} />;
