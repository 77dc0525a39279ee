import type { Webhook } from "../api/types.ts";
import { useLateStrings } from "../use-late-strings.ts";

type Type = Webhook["types"][number];

const GROUPS = {
  connection: [
    "connection.connected",
    "connection.disconnected",
    "connection.paused",
    "connection.resumed",
    "connection.removed",
  ],
  deadline: [
    "deadline.shown",
    "deadline.updated",
    "deadline.removed",
    "deadline.failed",
    "deadline.recovered",
  ],
  proposal: ["proposal.opened", "proposal.decided"],
} as const;

/** What a webhook can be told of. A test goes to each, whatever it chose. */
export const EVENT_TYPES: readonly Type[] = Object.values(GROUPS).flat();

/** What a webhook is told of. */
export function TypesField({ types, onChange }: {
  readonly types: readonly Type[];
  readonly onChange: (types: Type[]) => void;
}) {
  const { webhooks: words } = useLateStrings();
  return (
    <fieldset className="ec-choices">
      <legend>{words.types}</legend>
      <Group name="connection" types={types} onChange={onChange} />
      <Group name="deadline" types={types} onChange={onChange} />
      <Group name="proposal" types={types} onChange={onChange} />
      {types.length === 0 ? <p role="alert" className="ec-small ec-refused">{words.types_missing}</p> : null}
    </fieldset>
  );
}

function Group({ name, types, onChange }: {
  readonly name: keyof typeof GROUPS;
  readonly types: readonly Type[];
  readonly onChange: (types: Type[]) => void;
}) {
  const { webhooks: words } = useLateStrings();
  return (
    <div role="group" aria-label={words.groups[name]} className="ec-field">
      <div aria-hidden="true">{words.groups[name]}</div>
      <div className="ec-row ec-wrap ec-types">
        {GROUPS[name].map((type) => (
          <label key={type} className="ec-choice">
            <input
              type="checkbox"
              checked={types.includes(type)}
              onChange={({ target }) =>
                onChange(target.checked ? [...types, type] : types.filter((other) => other !== type))}
            />
            {words.type[type]}
          </label>
        ))}
      </div>
    </div>
  );
}
