import { useId } from "react";
import { useSurroundings } from "../../context.ts";
import type { ProviderCard } from "../providers.tsx";

/** When an all-day deadline is taken as due on its day. */
export default function AllDayTime({ provider, time, onChange }: {
  readonly provider: ProviderCard;
  /** `HH:MM` */
  readonly time: string;
  readonly onChange: (time: string, words: string) => void;
}) {
  const { all_day, all_day_changed, all_day_midnight } = useSurroundings().strings.reminders;
  const id = useId();
  return (
    <>
      <label className="ec-field">
        {all_day}
        <input
          // Whatever else changes the time shows in the field.
          key={time}
          type="time"
          className="ec-input"
          required
          defaultValue={time}
          aria-describedby={provider.reminds_after_start ? undefined : id}
          // A time is typed digit by digit, and each is a change: it counts when the field is left.
          onBlur={({ target }) => {
            if (target.value === "") target.value = time;
            else if (target.value !== time) onChange(target.value, all_day_changed);
          }}
          onKeyDown={({ key, currentTarget }) => {
            if (key === "Enter") currentTarget.blur();
          }}
        />
      </label>
      {provider.reminds_after_start ? null : <p id={id} className="ec-small ec-muted">{all_day_midnight}</p>}
    </>
  );
}
