import "./styles/calendar-settings.css";

export { CalendarSettings, type CalendarSettingsProps } from "./calendar/calendar-settings.tsx";
export { ENGLISH, type Strings } from "./strings.ts";
