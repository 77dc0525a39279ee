import { useId, useState } from "react";
import { useMoreApi } from "../../api/more.ts";
import { useRequest } from "../../api/queries.ts";
import type { Integration } from "../../api/types.ts";
import AskDialog from "../../ui/ask-dialog.tsx";
import { Button } from "../../ui/button.tsx";
import { useToast } from "../../ui/toasts.tsx";
import { useLateStrings } from "../../use-late-strings.ts";
import { useErrorToast } from "../use-error-toast.ts";

/** Gives the events that exist the reminders of the settings, once its user has agreed. */
export function Reapply({ integration }: { readonly integration: Integration }) {
  const api = useMoreApi();
  const { reapply: words } = useLateStrings().content;
  const id = useId();
  const toast = useToast();
  const onError = useErrorToast();
  const [isAsking, setAsking] = useState(false);
  const reapply = useRequest(api.reapply);
  return (
    <>
      <p id={id} className="ec-small ec-muted">{words.hint}</p>
      <div>
        <Button isWorking={reapply.isPending} aria-describedby={id} onClick={() => setAsking(true)}>
          {words.action}
        </Button>
      </div>
      {isAsking
        ? (
          <AskDialog
            heading={words.heading}
            words={words.words}
            action={words.yes}
            onAnswer={(yes) => {
              setAsking(false);
              if (!yes) return;
              reapply.mutate(integration.id, {
                onError,
                onSuccess: (events) => toast({ words: words.done(events) }),
              });
            }}
          />
        )
        : null}
    </>
  );
}
