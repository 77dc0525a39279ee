import "./styles/isolation.css";
import "./styles/calendar-settings.css";

export { CalendarSettings, type CalendarSettingsProps } from "./calendar/calendar-settings.tsx";
export type { SettingsTab } from "./tabs/settings-tab.ts";
export { SettingsTabs, type SettingsTabsProps } from "./tabs/settings-tabs.tsx";
export type { Language } from "./languages.ts";
export { ENGLISH, loadTranslation, type Translation } from "./translation.ts";
