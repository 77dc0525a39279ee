import { useState } from "react";
import { useMoreApi } from "../api/more.ts";
import type { ApiKey, NewApiKey } from "../api/types.ts";
import { useSurroundings } from "../context.ts";
import { formatInstant } from "../format.ts";
import { Button } from "../ui/button.tsx";
import { Distance } from "../ui/distance.tsx";
import { lazyPart, Part } from "../ui/part.tsx";
import { useToast } from "../ui/toasts.tsx";
import { useLateErrorToast } from "../ui/use-late-error-toast.ts";
import { useLateStrings } from "../use-late-strings.ts";
import { useKeyChange } from "./use-keys.ts";

const AskDialog = lazyPart(() => import("../ui/ask-dialog.tsx"));

/** One key: what it may do, who uses it, and what can be done with it. */
export function KeyRow({ apiKey, onIssue }: {
  readonly apiKey: ApiKey;
  readonly onIssue: (key: NewApiKey) => void;
}) {
  const api = useMoreApi();
  const { keys: words } = useLateStrings();
  const [asking, setAsking] = useState<"rotate" | "revoke" | null>(null);
  const toast = useToast();
  const onError = useLateErrorToast(words.errors);
  const rotate = useKeyChange(api.rotateKey);
  const revoke = useKeyChange(async (id: string) => {
    await api.deleteKey(id);
    // Said here: the row may be gone before its answer is looked at.
    toast({ words: words.revoked(apiKey.name) });
  });
  const { id, name, scopes, expires_at, replaced_by } = apiKey;
  const may_rotate = replaced_by === null && Date.parse(expires_at) > Date.now();
  return (
    <li className="ec-row-item">
      <div>
        <strong>{name}</strong>
        <ul className="ec-list">
          {scopes.map((scope) => <li key={scope}>{words.scope[scope].label}</li>)}
        </ul>
        <p className="ec-small ec-muted">
          {words.begins_with} <code>eck_live_{id}</code>
        </p>
        <Use apiKey={apiKey} />
      </div>
      <div className="ec-actions">
        {may_rotate
          ? (
            <Button
              aria-label={words.rotate_named(name)}
              isWorking={rotate.isPending}
              onClick={() => setAsking("rotate")}
            >
              {words.rotate}
            </Button>
          )
          : null}
        <Button
          aria-label={words.revoke_named(name)}
          isWorking={revoke.isPending}
          onClick={() => setAsking("revoke")}
        >
          {words.revoke}
        </Button>
      </div>
      {asking === null ? null : (
        <Part>
          <AskDialog
            heading={words[`${asking}_heading`](name)}
            words={words[`${asking}_words`]}
            action={words[`${asking}_action`]}
            onAnswer={(yes) => {
              setAsking(null);
              if (!yes) return;
              if (asking === "rotate") rotate.mutate(id, { onError, onSuccess: onIssue });
              else revoke.mutate(id, { onError });
            }}
          />
        </Part>
      )}
    </li>
  );
}

function Use({ apiKey: { expires_at, last_used_at, replaced_by } }: { readonly apiKey: ApiKey }) {
  const { locale, time_zone } = useSurroundings();
  const { keys: words } = useLateStrings();
  const until = formatInstant(expires_at, locale, time_zone);
  return (
    <p className="ec-small ec-muted">
      {last_used_at === null ? words.never_used : (
        <>
          {words.last_used} <Distance instant={last_used_at} />
        </>
      )}
      {" · "}
      {Date.parse(expires_at) <= Date.now()
        ? words.expired(until)
        : replaced_by === null
        ? words.works_until(until)
        : words.replaced(until)}
    </p>
  );
}
