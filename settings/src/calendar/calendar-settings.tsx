import type { SettingsProps } from "../settings-props.ts";
import { SettingsRoot } from "../settings-root.tsx";
import { CalendarTab } from "./calendar-tab.tsx";

export type CalendarSettingsProps = SettingsProps;

/** Where a user connects calendars, sees how they are, and changes how deadlines appear in them. */
export function CalendarSettings(props: CalendarSettingsProps) {
  return (
    <SettingsRoot {...props}>
      <CalendarTab />
    </SettingsRoot>
  );
}
