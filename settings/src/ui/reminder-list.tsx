import { useState } from "react";
import { useSurroundings } from "../context.ts";
import { formatReminder } from "../format.ts";
import { lazyPart, Part } from "./part.tsx";

const CustomReminder = lazyPart(() => import("./custom-reminder.tsx"));

const REMINDERS_MAX = 5;
/** Minutes before the deadline. */
const OFFERED = [0, 60, 1_440, 2_880, 4_320, 10_080, 20_160, 40_320];
const CUSTOM = "custom";

/**
 * Reminders as chips, and the way to more.
 *
 * @param minutes before the deadline
 */
export function ReminderList({ minutes, onChange }: {
  readonly minutes: readonly number[];
  readonly onChange: (minutes: number[]) => void;
}) {
  const { strings } = useSurroundings();
  const [isCustom, setCustom] = useState(false);
  const reminders = [...minutes].sort((a, b) => b - a);
  const set = (changed: readonly number[]) => onChange([...new Set(changed)].sort((a, b) => b - a));
  const is_full = reminders.length >= REMINDERS_MAX;
  return (
    <>
      <div className="ec-row ec-wrap">
        {reminders.length === 0 ? <span className="ec-muted">{strings.reminders.none}</span> : null}
        <ul className="ec-chips">
          {reminders.map((reminder) => {
            const words = formatReminder(reminder, strings);
            return (
              <li key={reminder} className="ec-chip">
                {words}
                <button
                  type="button"
                  className="ec-chip-remove"
                  aria-label={strings.reminders.remove(words)}
                  onClick={() => set(reminders.filter((other) => other !== reminder))}
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
            {OFFERED.filter((offered) => !reminders.includes(offered)).map((offered) => (
              <option key={offered} value={offered}>{formatReminder(offered, strings)}</option>
            ))}
            <option value={CUSTOM}>{strings.reminders.custom}</option>
          </select>
        )}
      </div>
      {isCustom && !is_full
        ? (
          <Part>
            <CustomReminder
              onAdd={(custom) => {
                set([...reminders, custom]);
                setCustom(false);
              }}
              onCancel={() => setCustom(false)}
            />
          </Part>
        )
        : null}
    </>
  );
}
