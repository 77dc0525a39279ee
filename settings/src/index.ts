import "./styles/calendar-settings.css";

export { CalendarSettings, type CalendarSettingsProps } from "./calendar/calendar-settings.tsx";
export { ENGLISH, type Translation } from "./translation.ts";
