import { useId, useState } from "react";
import type { EventsChoice } from "../../api/types.ts";
import AskDialog from "../../ui/ask-dialog.tsx";
import { useLateStrings } from "../../use-late-strings.ts";

/** Asks what becomes of the events. */
export default function DisconnectDialog({ account, can_remove, onAnswer }: {
  readonly account: string;
  /** False where the grant is lost: nothing can be removed then. */
  readonly can_remove: boolean;
  /** Called with null where nothing shall happen. */
  readonly onAnswer: (events: EventsChoice | null) => void;
}) {
  const words = useLateStrings().disconnect;
  const id = useId();
  const [events, setEvents] = useState<EventsChoice>("keep");
  const choices = [
    {
      value: "keep" as const,
      label: words.keep,
      hint: words.keep_hint,
      is_possible: true,
    },
    {
      value: "remove" as const,
      label: words.remove,
      hint: can_remove ? words.remove_hint : words.remove_impossible,
      is_possible: can_remove,
    },
  ];
  return (
    <AskDialog
      heading={words.heading(account)}
      words={words.introduction}
      action={words.action}
      onAnswer={(yes) => onAnswer(yes ? events : null)}
    >
      <fieldset className="ec-choices">
        <legend>{words.question}</legend>
        {choices.map(({ value, label, hint, is_possible }) => (
          <label key={value} className="ec-choice ec-choice-boxed">
            <input
              type="radio"
              name={id}
              aria-describedby={`${id}-${value}`}
              checked={events === value}
              disabled={!is_possible}
              onChange={() =>
                setEvents(value)}
            />
            <span>
              {label}
              <span id={`${id}-${value}`} className="ec-small ec-muted ec-block">{hint}</span>
            </span>
          </label>
        ))}
      </fieldset>
    </AskDialog>
  );
}
