import { useId } from "react";
import type { Integration } from "../../api/types.ts";
import { useSurroundings } from "../../context.ts";
import { useSettingsChange } from "./use-settings-change.ts";

/** What becomes of the events of completed obligations. */
export function CompletedEvents({ integration }: { readonly integration: Integration }) {
  const { strings } = useSurroundings();
  const name = useId();
  const { settings, change } = useSettingsChange(integration);
  const choices = [
    { value: "keep" as const, label: strings.completed.keep, done: strings.completed.changed_keep },
    { value: "remove" as const, label: strings.completed.remove, done: strings.completed.changed_remove },
  ];
  return (
    <fieldset className="ec-setting">
      <legend>{strings.completed.label}</legend>
      {choices.map(({ value, label, done }) => (
        <label key={value} className="ec-choice">
          <input
            type="radio"
            name={name}
            checked={settings.completed_events === value}
            onChange={() => change({ completed_events: value }, done)}
          />
          {label}
        </label>
      ))}
    </fieldset>
  );
}
