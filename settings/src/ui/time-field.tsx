import { useEffect, useRef } from "react";

/** A time of day, which counts when the field is left or Enter is pressed: a time is typed digit by digit, and each is a change. */
export function TimeField({ time, described_by, onChange }: {
  /** `HH:MM` */
  readonly time: string;
  readonly described_by: string | undefined;
  readonly onChange: (time: string) => void;
}) {
  const field = useRef<HTMLInputElement>(null);
  // Whatever else changes the time shows in the field, which keeps the keyboard.
  useEffect(() => {
    if (field.current !== null) field.current.value = time;
  }, [time]);
  const save = (input: HTMLInputElement) => {
    input.value ||= time;
    if (input.value !== time) onChange(input.value);
  };
  return (
    <input
      ref={field}
      type="time"
      className="ec-input"
      defaultValue={time}
      aria-describedby={described_by}
      onBlur={({ currentTarget }) => save(currentTarget)}
      onKeyDown={({ key, currentTarget }) => {
        if (key === "Enter") save(currentTarget);
      }}
    />
  );
}
