import { type FormEvent, useId, useState } from "react";
import type { ApiKey, KeyRequest } from "../api/types.ts";
import { useSurroundings } from "../context.ts";
import { Button } from "../ui/button.tsx";
import { RequiredField } from "../ui/required-field.tsx";
import { useLateStrings } from "../use-late-strings.ts";

type Scope = ApiKey["scopes"][number];

const NAME_MAX = 100;
const DAY_MS = 86_400_000;
const OFFERED_DAYS = [7, 30, 90, 180, 365];
const DAYS_AT_FIRST = 90;
const ORDER: readonly Scope[] = [
  "status:read",
  "evidence:read",
  "sync:write",
  "feeds:write",
  "proposals:write",
  "webhooks:write",
];

/** What a new key is called, what it may do, and how long it works. */
export function KeyForm({ isWorking, onSubmit, onCancel }: {
  readonly isWorking: boolean;
  readonly onSubmit: (wanted: KeyRequest) => void;
  readonly onCancel: () => void;
}) {
  const { strings } = useSurroundings();
  const { keys: words } = useLateStrings();
  const id = useId();
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<readonly Scope[]>(["status:read"]);
  const [days, setDays] = useState(DAYS_AT_FIRST);
  const [isRefused, setRefused] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const trimmed = name.trim();
    if (trimmed === "" || trimmed.length > NAME_MAX) {
      setRefused(true);
      document.getElementById(id)?.focus();
      return;
    }
    if (isWorking || scopes.length === 0) return;
    onSubmit({
      name: trimmed,
      scopes: ORDER.filter((scope) => scopes.includes(scope)),
      expires_at: new Date(Date.now() + days * DAY_MS).toISOString(),
    });
  };
  return (
    <form className="ec-form" noValidate onSubmit={submit}>
      <RequiredField
        id={id}
        label={words.name}
        hint={words.name_hint}
        problem={isRefused ? words.name_missing : null}
        value={name}
        onChange={(changed) => {
          setName(changed);
          setRefused(false);
        }}
      />
      <fieldset className="ec-choices">
        <legend>{words.scopes}</legend>
        {ORDER.map((scope) => (
          <label key={scope} className="ec-choice ec-choice-boxed">
            <input
              type="checkbox"
              aria-describedby={`${id}-${scope}`}
              checked={scopes.includes(scope)}
              onChange={({ target }) =>
                setScopes(target.checked ? [...scopes, scope] : scopes.filter((other) => other !== scope))}
            />
            <span>
              {words.scope[scope].label}
              <span id={`${id}-${scope}`} className="ec-small ec-muted ec-block">
                {words.scope[scope].hint}
              </span>
            </span>
          </label>
        ))}
        <p className="ec-small ec-muted">{words.never}</p>
        {scopes.length === 0
          ? <p role="alert" className="ec-small ec-refused">{words.scopes_missing}</p>
          : null}
      </fieldset>
      <label className="ec-field">
        {words.expires}
        <select className="ec-input" value={days} onChange={({ target }) => setDays(Number(target.value))}>
          {OFFERED_DAYS.map((offered) => <option key={offered} value={offered}>{words.days(offered)}
          </option>)}
        </select>
      </label>
      <div className="ec-actions">
        <Button type="submit" look="primary" isWorking={isWorking}>{words.create}</Button>
        <Button onClick={onCancel}>{strings.cancel}</Button>
      </div>
    </form>
  );
}
