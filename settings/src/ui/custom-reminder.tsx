import { useId, useState } from "react";
import { useSurroundings } from "../context.ts";
import { useLateStrings } from "../use-late-strings.ts";
import { Button } from "./button.tsx";

/** Four weeks, the most that every provider takes. */
const MINUTES_MAX = 40_320;
const UNITS = [["minutes", 1], ["hours", 60], ["days", 1_440], ["weeks", 10_080]] as const;

/** A reminder at a time that is not among those offered. */
export default function CustomReminder({ onAdd, onCancel }: {
  readonly onAdd: (minutes: number) => void;
  readonly onCancel: () => void;
}) {
  const { strings } = useSurroundings();
  const { custom_reminder: words } = useLateStrings();
  const id = useId();
  const [amount, setAmount] = useState("3");
  const [unit_minutes, setUnitMinutes] = useState(1_440);
  const [isRefused, setRefused] = useState(false);
  const add = () => {
    const minutes = Number(amount) * unit_minutes;
    if (
      amount.trim() !== "" && Number.isInteger(minutes) && minutes >= 0 && minutes <= MINUTES_MAX
    ) onAdd(minutes);
    else setRefused(true);
  };
  return (
    // No form of its own: it may stand in one, which Enter must not submit.
    <div
      role="group"
      aria-label={strings.reminders.custom}
      className="ec-row ec-wrap"
      onKeyDown={(event) => {
        if (event.key === "Escape") onCancel();
        if (event.key !== "Enter" || event.target instanceof HTMLButtonElement) return;
        event.preventDefault();
        add();
      }}
    >
      <input
        autoFocus
        className="ec-input ec-amount"
        inputMode="numeric"
        aria-label={words.amount}
        aria-invalid={isRefused}
        aria-describedby={isRefused ? id : undefined}
        value={amount}
        onChange={({ target }) => {
          setAmount(target.value);
          setRefused(false);
        }}
      />
      <select
        className="ec-input"
        aria-label={words.unit}
        value={unit_minutes}
        onChange={({ target }) => setUnitMinutes(Number(target.value))}
      >
        {UNITS.map(([unit, minutes]) => <option key={unit} value={minutes}>{words.units[unit]}</option>)}
      </select>
      <Button look="primary" onClick={add}>{words.add}</Button>
      <Button look="quiet" onClick={onCancel}>{strings.cancel}</Button>
      {isRefused ? <span id={id} role="alert" className="ec-small ec-refused">{words.invalid}</span> : null}
    </div>
  );
}
