import { useId } from "react";
import { useSurroundings } from "../../context.ts";

/** When an all-day deadline is taken as due on its day. */
export function AllDayTime({ time, onChange }: {
  /** `HH:MM` */
  readonly time: string;
  readonly onChange: (time: string) => void;
}) {
  const { all_day, all_day_midnight } = useSurroundings().strings.reminders;
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
          defaultValue={time}
          aria-describedby={id}
          // A time is typed digit by digit, and each is a change: it counts when the field is left.
          onBlur={({ target }) => {
            target.value ||= time;
            if (target.value !== time) onChange(target.value);
          }}
        />
      </label>
      <p id={id} className="ec-small ec-muted">{all_day_midnight}</p>
    </>
  );
}
