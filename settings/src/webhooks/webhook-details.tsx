import { useState } from "react";
import { useMoreApi } from "../api/more.ts";
import type { NewWebhook, Webhook } from "../api/types.ts";
import { useSurroundings } from "../context.ts";
import { Button } from "../ui/button.tsx";
import { lazyPart, Part } from "../ui/part.tsx";
import { useToast } from "../ui/toasts.tsx";
import { useLateErrorToast } from "../ui/use-late-error-toast.ts";
import { useLateStrings } from "../use-late-strings.ts";
import { Deliveries } from "./deliveries.tsx";
import { TestResult } from "./test-result.tsx";
import { useWebhookChange } from "./use-webhooks.ts";

const AskDialog = lazyPart(() => import("../ui/ask-dialog.tsx"));

/** What can be done with a webhook, and what was sent to it. */
export function WebhookDetails({ webhook, onIssue, onRemove }: {
  readonly webhook: Webhook;
  readonly onIssue: (webhook: NewWebhook) => void;
  readonly onRemove: () => void;
}) {
  const { strings } = useSurroundings();
  const api = useMoreApi();
  const { webhooks: words } = useLateStrings();
  const [asking, setAsking] = useState<"rotate" | "remove" | null>(null);
  const [test_id, setTestId] = useState<string | null>(null);
  const toast = useToast();
  const onError = useLateErrorToast(words.errors);
  const test = useWebhookChange(api.testWebhook);
  const change = useWebhookChange(api.changeWebhook);
  const rotate = useWebhookChange(api.rotateWebhook);
  const remove = useWebhookChange(async (id: string) => {
    await api.deleteWebhook(id);
    onRemove();
  }, true);
  const { id, url } = webhook;
  const switchTo = (enabled: boolean, is_undo: boolean) =>
    change.mutate({ id, change: { enabled } }, {
      onError,
      onSuccess: () =>
        toast({
          words: enabled ? words.resumed : words.paused,
          ...(is_undo ? {} : { action: { label: strings.undo, run: () => switchTo(!enabled, true) } }),
        }),
    });
  return (
    <>
      <div className="ec-actions">
        <Button
          look="primary"
          isWorking={test.isPending}
          onClick={() => test.mutate(id, { onError, onSuccess: (sent) => setTestId(sent.id) })}
        >
          {words.test}
        </Button>
        <Button isWorking={change.isPending} onClick={() => switchTo(!webhook.enabled, false)}>
          {webhook.enabled ? words.pause : words.resume}
        </Button>
        <Button isWorking={rotate.isPending} onClick={() => setAsking("rotate")}>{words.rotate}</Button>
        <Button isWorking={remove.isPending} onClick={() => setAsking("remove")}>{words.remove}</Button>
      </div>
      {test_id === null ? null : <TestResult webhook_id={id} delivery_id={test_id} />}
      <Deliveries webhook_id={id} />
      {asking === null ? null : (
        <Part>
          <AskDialog
            heading={words[`${asking}_heading`]}
            words={words[`${asking}_words`](url)}
            action={words[`${asking}_action`]}
            onAnswer={(yes) => {
              setAsking(null);
              if (!yes) return;
              if (asking === "rotate") rotate.mutate(id, { onError, onSuccess: onIssue });
              else remove.mutate(id, { onError });
            }}
          />
        </Part>
      )}
    </>
  );
}
