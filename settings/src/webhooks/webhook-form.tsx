import { type FormEvent, useEffect, useId, useState } from "react";
import { codeOf } from "../api/error.ts";
import type { Webhook, WebhookRequest } from "../api/types.ts";
import { useSurroundings } from "../context.ts";
import { Button } from "../ui/button.tsx";
import { Reference } from "../ui/reference.tsx";
import { RequiredField } from "../ui/required-field.tsx";
import { wordsOf } from "../ui/words-of.ts";
import { useLateStrings } from "../use-late-strings.ts";
import { EVENT_TYPES, TypesField } from "./types-field.tsx";

/** Codes that are about the address. */
const OF_ADDRESS: readonly string[] = ["address_not_allowed", "invalid_request"];

/** The address of a webhook and what it is told of: a new one's, or that of one that there is. */
export function WebhookForm({ webhook, isWorking, error, onSubmit, onCancel }: {
  readonly webhook: Webhook | null;
  readonly isWorking: boolean;
  /** Why the server refused what was sent; null: it did not. */
  readonly error: Error | null;
  readonly onSubmit: (wanted: WebhookRequest) => void;
  readonly onCancel: () => void;
}) {
  const { strings } = useSurroundings();
  const late = useLateStrings();
  const { webhooks: words } = late;
  const id = useId();
  const [url, setUrl] = useState(webhook?.url ?? "");
  const [types, setTypes] = useState<Webhook["types"]>(webhook?.types ?? [...EVENT_TYPES]);
  const [problem, setProblem] = useState<string | null>(null);
  const code = error === null ? null : codeOf(error);
  const is_of_address = code !== null && OF_ADDRESS.includes(code);
  useEffect(() => {
    if (!is_of_address) return;
    setProblem(words.url_not_allowed);
    document.getElementById(id)?.focus();
  }, [error, is_of_address, words, id]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!/^https?:\/\/\S+$/i.test(url.trim())) {
      setProblem(words.url_missing);
      document.getElementById(id)?.focus();
      return;
    }
    if (!isWorking && types.length > 0) onSubmit({ url: url.trim(), types });
  };
  const own: Readonly<Record<string, string>> = words.errors;
  return (
    <form className="ec-form" noValidate onSubmit={submit}>
      <RequiredField
        id={id}
        type="url"
        label={words.url}
        hint={words.url_hint}
        problem={problem}
        value={url}
        onChange={(changed) => {
          setUrl(changed);
          setProblem(null);
        }}
      />
      <TypesField types={types} onChange={setTypes} />
      {error === null || is_of_address || code === null ? null : (
        <p role="alert" className="ec-refused">
          {own[code] ?? wordsOf(error, late)} <Reference error={error} />
        </p>
      )}
      <div className="ec-actions">
        <Button type="submit" look="primary" isWorking={isWorking}>
          {webhook === null ? words.create : words.save}
        </Button>
        <Button onClick={onCancel}>{strings.cancel}</Button>
      </div>
    </form>
  );
}
