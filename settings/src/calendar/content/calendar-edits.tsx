import { useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { useMoreApi } from "../../api/more.ts";
import type { Integration } from "../../api/types.ts";
import { useSurroundings } from "../../context.ts";
import { NotLoaded } from "../../ui/not-loaded.tsx";
import { useLateStrings } from "../../use-late-strings.ts";
import { useSettingsChange } from "./use-settings-change.ts";

/** What becomes of deadlines that their user moves in the calendar. */
export function CalendarEdits({ integration }: { readonly integration: Integration }) {
  const { strings } = useSurroundings();
  const { edits: words } = useLateStrings().content;
  const api = useMoreApi();
  const name = useId();
  const { settings, change } = useSettingsChange(integration);
  const offered = useQuery({
    queryKey: ["offered_edits"],
    queryFn: api.offeredEdits,
    retry: false,
    refetchOnWindowFocus: false,
  });
  return (
    <fieldset className="ec-setting">
      <legend>{words.label}</legend>
      {offered.isError
        ? <NotLoaded words={words.failed} error={offered.error} onRepeat={() => void offered.refetch()} />
        : offered.data === undefined
        ? <p role="status" className="ec-muted">{strings.loading_part}</p>
        : offered.data.map((value) => {
          const { label, hint, changed } = words.choices[value];
          const id = `${name}-${value}`;
          return (
            <label key={value} className="ec-choice ec-choice-hinted">
              <input
                type="radio"
                name={name}
                checked={settings.calendar_edits === value}
                aria-labelledby={id}
                aria-describedby={`${id}-hint`}
                onChange={() => change({ calendar_edits: value }, changed)}
              />
              <span>
                <span id={id}>{label}</span>
                <span id={`${id}-hint`} className="ec-small ec-muted ec-block">{hint}</span>
              </span>
            </label>
          );
        })}
    </fieldset>
  );
}
