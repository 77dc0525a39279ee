import { useId } from "react";
import type { Integration } from "../../api/types.ts";
import { useSurroundings } from "../../context.ts";
import { ReminderList } from "../../ui/reminder-list.tsx";
import type { ProviderCard } from "../providers.tsx";
import { useSettingsChange } from "./use-settings-change.ts";

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
      <label className="ec-field">
        {strings.reminders.all_day}
        <input
          // Whatever else changes the time shows in the field.
          key={settings.all_day_reminder_time}
          type="time"
          className="ec-input"
          required
          defaultValue={settings.all_day_reminder_time}
          aria-describedby={provider.reminds_after_start ? undefined : `${id}-midnight`}
          // A time is typed digit by digit, and each is a change: it counts when the field is left.
          onBlur={({ target }) => {
            const chosen = target.value;
            if (chosen === "") target.value = settings.all_day_reminder_time;
            else if (chosen !== settings.all_day_reminder_time) {
              change({ all_day_reminder_time: chosen }, strings.reminders.all_day_changed);
            }
          }}
          onKeyDown={({ key, currentTarget }) => {
            if (key === "Enter") currentTarget.blur();
          }}
        />
      </label>
      {provider.reminds_after_start
        ? null
        : <p id={`${id}-midnight`} className="ec-small ec-muted">{strings.reminders.all_day_midnight}</p>}
    </div>
  );
}
