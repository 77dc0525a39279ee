import { useId } from "react";
import type { Integration } from "../../api/types.ts";
import { useSurroundings } from "../../context.ts";
import { ReminderList } from "../../ui/reminder-list.tsx";
import type { ProviderCard } from "../providers.tsx";
import { AllDayTime } from "./all-day-time.tsx";
import { Reapply } from "./reapply.tsx";
import { useSettingsChange } from "./use-settings-change.ts";

/** When events remind of themselves. */
export function Reminders(
  { provider, integration }: { readonly provider: ProviderCard; readonly integration: Integration },
) {
  const { strings } = useSurroundings();
  const id = useId();
  const { settings, change } = useSettingsChange(integration);
  const set = (changed: Parameters<typeof change>[0]) => change(changed, strings.reminders.changed);
  return (
    <div
      className="ec-setting"
      role="group"
      tabIndex={-1}
      aria-labelledby={`${id}-label`}
      aria-describedby={`${id}-hint`}
    >
      <div id={`${id}-label`}>{strings.reminders.label}</div>
      <p id={`${id}-hint`} className="ec-small ec-muted">
        {provider.has_one_reminder ? strings.reminders.hint_one : strings.reminders.hint}
      </p>
      <ReminderList
        minutes={settings.reminders_minutes}
        onChange={(reminders_minutes) => set({ reminders_minutes })}
      />
      <AllDayTime
        time={settings.all_day_reminder_time}
        reminds_after_start={provider.reminds_after_start}
        onChange={(all_day_reminder_time) => set({ all_day_reminder_time })}
      />
      <Reapply integration={integration} />
    </div>
  );
}
