import { useState } from "react";
import { useMoreApi } from "../api/more.ts";
import type { NewApiKey } from "../api/types.ts";
import { useSurroundings } from "../context.ts";
import { TabHead } from "../tabs/tab-head.tsx";
import { Button } from "../ui/button.tsx";
import { NotLoaded } from "../ui/not-loaded.tsx";
import { ShownOnce } from "../ui/shown-once.tsx";
import { useLateErrorToast } from "../ui/use-late-error-toast.ts";
import { useLateStrings } from "../use-late-strings.ts";
import { KeyForm } from "./key-form.tsx";
import { KeyRow } from "./key-row.tsx";
import { useKeyChange, useKeys } from "./use-keys.ts";

/** A user's API keys: what there is, and one more. */
export default function KeysTab() {
  const api = useMoreApi();
  const { keys: words } = useLateStrings();
  const create = useKeyChange(api.createKey);
  const onError = useLateErrorToast(words.errors);
  const [isCreating, setCreating] = useState(false);
  const [issued, setIssued] = useState<NewApiKey | null>(null);
  return (
    <>
      <TabHead heading={words.heading} introduction={words.introduction} />
      {issued === null ? null : (
        <ShownOnce
          heading={words.ready(issued.name)}
          words={words.once}
          label={words.key}
          value={issued.key}
          done={words.done}
          onDone={() => setIssued(null)}
        />
      )}
      <KeyList onIssue={setIssued} />
      {isCreating
        ? (
          <KeyForm
            isWorking={create.isPending}
            onCancel={() => setCreating(false)}
            onSubmit={(wanted) =>
              create.mutate(wanted, {
                onError,
                onSuccess: (made) => {
                  setCreating(false);
                  setIssued(made);
                },
              })}
          />
        )
        : (
          <div className="ec-actions">
            <Button look="primary" onClick={() => setCreating(true)}>{words.add}</Button>
          </div>
        )}
    </>
  );
}

function KeyList({ onIssue }: { readonly onIssue: (key: NewApiKey) => void }) {
  const { strings } = useSurroundings();
  const { keys: words } = useLateStrings();
  const keys = useKeys();
  if (keys.data === undefined) {
    return keys.isError
      ? <NotLoaded words={words.failed} error={keys.error} onRepeat={() => void keys.refetch()} />
      : <p role="status" className="ec-muted">{strings.loading_part}</p>;
  }
  return (
    <div tabIndex={-1}>
      {keys.data.length === 0 ? <p className="ec-muted">{words.none}</p> : (
        <ul className="ec-rows">
          {keys.data.map((key) => <KeyRow key={key.id} apiKey={key} onIssue={onIssue} />)}
        </ul>
      )}
    </div>
  );
}
