import { useId, useState } from "react";
import type { EventsChoice } from "../../api/types.ts";
import { useSurroundings } from "../../context.ts";
import AskDialog from "../../ui/ask-dialog.tsx";

/** Asks what becomes of the events. */
export default function DisconnectDialog({ account, can_remove, onAnswer }: {
  readonly account: string;
  /** False where the grant is lost: nothing can be removed then. */
  readonly can_remove: boolean;
  /** Called with null where nothing shall happen. */
  readonly onAnswer: (events: EventsChoice | null) => void;
}) {
  const { strings } = useSurroundings();
  const id = useId();
  const [events, setEvents] = useState<EventsChoice>("keep");
  const choices = [
    {
      value: "keep" as const,
      label: strings.disconnect.keep,
      hint: strings.disconnect.keep_hint,
      is_possible: true,
    },
    {
      value: "remove" as const,
      label: strings.disconnect.remove,
      hint: can_remove ? strings.disconnect.remove_hint : strings.disconnect.remove_impossible,
      is_possible: can_remove,
    },
  ];
  return (
    <AskDialog
      heading={strings.disconnect.heading(account)}
      words={strings.disconnect.introduction}
      action={strings.disconnect.action}
      onAnswer={(yes) => onAnswer(yes ? events : null)}
    >
      <fieldset className="ec-choices">
        <legend>{strings.disconnect.question}</legend>
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
