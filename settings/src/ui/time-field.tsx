/** A time of day, which counts when the field is left: a time is typed digit by digit, and each is a change. */
export function TimeField({ time, described_by, onChange }: {
  /** `HH:MM` */
  readonly time: string;
  readonly described_by: string;
  readonly onChange: (time: string) => void;
}) {
  return (
    <input
      // Whatever else changes the time shows in the field.
      key={time}
      type="time"
      className="ec-input"
      defaultValue={time}
      aria-describedby={described_by}
      onBlur={({ target }) => {
        target.value ||= time;
        if (target.value !== time) onChange(target.value);
      }}
    />
  );
}
