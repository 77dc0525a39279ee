import { useId, useState } from "react";
import type { Integration } from "../../api/types.ts";
import { useSurroundings } from "../../context.ts";
import { formatReminder } from "../../format.ts";
import type { ProviderCard } from "../providers.tsx";
import { useSettingsChange } from "./use-settings-change.ts";
import { lazyPart, Part } from "../../ui/part.tsx";

const CustomReminder = lazyPart(() => import("./custom-reminder.tsx"));

const REMINDERS_MAX = 5;
/** Minutes before the deadline. */
const OFFERED = [0, 60, 1_440, 2_880, 4_320, 10_080, 20_160, 40_320];
const CUSTOM = "custom";

/** When events remind of themselves. */
export function Reminders(
  { provider, integration }: { readonly provider: ProviderCard; readonly integration: Integration },
) {
  const { strings } = useSurroundings();
  const id = useId();
  const [isCustom, setCustom] = useState(false);
  const { settings, change } = useSettingsChange(integration);
  const reminders = [...settings.reminders_minutes].sort((a, b) => b - a);
  const set = (minutes: readonly number[]) =>
    change({ reminders_minutes: [...new Set(minutes)].sort((a, b) => b - a) }, strings.reminders.changed);
  const is_full = reminders.length >= REMINDERS_MAX;

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
      <div className="ec-row ec-wrap">
        {reminders.length === 0 ? <span className="ec-muted">{strings.reminders.none}</span> : null}
        <ul className="ec-chips">
          {reminders.map((minutes) => {
            const words = formatReminder(minutes, strings);
            return (
              <li key={minutes} className="ec-chip">
                {words}
                <button
                  type="button"
                  className="ec-chip-remove"
                  aria-label={strings.reminders.remove(words)}
                  onClick={() => set(reminders.filter((other) => other !== minutes))}
                >
                  <span aria-hidden="true">×</span>
                </button>
              </li>
            );
          })}
        </ul>
        {is_full ? <span className="ec-small ec-muted">{strings.reminders.full}</span> : (
          <select
            className="ec-input"
            aria-label={strings.reminders.add}
            value=""
            onChange={({ target }) => {
              if (target.value === CUSTOM) setCustom(true);
              else set([...reminders, Number(target.value)]);
            }}
          >
            <option value="" disabled>{strings.reminders.add}</option>
            {OFFERED.filter((minutes) => !reminders.includes(minutes)).map((minutes) => (
              <option key={minutes} value={minutes}>{formatReminder(minutes, strings)}</option>
            ))}
            <option value={CUSTOM}>{strings.reminders.custom}</option>
          </select>
        )}
      </div>
      {isCustom && !is_full
        ? (
          <Part>
            <CustomReminder
              onAdd={(minutes) => {
                set([...reminders, minutes]);
                setCustom(false);
              }}
              onCancel={() => setCustom(false)}
            />
          </Part>
        )
        : null}
    </div>
  );
}
