import { useId } from "react";
import { useSurroundings } from "../../context.ts";
import { TimeField } from "../../ui/time-field.tsx";

/** When an all-day deadline is taken as due on its day. */
export function AllDayTime({ time, reminds_after_start, onChange }: {
  /** `HH:MM` */
  readonly time: string;
  readonly reminds_after_start: boolean;
  readonly onChange: (time: string) => void;
}) {
  const { all_day, all_day_midnight } = useSurroundings().strings.reminders;
  const id = useId();
  return (
    <>
      <label className="ec-field">
        {all_day}
        <TimeField time={time} described_by={reminds_after_start ? undefined : id} onChange={onChange} />
      </label>
      {reminds_after_start ? null : <p id={id} className="ec-small ec-muted">{all_day_midnight}</p>}
    </>
  );
}
