import { useEffect, useId, useRef, useState } from "react";
import type { Integration } from "../../api/types.ts";
import { Button } from "../../ui/button.tsx";
import { useLateStrings } from "../../use-late-strings.ts";
import {
  TITLE_ALONE,
  TITLE_PLACEHOLDERS,
  TITLE_TEMPLATE_CHARACTERS_MAX,
  titleTemplateProblem,
} from "./event-title.ts";
import { useSettingsChange } from "./use-settings-change.ts";

/** What titles are made by. It counts when the field is left or Enter is pressed. */
export function TitleTemplate({ integration, onTyped }: {
  readonly integration: Integration;
  /** Called with what is typed, or with null where no title could be made by it. */
  readonly onTyped: (template: string | null) => void;
}) {
  const { title: words } = useLateStrings().content;
  const { settings, change } = useSettingsChange(integration);
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const beside = useRef<HTMLDivElement>(null);
  const saved = settings.title_template;
  const [template, setTemplate] = useState(saved);
  // As another tab, or *Undo*, sets it; what is being typed stays.
  useEffect(() => {
    if (document.activeElement !== field.current) setTemplate(saved);
  }, [saved]);
  const problem = titleTemplateProblem(template);
  const type = (typed: string) => {
    setTemplate(typed);
    onTyped(titleTemplateProblem(typed) === null ? typed : null);
  };
  const save = (typed: string) => {
    if (titleTemplateProblem(typed) === null && typed !== saved) {
      change({ title_template: typed }, words.changed);
    }
  };
  const set = (typed: string) => {
    type(typed);
    save(typed);
    field.current?.focus();
  };
  return (
    <div className="ec-setting">
      <label htmlFor={id}>{words.label}</label>
      <input
        ref={field}
        id={id}
        className="ec-input ec-wide"
        autoComplete="off"
        spellCheck={false}
        value={template}
        aria-describedby={`${id}-hint`}
        aria-invalid={problem !== null}
        onChange={({ target }) => type(target.value)}
        onBlur={({ relatedTarget }) => {
          // What the buttons beside it make of the text is saved instead.
          if (!(relatedTarget instanceof Node && beside.current?.contains(relatedTarget))) save(template);
        }}
        onKeyDown={({ key }) => {
          if (key === "Enter") save(template);
        }}
      />
      <p
        id={`${id}-hint`}
        role={problem === null ? undefined : "alert"}
        className={`ec-small ${problem === null ? "ec-muted" : "ec-refused"}`}
      >
        {problem === null ? words.hint(TITLE_TEMPLATE_CHARACTERS_MAX) : words.problems[problem]}
      </p>
      <div ref={beside} className="ec-row ec-wrap">
        {TITLE_PLACEHOLDERS.filter((placeholder) => !template.includes(placeholder)).map((placeholder) => (
          <Button
            key={placeholder}
            look="quiet"
            className="ec-inline"
            onClick={() => set(`${template} ${placeholder}`.trim())}
          >
            {words.add(placeholder)}
          </Button>
        ))}
        {template === TITLE_ALONE
          ? null
          : (
            <Button look="quiet" className="ec-inline" onClick={() => set(TITLE_ALONE)}>
              {words.reset}
            </Button>
          )}
      </div>
    </div>
  );
}
