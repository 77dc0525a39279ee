import { useId } from "react";
import type { Integration } from "../../api/types.ts";
import { useSurroundings } from "../../context.ts";
import { lazyPart, Part } from "../../ui/part.tsx";
import { ReminderList } from "../../ui/reminder-list.tsx";
import type { ProviderCard } from "../providers.tsx";
import { useSettingsChange } from "./use-settings-change.ts";

const AllDayTime = lazyPart(() => import("./all-day-time.tsx"));

/** When events remind of themselves. */
export function Reminders(
  { provider, integration }: { readonly provider: ProviderCard; readonly integration: Integration },
) {
  const { strings } = useSurroundings();
  const id = useId();
  const { settings, change } = useSettingsChange(integration);
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
        onChange={(reminders_minutes) => change({ reminders_minutes }, strings.reminders.changed)}
      />
      <Part>
        <AllDayTime
          provider={provider}
          time={settings.all_day_reminder_time}
          onChange={(all_day_reminder_time, words) => change({ all_day_reminder_time }, words)}
        />
      </Part>
    </div>
  );
}
